/** A store's pixels are bounded: each is work for every order, on a server that other stores share. */
import { expect, test } from 'vitest';

import { createPixelUseCases } from '../../../app/settings/pixels.ts';

test.each([
  [49, { ok: true }],
  [50, { ok: false, problem: 'fields', errors: { code: expect.stringContaining('50 pixels') as unknown } }],
])('of a store with %d pixels one more is answered as it should be', async (many, expected) => {
  const rows = Array.from({ length: many }, (_, at) => ({ id: String(at + 1), code: 'C', state: 'active' }));
  const added = { id: '99', code: 'C4A1B2C3D4E5F6G7H8I9', state: 'active' };
  const use = createPixelUseCases(
    {
      pixels: {
        list: () => Promise.resolve(rows),
        get: () => Promise.resolve(null),
        add: () => Promise.resolve((rows.push(added), { ok: true as const, pixel: added })),
        change: () => Promise.resolve(null),
        remove: () => Promise.resolve(false),
      },
      settings: {
        current: () => Promise.resolve(null),
        add: () => Promise.resolve({ ok: true as const, version: 1 }),
      },
    },
    {
      changed: () => undefined,
      tellStorefront: () => Promise.resolve(undefined),
      stopped: () => Promise.resolve(),
    },
    () => Promise.resolve({ timeZone: 'UTC', now: new Date('2026-11-20T12:00:00Z') }),
  );
  const form = { code: added.code, token: 'a'.repeat(40), name: 'One more' };
  expect(await use.add(form, 'test')).toMatchObject(expected);
});
