/** `doctor`: looks at everything that must be right before Tock can work, and says what to do where it is not. */
import { existsSync } from 'node:fs';
import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ADMIN_API_VERSION } from '../shopify/admin.ts';
import { checkShopify } from '../shopify/live-checks.ts';
import type { Pixel } from '../store/pixels.ts';
import { checkTikTok, tiktokChecks } from '../tiktok/live-checks.ts';
import { CommandError, optional, type Answer, type Call, type Command } from './command.ts';
import { liveReport, type Checked } from './live-report.ts';
import { requireShopOption } from './shops.ts';

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly text: string;
}

/** Below this PostgreSQL may stop in the middle of a busy day. */
const ROOM_BYTES = 1024 ** 3;

export const doctor: Command = {
  name: 'doctor',
  usage: '[--live --shop D [--pixel C] [--test-code T] [--report FILE]]',
  summary: 'Checks the environment, the database, the build and every connection to Shopify.',
  help: [
    '--live         asks a development store and TikTok whether what Tock assumes of them holds',
    '--shop D       that store, such as birch.myshopify.com',
    '--pixel C      code of the pixel to send test events for; the first one unless given',
    '--test-code T  of Events Manager, Test events; the pixel’s own unless given. Without one TikTok is not asked',
    '--report FILE  where the report goes, as Markdown; live-SHOP-DATE.md in DATA_DIR unless given',
    'Nothing that counts is sent; the store’s web pixel and embed are written as Tock writes them anyway.',
    'Exits with 1 when something needs attention.',
  ],
  options: {
    live: { type: 'boolean' },
    shop: { type: 'string' },
    pixel: { type: 'string' },
    'test-code': { type: 'string' },
    report: { type: 'string' },
  },
  positionals: { min: 0, max: 0 },
  async run(call) {
    if (call.values.live === true) return live(call);
    const findings = [
      { what: 'environment', ok: true, text: `complete (${call.config.mode})` },
      ...(await databaseFindings(call)),
      ...(await roomFinding(call)),
      buildFinding(),
    ];
    return answerOf(findings);
  },
};

/** What Tock assumes, put to the real Shopify and TikTok, one line of docs/assumptions.md after the other. */
async function live(call: Call): Promise<Answer> {
  const { house, shop } = await requireShopOption(call);
  const at = house.clock.now();
  const pixels = await house.store.shop(shop.id).pixels.list();
  const pixel = pixelToAsk(call, pixels);
  const shopify = await checkShopify({
    admin: house.shopify.adminFor(shop.domain),
    scopes: call.config.shopify.scopes,
    webPixel: { key: shop.publicKey, endpoint: `${call.config.shopify.appUrl}/intake/storefront` },
    embedPixels: pixels.filter(({ browserLeg }) => browserLeg).map(({ code }) => code),
    write: () => house.tellStorefront(shop.id),
  });
  const testEventCode = optional(call, 'test-code') ?? pixel?.testEventCode ?? undefined;
  const accessToken = pixel === undefined ? null : await house.store.shop(shop.id).pixels.token(pixel.id);
  const sent = pixel !== undefined && testEventCode !== undefined && accessToken !== null;
  const tiktok: Checked[] = sent
    ? await checkTikTok({
        baseUrl: call.config.tiktokApiUrl,
        accessToken,
        pixelCode: pixel.code,
        testEventCode,
        now: at,
      })
    : tiktokChecks.map(({ id, asks }) => ({
        id,
        asks,
        finding: {
          outcome: 'not_asked',
          saw: pixel === undefined ? 'the shop has no pixel' : 'no test code was given',
        },
      }));
  const checks = [...shopify, ...tiktok];
  const file =
    optional(call, 'report') ??
    join(call.config.dataDir, `live-${shop.domain.split('.')[0] ?? ''}-${at.toISOString().slice(0, 10)}.md`);
  const report = liveReport({
    shop: shop.domain,
    at,
    pixel: sent ? pixel.code : null,
    apiVersion: ADMIN_API_VERSION,
    checks,
  });
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, report);
  } catch (error) {
    throw new CommandError(`The report cannot be written: ${error instanceof Error ? error.message : file}`);
  }
  const failed = checks.some(({ finding }) => finding.outcome === 'not_held');
  const words = { held: 'ok  ', not_held: 'LOOK', not_asked: 'open' } as const;
  return {
    lines: [
      ...checks.map(
        ({ id, asks, finding }) => `${words[finding.outcome]}  ${id}: ${asks} Seen: ${finding.saw}`,
      ),
      `The report, with what a person must look at, is in ${file}`,
    ],
    json: { ok: !failed, shop: shop.domain, at: at.toISOString(), report: file, checks },
    failed,
  };
}

function pixelToAsk(call: Call, pixels: readonly Pixel[]): Pixel | undefined {
  const code = optional(call, 'pixel');
  if (code === undefined) return pixels[0];
  const found = pixels.find((pixel) => pixel.code === code);
  if (!found) throw new CommandError(`The shop has no pixel ${code}. "pixel list" shows them.`);
  return found;
}

async function databaseFindings(call: Call): Promise<Finding[]> {
  const { store, config } = await call.house();
  const [server] = await store.database.rows<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  );
  const where =
    config.databaseUrl === undefined ? `embedded, in ${config.dataDir}/postgres` : 'of DATABASE_URL';
  const shops = await store.installs.listShops();
  return [
    { what: 'database', ok: true, text: `PostgreSQL ${server?.version ?? '?'}, ${where}` },
    { what: 'encryption', ok: true, text: 'the key opens what is stored' },
    ...shops
      .filter(({ uninstalledAt }) => uninstalledAt === null)
      .map((shop) => ({
        what: shop.domain,
        ok: shop.reconnectSince === null && shop.webPixelId !== null,
        text:
          shop.reconnectSince !== null
            ? `Shopify refuses our token since ${shop.reconnectSince.toISOString()}; open Tock once in that store's admin`
            : shop.webPixelId === null
              ? 'the web pixel is off; open Tock once in that store’s admin'
              : 'connected',
      })),
  ];
}

async function roomFinding(call: Call): Promise<Finding[]> {
  if (call.config.databaseUrl !== undefined) return [];
  const { bavail, bsize } = await statfs(call.config.dataDir);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GB free`;
  return [
    { what: 'disk', ok: free >= ROOM_BYTES, text: free >= ROOM_BYTES ? text : `only ${text}; make room` },
  ];
}

function buildFinding(): Finding {
  const built = existsSync(new URL('../../build/server/index.js', import.meta.url));
  return { what: 'pages', ok: built, text: built ? 'built' : 'not built; run "npm run build"' };
}

function answerOf(findings: readonly Finding[]): Answer {
  const failed = findings.some(({ ok }) => !ok);
  return {
    lines: [
      ...findings.map(({ what, ok, text }) => `${ok ? 'ok  ' : 'LOOK'}  ${what}: ${text}`),
      failed ? 'Something needs attention.' : 'All is well.',
    ],
    json: { ok: !failed, findings },
    failed,
  };
}
