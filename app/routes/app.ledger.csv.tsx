/** The ledger's sums of a period as a file, day by day; the seal of the newest closed day stands on top of it. */
import type { LoaderFunctionArgs } from '@remix-run/node';

import { fileAnswer } from '../ui/download.ts';
import { askedPeriod } from '../ui/ledger-period.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, store } = await context.house.requireShop(request);
  const asked = askedPeriod(new URL(request.url).searchParams, context.house.today(shop));
  const problem = asked.problems.from ?? asked.problems.to;
  if (problem !== undefined) throw new Response(problem, { status: 400 });
  const parts = await context.house.bookkeeping.file(store.id, asked.from, asked.to);
  if (!parts) throw new Response('The ledger is not here.', { status: 404 });
  return fileAnswer(parts, { name: `tock-ledger-${asked.from}-${asked.to}.csv` });
}
