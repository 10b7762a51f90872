/** One pixel: its name, token and test code, pausing and removing. */
import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from '@remix-run/node';
import { useActionData, useLoaderData, useNavigate, useSearchParams, useSubmit } from '@remix-run/react';
import { Modal, TitleBar, useAppBridge } from '@shopify/app-bridge-react';
import { Badge, Banner, BlockStack, Box, Card, InlineStack, Link, List, Page, Text } from '@shopify/polaris';
import { useEffect } from 'react';

import type { CheckedPixels } from '../settings/checked-pixels.ts';
import type { Pixel } from '../store/pixels.ts';
import { orderCount } from '../ui/count-words.ts';
import { PixelBadge } from '../ui/PixelBadge.tsx';
import { PixelForm } from '../ui/PixelForm.tsx';
import { PIXEL_TEXT } from '../ui/texts-pixels.ts';
import { SAVING_TEXT } from '../ui/texts-settings.ts';
import { stuckWords } from '../ui/words-for-home.ts';
import { zoneName } from '../ui/words-for.ts';

const notHere = () => new Response('This pixel is not here.', { status: 404 });

export async function loader({ context, params, request }: LoaderFunctionArgs) {
  const { store, shop, staff } = await context.house.requireShop(request);
  const pixel = await store.pixels.get(params.id ?? '');
  if (!pixel || pixel.removedAt) throw notHere();
  const { name, code, tokenLast4, testEventCode, state, browserLeg, activeFrom } = pixel;
  const waits =
    state === 'active'
      ? []
      : stuckWords(await context.house.stuckAt(shop, pixel.id), state, shop.currency, {
          timeZone: shop.timeZone,
          locale: staff.locale,
        });
  return {
    name,
    code,
    tokenLast4,
    testEventCode: testEventCode ?? '',
    state,
    browserLeg,
    activeFrom: context.house.localTime(shop, activeFrom).slice(0, 16),
    zone: zoneName({ timeZone: shop.timeZone, locale: staff.locale }),
    waits,
    owner: staff.owner,
  };
}

export async function action({ context, params, request }: ActionFunctionArgs) {
  const { store, shop, staff, actor } = await context.house.requireShop(request);
  const pixels = context.house.pixelsOf(store);
  const checked = context.house.checkedPixelsOf(store, shop, staff);
  const form = Object.fromEntries(await request.formData());
  const id = params.id ?? '';
  switch (form.intent) {
    case 'save':
      return saved();
    case 'test':
      return tested(await seenTest());
    case 'pause':
      return answer(await pixels.pause(id, actor), 'Pixel paused');
    case 'resume':
      return answer(await pixels.resume(id, actor), 'Pixel is active again');
    case 'remove': {
      const outcome = await pixels.remove(id, actor);
      if (!outcome.ok) throw notHere();
      return redirect('/app/pixels?removed=1');
    }
    default:
      throw new Response('This form is not known.', { status: 400 });
  }

  /** A new token lets go what waited for it: how much that is was counted before. */
  async function saved() {
    const { orders, late } = await context.house.stuckAt(shop, id);
    const outcome = await checked.edit(id, form, actor);
    const freed = form.token !== '' && form.token !== undefined && orders + late > 0;
    return answer(outcome, freed ? PIXEL_TEXT.released(counted(orders), counted(late)) : PIXEL_TEXT.saved);
  }

  function counted(orders: number): string | null {
    return orders === 0 ? null : orderCount(orders, staff.locale);
  }

  /** That one was seen is a step of the set-up. */
  async function seenTest() {
    const outcome = await checked.sendTest(id);
    if (outcome.state === 'taken') await store.setup.set('test_event_seen', true, actor);
    return outcome;
  }

  function answer(outcome: Awaited<ReturnType<typeof checked.edit>>, done: string) {
    const nothing = { errors: {}, unclear: null, done: null, warning: null, at: null, test: null };
    if (outcome.ok)
      return {
        ...nothing,
        done,
        warning: outcome.warning ?? null,
        at: context.house.clock.now().toISOString(),
      };
    switch (outcome.problem) {
      case 'not_found':
        throw notHere();
      case 'unclear':
        return { ...nothing, unclear: outcome.message };
      case 'fields':
        return { ...nothing, errors: outcome.errors };
    }
  }

  function tested(outcome: Awaited<ReturnType<typeof checked.sendTest>>) {
    if (outcome.state === 'not_found') throw notHere();
    return { errors: {}, unclear: null, done: null, warning: null, at: null, test: testWords(outcome) };
  }
}

function testWords(
  outcome: Exclude<Awaited<ReturnType<CheckedPixels<Pixel>['sendTest']>>, { state: 'not_found' }>,
) {
  switch (outcome.state) {
    case 'taken':
      return { arrived: true, text: PIXEL_TEXT.testTakenText };
    case 'no_code':
      return { arrived: false, text: PIXEL_TEXT.testNoCode };
    case 'unclear':
      return { arrived: false, text: outcome.message };
    case 'refused':
      return { arrived: false, text: Object.values(outcome.errors).join(' ') };
  }
}

const REMOVE = 'remove-pixel';

export default function EditPixel() {
  const pixel = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const navigate = useNavigate();
  const submit = useSubmit();
  const shopify = useAppBridge();
  const [search] = useSearchParams();
  const added = search.has('added');
  const done = answer?.done ?? null;

  useEffect(() => {
    if (done) shopify.toast.show(done);
  }, [done, answer?.at, shopify]);

  const intend = (intent: string) => submit({ intent }, { method: 'post' });
  const paused = pixel.state === 'paused';
  return (
    <Page
      title={pixel.name}
      titleMetadata={
        <InlineStack gap="200">
          <PixelBadge state={pixel.state} />
          {pixel.testEventCode ? <Badge tone="warning">{PIXEL_TEXT.testBadge}</Badge> : null}
        </InlineStack>
      }
      backAction={{ content: PIXEL_TEXT.title, onAction: () => navigate('/app/pixels') }}
      secondaryActions={[
        // Without a token there is nothing to send with, to pause or to resume.
        ...(pixel.state === 'disconnected'
          ? []
          : [
              { content: PIXEL_TEXT.sendTest, onAction: () => intend('test') },
              paused
                ? { content: PIXEL_TEXT.resume, onAction: () => intend('resume') }
                : { content: PIXEL_TEXT.pause, onAction: () => intend('pause') },
            ]),
        {
          content: PIXEL_TEXT.removeShort,
          destructive: true,
          onAction: () => void shopify.modal.show(REMOVE),
        },
      ]}
    >
      <BlockStack gap="400">
        {added ? (
          <Banner tone="success" title={PIXEL_TEXT.added}>
            <p>{PIXEL_TEXT.addedText}</p>
          </Banner>
        ) : null}
        {answer?.test ? (
          <Banner
            tone={answer.test.arrived ? 'success' : 'warning'}
            title={answer.test.arrived ? PIXEL_TEXT.testTaken : PIXEL_TEXT.testFailed}
          >
            <p>{answer.test.text}</p>
          </Banner>
        ) : null}
        {pixel.testEventCode ? (
          <Banner tone="warning" title={PIXEL_TEXT.testMode}>
            <p>
              {PIXEL_TEXT.testModeText} <Link url="/app/guides/test-events">{PIXEL_TEXT.howToTest}</Link>
            </p>
          </Banner>
        ) : null}
        {answer?.warning ? (
          <Banner tone="warning" title={SAVING_TEXT.storefront}>
            <p>{answer.warning}</p>
          </Banner>
        ) : null}
        {pixel.state === 'token_refused' || pixel.state === 'no_permission' ? (
          <Banner
            tone="critical"
            title={pixel.state === 'token_refused' ? PIXEL_TEXT.refused : PIXEL_TEXT.forbidden}
          >
            <p>{PIXEL_TEXT.refusedText}</p>
          </Banner>
        ) : null}
        {pixel.state === 'disconnected' ? (
          <Banner tone="warning" title={PIXEL_TEXT.disconnected}>
            <p>{PIXEL_TEXT.disconnectedText}</p>
          </Banner>
        ) : null}
        {paused ? (
          <Banner tone="info" title={PIXEL_TEXT.paused}>
            <p>{PIXEL_TEXT.pausedText}</p>
          </Banner>
        ) : null}
        {pixel.waits.length > 0 ? (
          <Card>
            <BlockStack gap="100">
              <Text as="h2" variant="headingSm">
                {PIXEL_TEXT.waits}
              </Text>
              {pixel.waits.map((sentence) => (
                <Text key={sentence} as="p">
                  {sentence}
                </Text>
              ))}
            </BlockStack>
          </Card>
        ) : null}
        <PixelForm
          stored={{
            name: pixel.name,
            code: pixel.code,
            token: '',
            testEventCode: pixel.testEventCode,
            browserLeg: pixel.browserLeg ? 'on' : 'off',
            activeFrom: pixel.activeFrom,
          }}
          zone={pixel.zone}
          tokenLast4={pixel.tokenLast4}
          mayReplaceToken={pixel.owner}
          errors={answer?.errors ?? {}}
          unclear={answer?.unclear ?? null}
          savedAt={answer?.at ?? ''}
        />
      </BlockStack>
      <Modal id={REMOVE}>
        <Box padding="400">
          <BlockStack gap="300">
            <List>
              {PIXEL_TEXT.removePoints.map((point) => (
                <List.Item key={point}>{point}</List.Item>
              ))}
            </List>
            {pixel.waits.length > 0 ? (
              <Text as="p" fontWeight="semibold">
                {PIXEL_TEXT.removeWaits} {pixel.waits[0]}
              </Text>
            ) : null}
            <Text as="p">{PIXEL_TEXT.removeInstead}</Text>
          </BlockStack>
        </Box>
        <TitleBar title={PIXEL_TEXT.removeTitle(pixel.name)}>
          <button
            variant="primary"
            tone="critical"
            onClick={() => {
              void shopify.modal.hide(REMOVE);
              intend('remove');
            }}
          >
            {PIXEL_TEXT.remove}
          </button>
          <button onClick={() => void shopify.modal.hide(REMOVE)}>{PIXEL_TEXT.keep}</button>
        </TitleBar>
      </Modal>
    </Page>
  );
}
