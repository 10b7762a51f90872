/** The log as a file: what is filtered, newest first. A POST, because it may be asked for by an email address. */
import type { ActionFunctionArgs } from '@remix-run/node';

import { fileAnswer } from '../ui/download.ts';
import { logCells } from '../ui/log-csv.ts';
import { LOG_TEXT } from '../ui/texts-log.ts';
import { textOf } from '../ui/answer-settings.ts';

export async function action({ context, request }: ActionFunctionArgs) {
  const { shop, store } = await context.house.requireShop(request);
  const form = await request.formData();
  const pixels = await store.pixels.list({ removed: true });
  const names = new Map(pixels.map((pixel) => [pixel.id, pixel.name]));
  const question = Object.fromEntries(
    ['state', 'reason', 'pixel', 'order', 'event', 'from', 'to'].map((name) => [name, textOf(form, name)]),
  );
  const parts = context.house.logOf(shop).csv(question, textOf(form, 'text').trim(), {
    heading: LOG_TEXT.csv.heading,
    row: (entry) => logCells(entry, names.get(entry.pixelId) ?? entry.pixelId),
    cut: [LOG_TEXT.csv.cut],
  });
  return fileAnswer(parts, { name: 'tock-log.csv' });
}
