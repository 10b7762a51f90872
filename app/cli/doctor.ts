/** `doctor`: looks at everything that must be right before Tock can work, and says what to do where it is not. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';

import type { Answer, Call, Command } from './command.ts';

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly text: string;
}

/** Below this PostgreSQL may stop in the middle of a busy day. */
const ROOM_BYTES = 1024 ** 3;

export const doctor: Command = {
  name: 'doctor',
  usage: '',
  summary: 'Checks the environment, the database, the build and every connection to Shopify.',
  help: ['Exits with 1 when something needs attention.'],
  options: {},
  positionals: { min: 0, max: 0 },
  async run(call) {
    const findings = [
      { what: 'environment', ok: true, text: `complete (${call.config.mode})` },
      ...(await databaseFindings(call)),
      ...(await roomFinding(call)),
      buildFinding(),
    ];
    return answerOf(findings);
  },
};

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
