/** `settings export` and `settings import`: a set-up as a file, and what it would change in another store. */
import { spokenSettings, changedWords } from '../ui/words-for-settings.ts';
import { CommandError, type Call, type Command } from './command.ts';
import { requireShopOption } from './shops.ts';

export const settingsExport: Command = {
  name: 'settings export',
  usage: '--shop D',
  summary: "Prints a shop's settings as a file, without secrets.",
  help: ['--shop D  the shop, such as birch.myshopify.com'],
  options: { shop: { type: 'string' } },
  positionals: { min: 0, max: 0 },
  async run(call) {
    const { house, shop } = await requireShopOption(call);
    const text = await house.settingsPages(house.store.shop(shop.id)).exportAll();
    return { lines: [text.trimEnd()], json: JSON.parse(text) };
  },
};

export const settingsImport: Command = {
  name: 'settings import',
  usage: '--shop D [--apply] < FILE',
  summary: 'Shows what a file of settings would change in a shop; with --apply, changes it.',
  help: [
    '--shop D  the shop, such as birch.myshopify.com',
    '--apply   in truth, as one version that can be undone; without it nothing is changed',
    'The file comes on standard input. Pixels are matched by code, then by name; a file with one pixel fits all.',
  ],
  options: { shop: { type: 'string' }, apply: { type: 'boolean' } },
  positionals: { min: 0, max: 0 },
  async run(call: Call) {
    const { house, shop } = await requireShopOption(call);
    const pages = house.settingsPages(house.store.shop(shop.id));
    const text = await call.stdin();
    const look = await pages.lookAtImport(text);
    if (!look.ok) throw new CommandError(look.errors.map(problemLine).join(' '));
    const nameOf = (id: string): string => look.pixels.find((pixel) => pixel.id === id)?.name ?? id;
    const changes = changedWords(spokenSettings(look.before, nameOf), spokenSettings(look.settings, nameOf));
    const lines = [
      ...changes.map(
        ({ label, before, after }) => `${label}: ${before ?? 'nothing'} -> ${after ?? 'nothing'}`,
      ),
      ...look.unused.map((name) => `The file's pixel "${name}" fits none of this shop.`),
      ...look.untouched.map((name) => `The file says nothing of the pixel "${name}"; it stays as it is.`),
    ];
    const json = { shop: shop.domain, changes, unused: look.unused, untouched: look.untouched };
    if (changes.length === 0)
      return { lines: [...lines, 'Nothing would change.'], json: { ...json, applied: false } };
    if (call.values['apply'] !== true)
      return {
        lines: [...lines, 'Nothing was changed. Add --apply to do it.'],
        json: { ...json, applied: false },
      };
    const saved = await pages.applyImport(text, look.version, 'command line');
    if (!saved.ok) throw new CommandError('The settings changed meanwhile. Call the command again.');
    return {
      lines: [
        ...lines,
        'Done.',
        ...(saved.warning === undefined ? [] : [`Not told to the storefront yet: ${saved.warning}`]),
      ],
      json: { ...json, applied: true, warning: saved.warning ?? null },
    };
  },
};

const problemLine = ({ field, message }: { field: string; message: string }): string =>
  field === '' ? message : `${field}: ${message}`;
