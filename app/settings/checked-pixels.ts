/** Saving a pixel only when TikTok takes a test event with its token, and sending a test event to see it arrive. */
import { createHash } from 'node:crypto';

import type { Clock } from '../base/clock.ts';
import type { EventsApiEvent } from '../conversion/payload/v1.ts';
import { classify, type TrackAnswer } from '../tiktok/errors.ts';
import { readNewPixel, readPixelEdit, type FieldErrors, type FormValues } from './pixel-form.ts';
import type { PixelOutcome, PixelUseCases } from './pixels.ts';

interface PixelRow {
  readonly id: string;
  readonly code: string;
  readonly state: string;
  readonly testEventCode: string | null;
  readonly removedAt: Date | null;
}

export type PixelCheck =
  | { readonly state: 'taken' }
  /** TikTok said no: the field that is to be mended, and how. */
  | { readonly state: 'refused'; readonly errors: FieldErrors }
  /** Nobody can say yet: TikTok was not reached, or its answer is not about code and token. */
  | { readonly state: 'unclear'; readonly message: string };

export type CheckedOutcome<Row> =
  PixelOutcome<Row> | { readonly ok: false; readonly problem: 'unclear'; readonly message: string };

export type TestOutcome = PixelCheck | { readonly state: 'no_code' } | { readonly state: 'not_found' };

export interface CheckedPixels<Row> {
  /** With `unchecked` set to "yes" TikTok is not asked: offered once it could not be. */
  add(values: FormValues, actor: string): Promise<CheckedOutcome<Row>>;
  /** TikTok is asked when the token is a new one. */
  edit(id: string, values: FormValues, actor: string): Promise<CheckedOutcome<Row>>;
  /** To the Test events tab of the pixel. */
  sendTest(id: string): Promise<TestOutcome>;
}

interface CheckedPixelNeeds<Row extends PixelRow> {
  readonly rows: { get(id: string): Promise<Row | null>; token(id: string): Promise<string | null> };
  readonly pixels: Pick<PixelUseCases<Row>, 'add' | 'edit'>;
  /** Whether whoever asks may replace a stored token: the account owner alone may. */
  readonly owner: boolean;
  readonly tiktok: { track(call: { accessToken: string; body: string }): Promise<TrackAnswer> };
  /** Of the storefront, for the test event's page. */
  readonly pageUrl: string;
  /** The shop's. */
  readonly timeZone: string;
  readonly clock: Clock;
  /** Null when TikTok may be asked now; else in how many seconds it may. */
  wait(): number | null;
}

/** Goes along where staff gave no test event code: with any code TikTok counts nothing. */
const CHECK_CODE = 'TOCKCHECK';

export function createCheckedPixels<Row extends PixelRow>(needs: CheckedPixelNeeds<Row>): CheckedPixels<Row> {
  const { rows, pixels, tiktok, owner, pageUrl, clock, timeZone } = needs;

  async function check(code: string, token: string, testEventCode: string | null): Promise<PixelCheck> {
    const seconds = needs.wait();
    if (seconds !== null) return { state: 'refused', errors: { token: tooOften(seconds) } };
    const body = JSON.stringify({
      event_source: 'web',
      event_source_id: code,
      test_event_code: testEventCode ?? CHECK_CODE,
      data: [testEvent(pageUrl, clock.now())],
    });
    return judge(await tiktok.track({ accessToken: token, body }));
  }

  /** What stands in the way of saving; null when nothing does. */
  async function obstacle(
    values: FormValues,
    pixel: { code: string; token: string; testEventCode: string | null },
  ): Promise<Extract<CheckedOutcome<Row>, { ok: false }> | null> {
    if (values.unchecked === 'yes') return null;
    const checked = await check(pixel.code, pixel.token, pixel.testEventCode);
    switch (checked.state) {
      case 'taken':
        return null;
      case 'refused':
        return { ok: false, problem: 'fields', errors: checked.errors };
      case 'unclear':
        return { ok: false, problem: 'unclear', message: checked.message };
    }
  }

  return {
    async add(values, actor) {
      const form = readNewPixel(values, { timeZone, now: clock.now() });
      if (!form.ok) return { ok: false, problem: 'fields', errors: form.errors };
      return (await obstacle(values, form.fields)) ?? pixels.add(values, actor);
    },
    async edit(id, values, actor) {
      const form = readPixelEdit(values, { timeZone, now: clock.now() });
      if (!form.ok) return { ok: false, problem: 'fields', errors: form.errors };
      const pixel = await rows.get(id);
      if (!pixel || pixel.removedAt) return { ok: false, problem: 'not_found' };
      const { token, testEventCode } = form.edit;
      if (token !== undefined && !owner)
        return { ok: false, problem: 'fields', errors: { token: OWNER_ONLY } };
      const stopped =
        token === undefined ? null : await obstacle(values, { code: pixel.code, token, testEventCode });
      return stopped ?? pixels.edit(id, values, actor);
    },
    async sendTest(id) {
      const [pixel, token] = [await rows.get(id), await rows.token(id)];
      if (!pixel || pixel.removedAt || token === null) return { state: 'not_found' };
      if (pixel.testEventCode === null) return { state: 'no_code' };
      return check(pixel.code, token, pixel.testEventCode);
    },
  };
}

const OWNER_ONLY =
  'Only the account owner of this store can replace the token. Shopify shows who that is in your store’s Settings, under Users.';

const tooOften = (seconds: number): string =>
  `Too many checks in a row. Try again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`;

/** A view of the shop's front page by nobody: enough for TikTok to answer, about no person. */
function testEvent(pageUrl: string, now: Date): EventsApiEvent {
  const id = `tock-test-${now.getTime()}`;
  return {
    event: 'ViewContent',
    event_time: Math.floor(now.getTime() / 1000),
    event_id: id,
    user: { external_id: createHash('sha256').update(id).digest('hex') },
    properties: {},
    page: { url: pageUrl },
  };
}

function judge(answer: TrackAnswer): PixelCheck {
  const { policy, entry } = classify(answer, 1);
  if (policy === 'accepted') return { state: 'taken' };
  switch (entry.key) {
    case 'token_refused':
      return {
        state: 'refused',
        errors: {
          token:
            'TikTok refused this token. It was cut off while copying, revoked, or replaced by a newer one. Copy it once more, or create a new one.',
        },
      };
    case 'no_permission':
      return {
        state: 'refused',
        errors: {
          token:
            'This token may not send for this pixel code. Either it belongs to another pixel, or whoever made it is no admin or operator of the ad account that owns the pixel.',
        },
      };
    case 'object_not_found':
      return {
        state: 'refused',
        errors: {
          code: 'TikTok does not know a pixel with this code. It may be deleted or inactive, or a character is wrong.',
        },
      };
    default:
      return { state: 'unclear', message: `${entry.meaning} (${answer.message})` };
  }
}
