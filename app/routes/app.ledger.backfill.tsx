/** The orders from before the install: what there is, sent when staff say so, with its progress, stopped and gone on with. */
import { json, type ActionFunctionArgs, type LoaderFunctionArgs, type TypedResponse } from '@remix-run/node';
import { useFetcher, useLoaderData, useNavigate, useRevalidator } from '@remix-run/react';
import { Modal, TitleBar, useAppBridge } from '@shopify/app-bridge-react';
import {
  Badge,
  Banner,
  BlockStack,
  Box,
  Button,
  ButtonGroup,
  Card,
  InlineStack,
  Link,
  Page,
  ProgressBar,
  Text,
} from '@shopify/polaris';
import { useEffect } from 'react';

import {
  BACKFILL_TEXT,
  foundWords,
  knownWords,
  LEDGER_TEXT,
  recordedSoFar,
  sendWords,
  startedWords,
} from '../ui/texts-ledger.ts';
import { countWords, orderCount } from '../ui/count-words.ts';
import { tooOften } from '../ui/texts.ts';
import { moneyWords, momentWords, type ShopWords } from '../ui/words-for.ts';

const REFRESH_MS = 3_000;
const SURE = 'send-orders-from-before';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff, store } = await context.house.requireShop(request);
  const words = { timeZone: shop.timeZone, locale: staff.locale };
  const backfill = await context.house.bookkeeping.backfill.progress(store.id);
  return {
    backfill: backfill && {
      state: backfill.state,
      // More may come to light than the preview saw.
      part: backfill.state === 'done' ? 100 : Math.min(99, percent(backfill.recorded, backfill.total)),
      text: recordedSoFar(
        countWords(backfill.recorded, staff.locale),
        orderCount(Math.max(backfill.total, backfill.recorded), staff.locale),
        moneyWords(backfill.valueMinor, shop.currency, staff.locale) ?? '–',
      ),
      started: startedWords(backfill.actor, momentWords(backfill.startedAt, words)),
    },
  };
}

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.floor((part * 100) / whole));

interface Answer {
  /** What there is; `orders` goes back with the word to send them. */
  seen: { orders: number; count: string; text: string; known: string | null; tooLate: boolean } | null;
  problem: string | null;
  done: 'begun' | 'stopped' | 'resumed' | null;
}

export async function action({
  context,
  request,
}: ActionFunctionArgs): Promise<Answer | TypedResponse<Answer>> {
  const { shop, staff, store, actor } = await context.house.requireShop(request);
  const { backfill } = context.house.bookkeeping;
  const form = await request.formData();
  const answer = (change: Partial<Answer>): Answer => ({ seen: null, problem: null, done: null, ...change });
  switch (form.get('intent')) {
    case 'stop':
      return answer({ done: (await backfill.stop(store.id, actor)) ? 'stopped' : null });
    case 'resume':
      return answer({ done: (await backfill.resume(store.id, actor)) ? 'resumed' : null });
    case 'look':
    case 'begin': {
      const wait = context.house.presses.wait(store.id, 'backfill');
      if (wait !== null) return json(answer({ problem: tooOften(wait) }), 429);
      // What the form says of the orders is compared, never believed.
      const look = await backfill.preview(store.id);
      if (!look.ok) return answer({ problem: `${BACKFILL_TEXT.trouble}: ${look.trouble}.` });
      const { preview } = look;
      const seen = seenWords(preview, { timeZone: shop.timeZone, locale: staff.locale });
      if (form.get('intent') === 'look') return answer({ seen });
      if (preview.orders === 0) return answer({ seen });
      if (String(preview.orders) !== form.get('orders'))
        return answer({ seen, problem: BACKFILL_TEXT.changed });
      return (await backfill.begin(store.id, preview, actor))
        ? answer({ done: 'begun' })
        : answer({ problem: BACKFILL_TEXT.runs });
    }
    default:
      throw new Response('This is not possible here.', { status: 400 });
  }
}

function seenWords(
  preview: { orders: number; valueMinor: bigint; currency: string; known: number; fromAt: Date; toAt: Date },
  words: ShopWords,
): NonNullable<Answer['seen']> {
  const count = orderCount(preview.orders, words.locale);
  return {
    orders: preview.orders,
    count,
    text: foundWords(
      count,
      moneyWords(preview.valueMinor, preview.currency, words.locale) ?? '–',
      momentWords(preview.fromAt, words),
      momentWords(preview.toAt, words),
    ),
    known: preview.known === 0 ? null : knownWords(preview.known, words.locale),
    tooLate: preview.fromAt >= preview.toAt,
  };
}

export default function BackfillPage() {
  const { backfill } = useLoaderData<typeof loader>();
  const navigate = useNavigate();
  const fetcher = useFetcher<Answer>();
  const revalidator = useRevalidator();
  const running = backfill?.state === 'running';
  const busy = fetcher.state !== 'idle';
  const intent = fetcher.formData?.get('intent');

  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && revalidator.state === 'idle') revalidator.revalidate();
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [running, revalidator]);

  const say = (fields: Record<string, string>) => void fetcher.submit(fields, { method: 'post' });
  return (
    <Page
      title={BACKFILL_TEXT.title}
      narrowWidth
      backAction={{ content: LEDGER_TEXT.title, onAction: () => navigate('/app/ledger') }}
    >
      <BlockStack gap="400">
        {fetcher.data?.problem && !busy ? <Banner tone="warning" title={fetcher.data.problem} /> : null}
        {backfill ? (
          <Card>
            <BlockStack gap="300">
              <InlineStack align="space-between" blockAlign="center" gap="200">
                <Text as="h2" variant="headingMd">
                  {BACKFILL_TEXT.progress}
                </Text>
                <StateOf state={backfill.state} />
              </InlineStack>
              <ProgressBar
                progress={backfill.part}
                tone={backfill.state === 'done' ? 'success' : 'highlight'}
                size="small"
                animated={false}
                ariaLabelledBy="backfill-text"
              />
              <div id="backfill-text" aria-live="polite">
                <Text as="p">{backfill.text}</Text>
              </div>
              <Text as="p" tone="subdued">
                {`${backfill.started} ${STATE_TEXT[backfill.state]}`}
              </Text>
              <InlineStack gap="300" blockAlign="center">
                {backfill.state === 'running' ? (
                  <Button loading={busy && intent === 'stop'} onClick={() => say({ intent: 'stop' })}>
                    {BACKFILL_TEXT.stop}
                  </Button>
                ) : null}
                {backfill.state === 'stopped' ? (
                  <Button
                    variant="primary"
                    loading={busy && intent === 'resume'}
                    onClick={() => say({ intent: 'resume' })}
                  >
                    {BACKFILL_TEXT.resume}
                  </Button>
                ) : null}
                <Link url="/app/log?kind=order">{BACKFILL_TEXT.log}</Link>
              </InlineStack>
            </BlockStack>
          </Card>
        ) : null}
        {running || backfill?.state === 'stopped' ? null : (
          <Look seen={fetcher.data?.seen ?? null} busy={busy} intent={intent} say={say} />
        )}
      </BlockStack>
    </Page>
  );
}

const STATE_TEXT = {
  running: BACKFILL_TEXT.runningText,
  stopped: BACKFILL_TEXT.stoppedText,
  done: BACKFILL_TEXT.doneText,
} as const;

function StateOf({ state }: { state: keyof typeof STATE_TEXT }) {
  switch (state) {
    case 'running':
      return (
        <Badge tone="info" progress="partiallyComplete">
          {BACKFILL_TEXT.running}
        </Badge>
      );
    case 'stopped':
      return (
        <Badge tone="attention" progress="partiallyComplete">
          {BACKFILL_TEXT.stopped}
        </Badge>
      );
    case 'done':
      return (
        <Badge tone="success" progress="complete">
          {BACKFILL_TEXT.done}
        </Badge>
      );
  }
}

interface LookProps {
  seen: Answer['seen'];
  busy: boolean;
  intent: FormDataEntryValue | null | undefined;
  say: (fields: Record<string, string>) => void;
}

function Look({ seen, busy, intent, say }: LookProps) {
  const shopify = useAppBridge();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="p">{BACKFILL_TEXT.intro}</Text>
        <div aria-live="polite">
          {seen === null ? null : seen.orders === 0 ? (
            <Text as="p" fontWeight="semibold">
              {seen.tooLate ? BACKFILL_TEXT.tooLate : BACKFILL_TEXT.nothing}
            </Text>
          ) : (
            <BlockStack gap="300">
              <Text as="p" fontWeight="semibold">
                {seen.text}
              </Text>
              {seen.known === null ? null : <Text as="p">{seen.known}</Text>}
              <Banner tone="warning" title={BACKFILL_TEXT.warning}>
                <p>{BACKFILL_TEXT.warningText}</p>
              </Banner>
            </BlockStack>
          )}
        </div>
        <ButtonGroup>
          {seen !== null && seen.orders > 0 ? (
            <Button
              variant="primary"
              loading={busy && intent === 'begin'}
              onClick={() => void shopify.modal.show(SURE)}
            >
              {sendWords(seen.count)}
            </Button>
          ) : null}
          <Button loading={busy && intent === 'look'} onClick={() => say({ intent: 'look' })}>
            {seen === null ? BACKFILL_TEXT.look : BACKFILL_TEXT.lookAgain}
          </Button>
        </ButtonGroup>
      </BlockStack>
      <Modal id={SURE}>
        <Box padding="400">
          <BlockStack gap="200">
            <Text as="p">{seen?.text}</Text>
            <Text as="p">{BACKFILL_TEXT.sureText}</Text>
          </BlockStack>
        </Box>
        <TitleBar title={BACKFILL_TEXT.sure}>
          <button
            variant="primary"
            onClick={() => {
              void shopify.modal.hide(SURE);
              say({ intent: 'begin', orders: String(seen?.orders ?? 0) });
            }}
          >
            {sendWords(seen?.count ?? '')}
          </button>
          <button onClick={() => void shopify.modal.hide(SURE)}>{BACKFILL_TEXT.cancel}</button>
        </TitleBar>
      </Modal>
    </Card>
  );
}
