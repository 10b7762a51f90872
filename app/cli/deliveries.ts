/** `deliveries`: the newest events of a shop and what became of each. */
import { createDeliveryLog, type LogEntry } from '../store/log.ts';
import type { OutcomeState } from '../store/totals.ts';
import { CommandError, optional, table, type Command } from './command.ts';
import { requireShopOption } from './shops.ts';

const STATES: readonly OutcomeState[] = ['waiting', 'sent', 'skipped', 'error'];
const USUAL = 50;
const MOST = 1000;

export const deliveries: Command = {
  name: 'deliveries',
  usage: '--shop D [--status S] [--order ID] [--limit N]',
  summary: 'Shows the newest events of a shop and what became of each.',
  help: [
    '--shop D    the shop, such as birch.myshopify.com',
    `--status S  ${STATES.join(', ')}`,
    '--order ID  the numeric id of an order, or its name such as #1017',
    `--limit N   how many; ${USUAL} unless given, ${MOST} at most`,
  ],
  options: {
    shop: { type: 'string' },
    status: { type: 'string' },
    order: { type: 'string' },
    limit: { type: 'string' },
  },
  positionals: { min: 0, max: 0 },
  async run(call) {
    const wanted = optional(call, 'status');
    const state = STATES.find((known) => known === wanted);
    if (wanted !== undefined && state === undefined)
      throw new CommandError(`--status is one of ${STATES.join(', ')}.`, 2);
    const limit = Number(optional(call, 'limit') ?? USUAL);
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST)
      throw new CommandError(`--limit is a number from 1 to ${MOST}.`, 2);
    const { house, shop } = await requireShopOption(call);
    const log = createDeliveryLog({ database: house.store.database, shopId: shop.id });
    const { entries } = await log.page({ filter: { state, order: optional(call, 'order') }, limit });
    return {
      lines:
        entries.length === 0
          ? ['There is nothing like that.']
          : table(
              ['time', 'event', 'order', 'state', 'reason', 'pixel', 'event id'],
              entries.map((entry) => [
                entry.occurredAt.toISOString(),
                entry.eventName ?? entry.event,
                entry.orderName ?? '',
                entry.state,
                entry.reason,
                entry.pixelCode ?? entry.pixelId,
                entry.eventId,
              ]),
            ),
      json: entries.map(spoken),
    };
  },
};

const spoken = (entry: LogEntry): Record<string, unknown> => ({
  ...entry,
  valueMinor: entry.valueMinor === null ? null : String(entry.valueMinor),
});
