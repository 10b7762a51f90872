/** `pixel add` and `pixel list`. The token comes on standard input, because arguments are visible to every process. */
import type { Pixel } from '../store/pixels.ts';
import { CommandError, optional, required, table, type Command } from './command.ts';
import { requireShopOption } from './shops.ts';

const ACTOR = 'command line';

const spoken = (pixel: Pixel): Record<string, unknown> => ({
  id: pixel.id,
  code: pixel.code,
  name: pixel.name,
  state: pixel.state,
  tokenLast4: pixel.tokenLast4,
  testEventCode: pixel.testEventCode,
  browserLeg: pixel.browserLeg,
  activeFrom: pixel.activeFrom.toISOString(),
});

export const pixelAdd: Command = {
  name: 'pixel add',
  usage: '--shop D --code C --token-stdin [--name N] [--test-code T] [--browser-leg] [--active-from T]',
  summary: 'Connects a TikTok pixel to a shop.',
  help: [
    '--shop D        the shop, such as birch.myshopify.com',
    '--code C        the pixel code of TikTok Events Manager',
    '--token-stdin   reads the access token from standard input',
    '--name N        how the pages call it; the code unless given',
    '--test-code T   events go to Test Events only',
    '--browser-leg   the theme embed loads this pixel in the storefront too',
    '--active-from T the first second whose orders count, in the store’s time, such as 2026-11-21T09:30; now unless given',
  ],
  options: {
    shop: { type: 'string' },
    code: { type: 'string' },
    name: { type: 'string' },
    'token-stdin': { type: 'boolean' },
    'test-code': { type: 'string' },
    'browser-leg': { type: 'boolean' },
    'active-from': { type: 'string' },
  },
  positionals: { min: 0, max: 0 },
  async run(call) {
    const code = required(call, 'code');
    if (call.values['token-stdin'] !== true)
      throw new CommandError('Hand the access token in on standard input, with --token-stdin.', 2);
    const { house, shop } = await requireShopOption(call);
    const outcome = await house.pixelsOf(house.store.shop(shop.id)).add(
      {
        code,
        name: optional(call, 'name') ?? '',
        token: (await call.stdin()).trim(),
        testEventCode: optional(call, 'test-code') ?? '',
        browserLeg: call.values['browser-leg'] === true ? 'on' : '',
        activeFrom: optional(call, 'active-from') ?? '',
      },
      ACTOR,
    );
    if (!outcome.ok) {
      throw new CommandError(
        outcome.problem === 'fields'
          ? Object.entries(outcome.errors)
              .map(([field, message]) => `${field}: ${message}`)
              .join(' ')
          : 'There is no such pixel.',
      );
    }
    const { pixel, warning } = outcome;
    return {
      lines: [
        `Pixel ${pixel.code} is connected to ${shop.domain} (id ${pixel.id}).`,
        ...(warning === undefined ? [] : [`Not told to the storefront yet: ${warning}`]),
      ],
      json: { ...spoken(pixel), warning: warning ?? null },
    };
  },
};

export const pixelList: Command = {
  name: 'pixel list',
  usage: '--shop D',
  summary: "Shows a shop's pixels; tokens by their last four characters.",
  help: ['--shop D  the shop, such as birch.myshopify.com'],
  options: { shop: { type: 'string' } },
  positionals: { min: 0, max: 0 },
  async run(call) {
    const { house, shop } = await requireShopOption(call);
    const pixels = await house.store.shop(shop.id).pixels.list();
    return {
      lines:
        pixels.length === 0
          ? [`${shop.domain} has no pixel yet.`]
          : table(
              ['id', 'code', 'name', 'state', 'token', 'test code'],
              pixels.map((pixel) => [
                pixel.id,
                pixel.code,
                pixel.name,
                pixel.state,
                `…${pixel.tokenLast4}`,
                pixel.testEventCode ?? '',
              ]),
            ),
      json: pixels.map(spoken),
    };
  },
};
