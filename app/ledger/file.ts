/** A period of the ledger as a CSV file: one line for each day, pixel, state and reason, and each booked change. */
import { csvLines, type CsvCell } from '../base/csv.ts';
import { fromMinor } from '../conversion/browser.ts';
import type { PixelId } from '../conversion/facts.ts';
import type { ToldPeriod } from './told.ts';

export interface FilePixel {
  id: PixelId;
  code: string;
}

const HEADING = [
  'line',
  'day',
  'day is',
  'statement',
  'seal',
  'pixel code',
  'currency',
  'state',
  'reason',
  'orders',
  'money',
  'edited since',
  'deleted in Shopify',
  'as recorded on',
];

export function ledgerFile(
  told: ToldPeriod,
  shop: { domain: string; madeAt: Date },
  pixels: readonly FilePixel[],
): AsyncGenerator<string, void> {
  const codes = new Map(pixels.map(({ id, code }) => [id, code]));
  async function* rows(): AsyncGenerator<CsvCell[], void> {
    yield ['shop', shop.domain];
    yield ['period', told.from, told.to];
    yield ['time zone', told.timeZone];
    yield ['made at', shop.madeAt.toISOString()];
    yield ['seal of the newest closed day', told.head ?? 'none yet'];
    yield ['the period', told.closes ? 'closes to zero' : 'does not close'];
    yield [];
    yield HEADING;
    for (const { day, sums, closes, statement, recordedOn } of [...told.days].reverse())
      for (const sum of sums) {
        const money = (minor: bigint): string => fromMinor(minor, sum.currency);
        const line = (
          state: string,
          reason: string,
          orders: CsvCell,
          minor: bigint,
          rest: CsvCell[] = [],
        ) => [
          'sum',
          day,
          closes ? (statement ? 'closed' : 'open') : 'does not close',
          statement?.number,
          statement?.hash,
          codes.get(sum.pixelId) ?? sum.pixelId,
          sum.currency,
          state,
          reason,
          orders,
          money(minor),
          ...rest,
        ];
        yield line('orders in Shopify', '', sum.orders.count, sum.orders.minor, [
          money(sum.editedMinor),
          sum.gone.count,
          recordedOn?.toISOString(),
        ]);
        for (const part of sum.parts) yield line(part.state, part.reason, part.count, part.minor);
        yield line('unexplained', '', sum.unexplained.count, sum.unexplained.minor);
      }
    for (const change of told.changes)
      yield [
        'change after closing',
        change.day,
        'booked later',
        change.bookedIn.number,
        '',
        codes.get(change.pixelId) ?? change.pixelId,
        change.currency,
        change.state,
        change.reason,
        change.count,
        fromMinor(change.minor, change.currency),
        '',
        '',
        change.bookedIn.closedAt.toISOString(),
      ];
  }
  return csvLines(['Tock ledger'], rows());
}
