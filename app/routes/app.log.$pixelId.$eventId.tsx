/** One event at one pixel: how it stands, why, what to do, its way, what was sent, and sending it again. */
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { useFetcher, useLoaderData, useNavigate } from '@remix-run/react';
import { useAppBridge } from '@shopify/app-bridge-react';
import {
  Banner,
  BlockStack,
  Box,
  Card,
  InlineGrid,
  InlineStack,
  Link,
  List,
  Page,
  Text,
} from '@shopify/polaris';
import { useEffect, useState } from 'react';

import { MatchKeys } from '../ui/MatchKeys.tsx';
import { SendAgain } from '../ui/SendAgain.tsx';
import { StateBadge } from '../ui/StateBadge.tsx';
import { AGAIN_TEXT, EVENT_TEXT } from '../ui/texts-event.ts';
import { UNASKED_TITLE } from '../ui/texts-settings.ts';
import { Way } from '../ui/Way.tsx';
import { againWords, detailWords, notAgainWords } from '../ui/words-for-event.ts';

const notHere = () => new Response('This event is not here.', { status: 404 });

export async function loader({ context, params, request }: LoaderFunctionArgs) {
  const { shop, staff, store } = await context.house.requireShop(request);
  const pixelId = params.pixelId ?? '';
  const [pixel, detail] = await Promise.all([
    store.pixels.get(pixelId),
    context.house.logOf(shop).detail(pixelId, params.eventId ?? ''),
  ]);
  if (!pixel || !detail) throw notHere();
  return {
    ...detailWords(
      detail,
      { id: pixel.id, name: pixel.name },
      { timeZone: shop.timeZone, locale: staff.locale },
    ),
    notAgain: notAgainWords(detail.record.entry, pixel.removedAt !== null),
  };
}

/** "plan" looks and changes nothing; "resend" does what the plan said, if that is still so. */
export async function action({ context, params, request }: ActionFunctionArgs) {
  const { shop, store, actor } = await context.house.requireShop(request);
  const form = await request.formData();
  const intent = form.get('intent');
  const pixelId = params.pixelId ?? '';
  const detail = await context.house.logOf(shop).detail(pixelId, params.eventId ?? '');
  const orderId = detail?.record.entry.orderId;
  if (!detail || !orderId || !(await store.pixels.get(pixelId))) throw notHere();
  if (intent !== 'plan' && intent !== 'resend')
    throw new Response('This form is not known.', { status: 400 });
  const { bookkeeping } = context.house;
  const filter = { orders: [orderId], pixelId };
  const plan = await bookkeeping.planReplay(shop.id, filter);
  const one = plan?.planned.find(({ order }) => order.eventId === params.eventId);
  if (!one) return { plan: null, problem: AGAIN_TEXT.gone, sent: false };
  if (intent === 'plan') return { plan: againWords(one), problem: null, sent: false };
  const done = await bookkeeping.replay(shop.id, [one], {
    actor,
    evenIfTwice: form.get('twice') === 'yes',
    filter,
  });
  if (done.queued === 1) return { plan: null, problem: null, sent: true };
  return { plan: againWords(one), problem: AGAIN_TEXT.gone, sent: false };
}

export default function Event() {
  const event = useLoaderData<typeof loader>();
  const navigate = useNavigate();
  const shopify = useAppBridge();
  const fetcher = useFetcher<typeof action>();
  const [open, setOpen] = useState(false);
  const { data } = fetcher;

  useEffect(() => {
    if (!data?.sent) return;
    shopify.toast.show(AGAIN_TEXT.sent);
    setOpen(false);
  }, [data, shopify]);

  function look() {
    setOpen(true);
    fetcher.submit({ intent: 'plan' }, { method: 'post' });
  }

  return (
    <Page
      title={event.what}
      titleMetadata={<StateBadge state={event.state} />}
      backAction={{ content: EVENT_TEXT.back, onAction: () => navigate('/app/log') }}
      secondaryActions={
        event.notAgain === null && !open ? [{ content: AGAIN_TEXT.action, onAction: look }] : []
      }
    >
      <BlockStack gap="400">
        {event.state === 'error' ? (
          <Banner tone="critical" title={event.meaning}>
            {event.next ? <p>{event.next.text}</p> : null}
          </Banner>
        ) : (
          <Card>
            <BlockStack gap="200">
              <Text as="p">{event.meaning}</Text>
              {event.next ? (
                <Text as="p" fontWeight="semibold">
                  {event.next.to ? <Link url={event.next.to}>{event.next.text}</Link> : event.next.text}
                </Text>
              ) : null}
              {event.rule ? (
                <Text as="p" tone="subdued">
                  {EVENT_TEXT.decidedBy}:{' '}
                  {event.rule.to ? <Link url={event.rule.to}>{event.rule.name}</Link> : event.rule.name}
                </Text>
              ) : null}
            </BlockStack>
          </Card>
        )}
        {event.unasked.length > 0 ? (
          <Banner tone="warning" title={UNASKED_TITLE}>
            <List>
              {event.unasked.map((sentence) => (
                <List.Item key={sentence}>{sentence}</List.Item>
              ))}
            </List>
          </Banner>
        ) : null}
        {data?.problem ? <Banner tone="warning" title={data.problem} /> : null}
        {open ? (
          <SendAgain
            plan={data?.plan ?? null}
            pixelId={event.pixel.id}
            sending={fetcher.state !== 'idle'}
            onSend={(evenIfTwice) =>
              fetcher.submit(
                { intent: 'resend', ...(evenIfTwice ? { twice: 'yes' } : {}) },
                { method: 'post' },
              )
            }
            onLeave={() => setOpen(false)}
          />
        ) : null}
        <InlineGrid columns={{ xs: 1, md: 2 }} gap="400" alignItems="start">
          <BlockStack gap="400">
            <Card>
              <BlockStack gap="300">
                <Text as="h2" variant="headingMd">
                  {EVENT_TEXT.way}
                </Text>
                <Way steps={event.way} />
              </BlockStack>
            </Card>
            <Card>
              <BlockStack gap="300">
                <Text as="h2" variant="headingMd">
                  {EVENT_TEXT.what}
                </Text>
                <Fact name={EVENT_TEXT.eventId} value={event.eventId} />
                <Fact
                  name={EVENT_TEXT.tiktokEvent}
                  value={
                    event.eventName ?? (event.state === 'waiting' ? EVENT_TEXT.notNamed : EVENT_TEXT.notSent)
                  }
                />
                {event.value ? <Fact name={EVENT_TEXT.value} value={event.value} /> : null}
                <InlineStack gap="100">
                  <Text as="span" tone="subdued">
                    {EVENT_TEXT.pixel}:
                  </Text>
                  <Link url={`/app/pixels/${event.pixel.id}`}>{event.pixel.name}</Link>
                </InlineStack>
              </BlockStack>
            </Card>
          </BlockStack>
          {event.match ? (
            <Card>
              <MatchKeys match={event.match} />
            </Card>
          ) : null}
        </InlineGrid>
        {event.payload ? <Payload payload={event.payload} /> : null}
        {event.noPayload ? (
          <Card>
            <Text as="p">{event.noPayload}</Text>
          </Card>
        ) : null}
        {event.notAgain ? (
          <Box paddingInline={{ xs: '400', sm: '0' }}>
            <Text as="p" tone="subdued">
              {event.notAgain}
            </Text>
          </Box>
        ) : null}
      </BlockStack>
    </Page>
  );
}

function Payload({
  payload,
}: {
  payload: { text: string; check: string; lines: { name: string; text: string }[] };
}) {
  return (
    <Card>
      <BlockStack gap="300">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {EVENT_TEXT.sent}
          </Text>
          <Text as="p" tone="subdued">
            {payload.check}
          </Text>
        </BlockStack>
        <InlineGrid columns={{ xs: 1, md: 2 }} gap="400" alignItems="start">
          <BlockStack gap="200">
            <Text as="h3" variant="headingSm">
              {EVENT_TEXT.inWords}
            </Text>
            {payload.lines.map(({ name, text }) => (
              <Fact key={name} name={name} value={text} />
            ))}
          </BlockStack>
          <BlockStack gap="200">
            <Text as="h3" variant="headingSm">
              {EVENT_TEXT.asSent}
            </Text>
            <Box background="bg-surface-secondary" padding="300" borderRadius="200">
              <pre
                tabIndex={0}
                aria-label={EVENT_TEXT.asSentLabel}
                style={{ margin: 0, maxHeight: '28rem', overflow: 'auto' }}
              >
                {payload.text}
              </pre>
            </Box>
          </BlockStack>
        </InlineGrid>
      </BlockStack>
    </Card>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <Text as="p" breakWord>
      <Text as="span" tone="subdued">
        {name}:
      </Text>{' '}
      {value}
    </Text>
  );
}
