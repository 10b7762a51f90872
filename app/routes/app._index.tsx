/** Home: is it working, what happened today and in the last weeks, and the one thing to do next. */
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { useFetcher, useLoaderData } from '@remix-run/react';
import {
  Badge,
  Banner,
  BlockStack,
  Button,
  Card,
  InlineGrid,
  Link,
  Page,
  Text,
  type BadgeProps,
} from '@shopify/polaris';

import { MatchCoverage } from '../ui/MatchCoverage.tsx';
import { NumbersCard } from '../ui/NumbersCard.tsx';
import { OpenAlerts } from '../ui/OpenAlerts.tsx';
import { OrdersChart } from '../ui/OrdersChart.tsx';
import { SetupList } from '../ui/SetupList.tsx';
import { tested, TestModeNotice } from '../ui/TestModeNotice.tsx';
import { HOME_TEXT, STATE_LINE, type HomeState } from '../ui/texts-home.ts';
import { useEmbedState } from '../ui/use-embed.ts';
import { alertRows } from '../ui/words-for-alerts.ts';
import {
  chartWords,
  coverageWords,
  numberWords,
  setupSteps,
  standing,
  stuckWords,
} from '../ui/words-for-home.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff } = await context.house.requireShop(request);
  const [seen, alerts] = await Promise.all([context.house.overview(shop), context.house.openAlerts(shop.id)]);
  const { locale } = staff;
  const words = { timeZone: shop.timeZone, locale };
  const stands = standing(seen, shop);
  return {
    ...stands,
    alerts: alertRows(
      alerts.filter(({ cause }) => cause !== stands.says),
      words,
    ),
    today: numberWords(seen.today, shop.currency, locale),
    month: numberWords(seen.month, shop.currency, locale),
    days: { first: seen.days[0]?.day ?? '', last: seen.days.at(-1)?.day ?? '' },
    chart: chartWords(seen, locale),
    coverage: coverageWords(seen, locale),
    stuck: seen.pixels.flatMap(({ id, name, state }) => {
      const stuck = seen.stuck.get(id);
      const sentences = stuck ? stuckWords(stuck, state, shop.currency, words) : [];
      return sentences.length > 0 ? [{ id, name, sentences }] : [];
    }),
    testing: tested(seen.pixels),
    steps: setupSteps(seen, shop),
    dismissed: seen.marks.has('dismissed'),
  };
}

export async function action({ context, request }: ActionFunctionArgs) {
  const { store, actor } = await context.house.requireShop(request);
  const form = await request.formData();
  const on = form.get('on') === 'yes';
  switch (form.get('intent')) {
    case 'dismiss':
      await store.setup.set('dismissed', on, actor);
      return null;
    case 'sharing':
      await store.setup.set('data_sharing_off', on, actor);
      return null;
    default:
      throw new Response('This form is not known.', { status: 400 });
  }
}

const TONES: Record<HomeState, BadgeProps['tone']> = {
  active: 'success',
  waiting: 'info',
  test: 'warning',
  paused: undefined,
  needs_attention: 'critical',
  token_refused: 'critical',
  disconnected: 'attention',
};

export default function Home() {
  const home = useLoaderData<typeof loader>();
  const fetcher = useFetcher();
  const embed = useEmbedState();
  const tone = TONES[home.state];
  // Nobody but App Bridge knows of the embed; while it does not say, the step stands open.
  const steps = home.steps.map((step) =>
    step.key === 'embed' ? { ...step, done: embed === 'active' } : step,
  );
  const open = steps.some(({ done, optional }) => !done && !optional);
  const send = (intent: string, on: boolean) =>
    fetcher.submit({ intent, on: on ? 'yes' : 'no' }, { method: 'post', action: '/app?index' });
  return (
    <Page title="Tock" titleMetadata={<Badge {...(tone ? { tone } : {})}>{STATE_LINE[home.state]}</Badge>}>
      <BlockStack gap="400">
        {tone === 'critical' ? (
          <Banner tone="critical" title={home.line}>
            {home.next ? (
              <p>
                <Link url={home.next.to}>{home.next.text}</Link>
              </p>
            ) : null}
          </Banner>
        ) : (
          <Card>
            <BlockStack gap="100">
              <Text as="p">{home.line}</Text>
              {home.next ? (
                <Text as="p" fontWeight="semibold">
                  <Link url={home.next.to}>{home.next.text}</Link>
                </Text>
              ) : null}
            </BlockStack>
          </Card>
        )}
        {home.alerts.length > 0 ? <OpenAlerts alerts={home.alerts} /> : null}
        {home.state === 'test' ? null : <TestModeNotice pixels={home.testing} />}
        {home.stuck.map(({ id, name, sentences }) => (
          <Card key={id}>
            <BlockStack gap="100">
              <Text as="h2" variant="headingMd">
                {HOME_TEXT.stuck.title}: {name}
              </Text>
              {sentences.map((sentence) => (
                <Text key={sentence} as="p">
                  {sentence}
                </Text>
              ))}
            </BlockStack>
          </Card>
        ))}
        {open && !home.dismissed ? (
          <SetupList
            steps={steps}
            onDismiss={() => send('dismiss', true)}
            onTick={(on) => send('sharing', on)}
          />
        ) : null}
        <NumbersCard
          title={HOME_TEXT.today}
          numbers={home.today}
          days={{ from: home.days.last, to: home.days.last }}
        />
        <NumbersCard
          title={HOME_TEXT.month}
          numbers={home.month}
          days={{ from: home.days.first, to: home.days.last }}
        />
        <InlineGrid columns={{ xs: 1, md: ['twoThirds', 'oneThird'] }} gap="400" alignItems="start">
          <OrdersChart chart={home.chart} />
          <MatchCoverage coverage={home.coverage} />
        </InlineGrid>
        {open && home.dismissed ? (
          <div>
            <Button variant="plain" onClick={() => send('dismiss', false)}>
              {HOME_TEXT.setup.show}
            </Button>
          </div>
        ) : null}
      </BlockStack>
    </Page>
  );
}
