/** `npm run bench -- conversion`: orders and page events from raw text to payload bytes, beside parsing alone and a naive mapper. */
import { readFileSync } from 'node:fs';
import { decide } from '../app/conversion/eligibility.ts';
import type { DecideInput } from '../app/conversion/eligibility.ts';
import { readOrder } from '../app/conversion/from-order.ts';
import { readBeacon, readPageEvent } from '../app/conversion/from-pixel.ts';
import { buildEvent, payloadBytes } from '../app/conversion/payload/v1.ts';
import { defaultPixelSettings, defaultSettings } from '../app/conversion/settings.ts';
import { naiveOrder, naivePage } from './conversion-parts/naive-mapper.ts';
import type { BenchReport } from './run.ts';

const IP = '8.8.8.8';
const AGENT =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile/15E148 Safari/604.1';
const NOW = new Date('2026-10-05T18:54:55Z');

/** Different orders, so that no engine and no cache sees the same text twice in a row; written as Shopify does, without spaces. */
function orders(): string[] {
  const file = new URL('../test/fixtures/shopify/synthetic_web_order_ttclid.json', import.meta.url);
  const order = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  return Array.from({ length: 64 }, (_, index) => {
    const id = 5778367414385 + index;
    const email = `buyer${index}@example.com`;
    const phone = `+120255501${String(index).padStart(2, '0')}`;
    const text = JSON.stringify({ ...order, id, admin_graphql_api_id: `gid://shopify/Order/${id}` });
    return text.replaceAll('alex.example@example.com', email).replaceAll('+12025550123', phone);
  });
}

function beacons(): string[] {
  return Array.from({ length: 64 }, (_, index) =>
    JSON.stringify({
      v: 1,
      key: 'pk_7c1f4a2b9d3e',
      client: `9c1e7a5a-1111-4222-8333-4444555566${String(index).padStart(2, '0')}`,
      sent: '2026-10-05T18:50:01.000Z',
      consent: { analytics: true, marketing: true, preferences: false, saleOfData: true },
      ttp: 'UcviFrrVqBtN-EA78WeZwKLrm5B',
      click: {
        id: 'E.C.P.v3fQ2RHacdTestTtclidValue0123456789',
        at: '2026-10-05T18:40:00.000Z',
        from: 'kept',
      },
      language: 'en-US',
      events: [
        {
          id: `sh-f77a78f1-C1D8-4ED4-9C9B-0D352CF6F3${String(index).padStart(2, '0')}`,
          shopifyId: `sh-f77a78f1-C1D8-4ED4-9C9B-0D352CF6F3${String(index).padStart(2, '0')}`,
          name: 'product_added_to_cart',
          at: '2026-10-05T18:50:00.000Z',
          page: {
            url: 'https://shop.example/products/the-collection-snowboard-liquid?utm_source=tiktok&utm_medium=paid&utm_campaign=q4',
            referrer: 'https://shop.example/collections/all',
          },
          draft: {
            items: [
              {
                quantity: 2,
                variant: '41327143321713',
                product: '7234590834801',
                sku: 'SNOW-LIQ',
                title: 'The Collection Snowboard: Liquid',
                variantTitle: 'Blue',
                vendor: 'Test Shop',
                type: 'snowboard',
                price: '49.95',
                net: '99.90',
              },
            ],
            currency: 'USD',
            total: '99.90',
          },
        },
      ],
    }),
  );
}

const settings = defaultSettings();
const pixel = defaultPixelSettings();
const common: Omit<DecideInput, 'facts' | 'match'> = {
  settings,
  settingsVersion: 1,
  pixel,
  consentEvidence: {
    choice: { analytics: true, marketing: true, preferences: true, saleOfData: true },
    source: 'pixel',
    region: 'consentRequired',
  },
  contextKnown: true,
  receivedAt: NOW,
  activeFrom: new Date('2026-01-01T00:00:00Z'),
  now: NOW,
};

function ourOrder(raw: string): string {
  const read = readOrder(raw);
  if (!read.ok) throw new Error(`${read.problem.code} ${read.problem.field}`);
  const { facts, match } = read.value;
  const answer = decide({ ...common, facts, match });
  if (answer.state !== 'send') throw new Error(answer.rule);
  return payloadBytes(
    buildEvent({
      facts,
      match,
      settings,
      pixel,
      eventName: answer.eventName,
      limitedDataUse: answer.limitedDataUse,
    }),
  );
}

function ourPage(raw: string): string {
  const beacon = readBeacon(raw);
  if (!beacon.ok) throw new Error(`${beacon.problem.code} ${beacon.problem.field}`);
  let bytes = '';
  for (const event of beacon.value.events) {
    const read = readPageEvent(event, { ip: IP, userAgent: AGENT, beacon: beacon.value });
    if (!read.ok) throw new Error(read.problem.field);
    const { facts, match } = read.value;
    const answer = decide({ ...common, facts, match });
    if (answer.state !== 'send') throw new Error(answer.rule);
    bytes += payloadBytes(
      buildEvent({
        facts,
        match,
        settings,
        pixel,
        eventName: answer.eventName,
        limitedDataUse: answer.limitedDataUse,
      }),
    );
  }
  return bytes;
}

const BATCH_MS = 80;
const ROUNDS = 11;
/** Until the engine has compiled what is hot: its compilers would count as our cost. */
const WARM_UP = 15;

/** Processor time, not the clock's: a neighbour on the same machine must not look like our cost. */
function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Microseconds a call for each way, the median of rounds that take turns, so that a noisy moment hits all alike. */
function measure(
  inputs: readonly string[],
  ways: Record<string, (raw: string) => string>,
): Map<string, number> {
  const rounds = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
  let kept = 0;
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const start = cpuMicros();
      let calls = 0;
      do {
        for (const raw of inputs) kept += way(raw).length;
        calls += inputs.length;
      } while (cpuMicros() - start < BATCH_MS * 1000);
      if (round >= 0) rounds.get(name)?.push((cpuMicros() - start) / calls);
    }
  }
  if (kept === 0) throw new Error('Nothing was made.');
  return new Map([...rounds].map(([name, times]) => [name, median(times)]));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

interface Measured {
  perSecond: number;
  parseStringify: number;
  naive: number;
  costRatio: number;
}

function figures(times: Map<string, number>): Measured {
  const micros = (name: string): number => times.get(name) ?? Number.NaN;
  const perSecond = (name: string): number => Math.round(1_000_000 / micros(name));
  return {
    perSecond: perSecond('ours'),
    parseStringify: perSecond('parse + stringify'),
    naive: perSecond('naive mapper'),
    costRatio: Number((micros('ours') / micros('parse + stringify')).toFixed(2)),
  };
}

export function bench(): BenchReport {
  const orderTexts = orders();
  const beaconTexts = beacons();
  const order = measure(orderTexts, {
    'parse + stringify': (raw) => JSON.stringify(JSON.parse(raw)),
    'naive mapper': naiveOrder,
    ours: ourOrder,
  });
  const page = measure(beaconTexts, {
    'parse + stringify': (raw) => JSON.stringify(JSON.parse(raw)),
    'naive mapper': (raw) => naivePage(raw, IP, AGENT),
    ours: ourPage,
  });
  const rows = [
    ...table(`order, ${orderTexts[0]?.length ?? 0} bytes`, order),
    ...table(`page event, ${beaconTexts[0]?.length ?? 0} bytes`, page),
  ];
  return {
    title: 'Raw text to payload bytes: read, hash, scrub, decide, build (one core)',
    rows,
    notes: [
      'The contract counts orders; the page events are beside them. costRatio = our time over parse + stringify of the same text.',
    ],
    result: { ...figures(order), pageEvents: figures(page) },
  };
}

function table(input: string, times: Map<string, number>): Record<string, string | number>[] {
  const base = times.get('parse + stringify') ?? Number.NaN;
  return [...times].map(([way, micros]) => ({
    input,
    way,
    'µs each': Number(micros.toFixed(1)),
    'a second': Math.round(1_000_000 / micros),
    'times parse + stringify': Number((micros / base).toFixed(2)),
  }));
}
