/** Home's one line, where what is worst comes first, and the set-up list. */
import { expect, it, test } from 'vitest';

import type { PixelState } from '../../../app/store/pixels.ts';
import { setupSteps, standing } from '../../../app/ui/words-for-home.ts';

const pixel = (id: string, state: PixelState, testEventCode: string | null = null) => ({
  id,
  name: `Pixel ${id}`,
  state,
  testEventCode,
});
const seen = { today: { error: 0 }, ever: { real: true, test: true }, check: null };
const shop = { webPixelId: 'gid://shopify/WebPixel/1', reconnectSince: null };

test.for<{ states: PixelState[]; state: string; to: string | null; says: string | null }>([
  { states: ['active', 'paused'], state: 'active', to: null, says: null },
  { states: ['paused', 'paused'], state: 'paused', to: '/app/pixels/1', says: null },
  { states: ['disconnected', 'disconnected'], state: 'disconnected', to: '/app/pixels/1', says: null },
  { states: ['active', 'disconnected'], state: 'needs_attention', to: '/app/pixels/2', says: null },
  {
    states: ['disconnected', 'token_refused'],
    state: 'token_refused',
    to: '/app/pixels/2',
    says: 'token_refused',
  },
  {
    states: ['no_permission', 'token_refused'],
    state: 'token_refused',
    to: '/app/pixels/2',
    says: 'token_refused',
  },
  {
    states: ['active', 'no_permission'],
    state: 'needs_attention',
    to: '/app/pixels/2',
    says: 'token_refused',
  },
])('pixels that are $states make a store that is $state', ({ states, state, to, says }) => {
  const pixels = states.map((one, place) => pixel(String(place + 1), one));
  const found = standing({ ...seen, pixels }, shop);
  expect({ state: found.state, to: found.next?.to ?? null, says: found.says }).toEqual({ state, to, says });
});

type Standing = Parameters<typeof standing>;
const twice: Standing[0]['check'] = {
  checkedAt: '2026-11-21T12:00:00.000Z',
  state: 'read',
  status: null,
  pages: [],
  findings: [
    {
      key: 'tiktok_app',
      kind: 'tiktok_app',
      pixelCode: 'C4A1B2C3D4E5F6G7H8I9',
      app: null,
      countsTwice: true,
      evidence: { url: 'https://northwind.example/', text: 'pixelCode' },
      visits: null,
      since: '2026-11-20T12:00:00.000Z',
    },
  ],
};

test.for<[state: string, of: Partial<Standing[0]>, at: Partial<Standing[1]>, line: string]>([
  ['active', {}, {}, 'Orders go to TikTok, and nothing needs your hand.'],
  ['waiting', { ever: { real: false, test: true } }, {}, 'The first order goes out by itself'],
  ['test', { pixels: [pixel('1', 'active', 'TEST1')] }, {}, 'counts nowhere'],
  ['token_refused', { pixels: [pixel('1', 'token_refused')] }, {}, 'TikTok refused its access token'],
  ['disconnected', { pixels: [] }, {}, 'No pixel is connected'],
  ['needs_attention', { check: twice }, {}, 'Something else sends to the same pixel'],
  ['needs_attention', { today: { error: 1 } }, {}, 'TikTok refused one order today.'],
  ['needs_attention', {}, { webPixelId: null }, 'The storefront pixel is not on'],
  ['needs_attention', {}, { reconnectSince: new Date(0) }, 'Shopify ended Tock’s connection'],
])('a store that is %s says so with its cause', ([state, of, at, line]) => {
  const found = standing({ ...seen, pixels: [pixel('1', 'active')], ...of }, { ...shop, ...at });
  expect(found).toMatchObject({ state, line: expect.stringContaining(line) });
});

it('counts refused orders of today worse than a test mode, and says which alert that is', () => {
  const pixels = [pixel('1', 'active', 'TEST1')];
  expect(standing({ ...seen, pixels }, shop)).toMatchObject({ state: 'test', says: null });
  expect(standing({ ...seen, pixels, today: { error: 2 } }, shop)).toMatchObject({
    state: 'needs_attention',
    says: 'errors',
  });
});

it('offers orders from before the install once there is a pixel, while they are of use', () => {
  const list = (pixels: ReturnType<typeof pixel>[], backfillOpen: boolean) =>
    setupSteps({ ...seen, pixels, marks: new Set(), backfillOpen }, shop).filter(({ optional }) => optional);
  expect(list([pixel('1', 'active')], true)).toMatchObject([{ to: '/app/ledger/backfill', done: false }]);
  expect(list([pixel('1', 'active')], false)).toEqual([]);
  expect(list([], true)).toEqual([]);
});
