/** Puts what Tock assumes of the Events API to TikTok itself, with test events only: they count for nothing. */
import { request } from 'undici';

import { held, notAsked, notHeld, type LiveCheck, type LiveFinding } from '../base/live-check.ts';
import { createTikTok, type TikTok } from './client.ts';
import { refusedIndex, type TrackAnswer } from './errors.ts';

export interface TikTokUnderCheck {
  readonly baseUrl: string;
  readonly accessToken: string;
  readonly pixelCode: string;
  /** Of the Events Manager's page "Test events"; nothing is ever sent without one. */
  readonly testEventCode: string;
  readonly now: Date;
}

interface Asked extends TikTokUnderCheck {
  readonly client: TikTok;
}

const taken = new Set([0, 20001]);
const WRONG_TOKEN = '0'.repeat(40);
/** Well formed and nobody's, so that TikTok can only refuse it. */
const FOREIGN_PIXEL = `C${'0'.repeat(19)}`;

/** A whole event without a person in it: an address of a documentation network, a hash of nobody. */
function sampleEvent({ now }: Asked, change: Record<string, unknown> = {}): Record<string, unknown> {
  const seconds = Math.floor(now.getTime() / 1000);
  return {
    event: 'CompletePayment',
    event_time: seconds,
    event_id: `tock-doctor-${seconds}`,
    user: { external_id: 'a'.repeat(64), ip: '203.0.113.7', user_agent: 'Tock doctor' },
    properties: {
      contents: [{ content_id: 'tock-doctor', quantity: 1, price: 1 }],
      content_type: 'product',
      currency: 'USD',
      value: 1,
    },
    page: { url: 'https://shop.example/' },
    ...change,
  };
}

async function ask(
  asked: Asked,
  events: readonly Record<string, unknown>[],
  change: { accessToken?: string; pixelCode?: string } = {},
): Promise<TrackAnswer> {
  const body = JSON.stringify({
    event_source: 'web',
    event_source_id: change.pixelCode ?? asked.pixelCode,
    test_event_code: asked.testEventCode,
    data: events,
  });
  return asked.client.track({ accessToken: change.accessToken ?? asked.accessToken, body });
}

function spoken(answer: TrackAnswer): string {
  return answer.kind === 'answered'
    ? `HTTP ${answer.httpStatus}, code ${answer.code}: ${answer.message}`
    : answer.message;
}

function expectTaken(answer: TrackAnswer): LiveFinding {
  if (answer.kind !== 'answered') return notAsked(spoken(answer));
  return (taken.has(answer.code) ? held : notHeld)(spoken(answer));
}

function expectCode(answer: TrackAnswer, codes: readonly number[]): LiveFinding {
  if (answer.kind !== 'answered') return notAsked(spoken(answer));
  return (codes.includes(answer.code) ? held : notHeld)(spoken(answer));
}

/** The first answer that is not as it should be; all of them in words where every one is. */
async function expectAll(findings: readonly [string, LiveFinding][]): Promise<LiveFinding> {
  const bad = findings.find(([, { outcome }]) => outcome !== 'held');
  if (bad) return { outcome: bad[1].outcome, saw: `${bad[0]}: ${bad[1].saw}` };
  return held(findings.map(([what, { saw }]) => `${what}: ${saw}`).join('; '));
}

const daysBefore = (now: Date, days: number): number => Math.floor(now.getTime() / 1000) - days * 86_400;

export const tiktokChecks: readonly LiveCheck<Asked>[] = [
  {
    id: 'tiktok-test-event',
    asks: 'A whole test event is taken.',
    run: async (asked) => expectTaken(await ask(asked, [sampleEvent(asked)])),
  },
  {
    id: 'tiktok-error-status',
    asks: 'A wrong token is refused with 40104, 40105 or 40110, whatever the HTTP status.',
    run: async (asked) =>
      expectCode(
        await ask(asked, [sampleEvent(asked)], { accessToken: WRONG_TOKEN }),
        [40104, 40105, 40110, 40101],
      ),
  },
  {
    id: 'tiktok-foreign-pixel',
    asks: 'A pixel that is not the account’s is refused with 40001.',
    run: async (asked) =>
      expectCode(await ask(asked, [sampleEvent(asked)], { pixelCode: FOREIGN_PIXEL }), [40001]),
  },
  {
    id: 'tiktok-check-order',
    asks: 'The token is looked at before the body.',
    run: async (asked) =>
      expectCode(
        await asked.client.track({ accessToken: WRONG_TOKEN, body: '{' }),
        [40104, 40105, 40110, 40101],
      ),
  },
  {
    id: 'tiktok-bad-body',
    asks: 'A body that is no JSON is refused with 40002.',
    run: async (asked) =>
      expectCode(await asked.client.track({ accessToken: asked.accessToken, body: '{' }), [40002]),
  },
  {
    id: 'tiktok-batch-index',
    asks: 'One bad event refuses its batch, and the message names its place.',
    async run(asked) {
      const answer = await ask(asked, [
        sampleEvent(asked),
        sampleEvent(asked, { event_time: 'yesterday', event_id: 'tock-doctor-bad' }),
      ]);
      if (answer.kind !== 'answered') return notAsked(spoken(answer));
      if (taken.has(answer.code)) return notHeld(`the batch was taken: ${spoken(answer)}`);
      return (refusedIndex(answer.message, 2) === 1 ? held : notHeld)(spoken(answer));
    },
  },
  {
    id: 'tiktok-types',
    asks: 'Numbers for ids and text for a price are refused with 40000 or 40002.',
    async run(asked) {
      const content = (change: Record<string, unknown>) => ({
        properties: {
          contents: [{ content_id: 'a', quantity: 1, price: 1, ...change }],
          content_type: 'product',
        },
      });
      const refused = async (change: Record<string, unknown>): Promise<LiveFinding> =>
        expectCode(await ask(asked, [sampleEvent(asked, change)]), [40000, 40002]);
      return expectAll([
        ['event_id 1', await refused({ event_id: 1 })],
        ['content_id 1', await refused(content({ content_id: 1 }))],
        ['price "1.00"', await refused(content({ price: '1.00' }))],
      ]);
    },
  },
  {
    id: 'tiktok-event-time',
    asks: 'An event time in milliseconds is refused with 40002.',
    run: async (asked) =>
      expectCode(await ask(asked, [sampleEvent(asked, { event_time: asked.now.getTime() })]), [40002]),
  },
  {
    id: 'tiktok-currency',
    asks: 'A currency that TikTok does not list is refused with 40002.',
    run: async (asked) =>
      expectCode(
        await ask(asked, [sampleEvent(asked, { properties: { currency: 'XPF', value: 1 } })]),
        [40002],
      ),
  },
  {
    id: 'tiktok-ldu-ip',
    asks: 'Limited data use without an address is refused with 40002.',
    run: async (asked) =>
      expectCode(
        await ask(asked, [
          sampleEvent(asked, { limited_data_use: true, user: { external_id: 'a'.repeat(64) } }),
        ]),
        [40002],
      ),
  },
  {
    id: 'tiktok-documentation-ip',
    asks: 'An address of a documentation network is taken.',
    run: async (asked) =>
      expectTaken(
        await ask(asked, [sampleEvent(asked, { user: { ip: '198.51.100.4', user_agent: 'Tock doctor' } })]),
      ),
  },
  {
    id: 'tiktok-unhashed',
    asks: 'An external id that is no SHA-256 is taken and, presumably, ignored.',
    run: async (asked) =>
      expectTaken(
        await ask(asked, [
          sampleEvent(asked, {
            user: { external_id: 'plain', ip: '203.0.113.7', user_agent: 'Tock doctor' },
          }),
        ]),
      ),
  },
  {
    id: 'tiktok-unknown-fields',
    asks: 'A field that TikTok does not know is taken silently.',
    run: async (asked) => expectTaken(await ask(asked, [sampleEvent(asked, { tock_doctor: 'unknown' })])),
  },
  {
    id: 'tiktok-custom-names',
    asks: 'A custom name of 50 letters, digits, "_" and "-" is taken.',
    run: async (asked) =>
      expectTaken(await ask(asked, [sampleEvent(asked, { event: `Tock_doctor-${'x9'.repeat(19)}` })])),
  },
  {
    id: 'tiktok-seven-days',
    asks: 'Events of six and of eight days ago are taken.',
    run: async (asked) =>
      expectAll([
        [
          'six',
          expectTaken(await ask(asked, [sampleEvent(asked, { event_time: daysBefore(asked.now, 6) })])),
        ],
        [
          'eight',
          expectTaken(await ask(asked, [sampleEvent(asked, { event_time: daysBefore(asked.now, 8) })])),
        ],
      ]),
  },
  {
    id: 'tiktok-slash',
    asks: 'Without its last slash the address is unknown.',
    async run(asked) {
      try {
        const answer = await request(`${asked.baseUrl}/event/track`, {
          method: 'POST',
          headers: { 'access-token': asked.accessToken, 'content-type': 'application/json' },
          body: JSON.stringify({
            event_source: 'web',
            event_source_id: asked.pixelCode,
            test_event_code: asked.testEventCode,
            data: [sampleEvent(asked)],
          }),
          headersTimeout: 10_000,
          bodyTimeout: 10_000,
        });
        await answer.body.dump();
        return (answer.statusCode === 404 ? held : notHeld)(`HTTP ${answer.statusCode}`);
      } catch {
        return notAsked('TikTok could not be reached.');
      }
    },
  },
];

/** One after the other: a check must not meet the rate limit. */
export async function checkTikTok(
  under: TikTokUnderCheck,
): Promise<{ id: string; asks: string; finding: LiveFinding }[]> {
  const client = createTikTok({ baseUrl: under.baseUrl });
  const found = [];
  try {
    for (const { id, asks, run } of tiktokChecks)
      found.push({ id, asks, finding: await run({ ...under, client }) });
  } finally {
    await client.close();
  }
  return found;
}
