/** `backfill`: the orders from before the install, shown first and sent with --send; stopped and gone on with at any time. */
import type { Backfill } from '../store/reconcile.ts';
import { CommandError, type Answer, type Command } from './command.ts';
import { spoken } from './ledger.ts';
import { formatMinor } from './money.ts';
import { requireShopOption } from './shops.ts';

const ACTOR = 'command line';

export const backfill: Command = {
  name: 'backfill',
  usage: '--shop D [--send | --stop | --resume]',
  summary: 'Shows which orders from before the install TikTok can still use; with --send, sends them.',
  help: [
    '--shop D   the shop, such as birch.myshopify.com',
    '--send     in truth, and until all are taken in; without it nothing is changed',
    '--stop     stops one that runs, wherever it runs',
    '--resume   goes on with one that was stopped or broke off',
    'The worker goes on with it by itself if this command is ended.',
  ],
  options: {
    shop: { type: 'string' },
    send: { type: 'boolean' },
    stop: { type: 'boolean' },
    resume: { type: 'boolean' },
  },
  positionals: { min: 0, max: 0 },
  async run(call) {
    const wishes = ['send', 'stop', 'resume'].filter((wish) => call.values[wish] === true);
    if (wishes.length > 1) throw new CommandError('--send, --stop and --resume exclude each other.', 2);
    const { house, shop } = await requireShopOption(call);
    const engine = house.bookkeeping.backfill;
    const said = (now: Backfill | null, lines: string[] = []): Answer => ({
      lines: [...lines, now ? progressOf(now, shop.currency) : 'None was ever begun.'],
      json: spoken({ shop: shop.domain, backfill: now }),
    });
    const worked = async (lines: string[]): Promise<Answer> => {
      await engine.run(shop.id);
      const now = await engine.progress(shop.id);
      // Still running: Shopify did not answer, or a worker is at it.
      return { ...said(now, lines), failed: now?.state === 'running' };
    };
    if (wishes[0] === 'stop') {
      const stopped = await engine.stop(shop.id, ACTOR);
      return said(await engine.progress(shop.id), stopped ? [] : ['None runs.']);
    }
    if (wishes[0] === 'resume') {
      await engine.resume(shop.id, ACTOR);
      return worked([]);
    }
    const look = await engine.preview(shop.id);
    if (!look.ok) throw new CommandError(`Shopify could not be asked: ${look.trouble}.`);
    const { preview } = look;
    const lines = [
      `${preview.orders} orders worth ${formatMinor(preview.valueMinor, preview.currency)} from ${preview.fromAt.toISOString()} to ${preview.toAt.toISOString()} can be sent; ${preview.known} more are in Tock already.`,
    ];
    if (wishes.length === 0)
      return {
        lines: [...lines, 'Nothing was sent. Add --send to do it.'],
        json: spoken({ shop: shop.domain, dryRun: true, preview }),
      };
    if (preview.orders === 0) return said(await engine.progress(shop.id), lines);
    if (!(await engine.begin(shop.id, preview, ACTOR)))
      throw new CommandError('One runs already. Use --stop to stop it.');
    return worked(lines);
  },
};

const progressOf = ({ state, recorded, total, valueMinor }: Backfill, currency: string): string =>
  `${state}: ${recorded} of ${total} orders taken in, worth ${formatMinor(valueMinor, currency)}.`;
