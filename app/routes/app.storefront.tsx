/** Storefront: whether the web pixel and the theme embed run, what the embed does, and who else sends to TikTok. */
import { json, type ActionFunctionArgs, type LoaderFunctionArgs, type TypedResponse } from '@remix-run/node';
import { useActionData, useLoaderData, useNavigation, useSubmit } from '@remix-run/react';
import { useAppBridge } from '@shopify/app-bridge-react';
import { Banner, BlockStack, Card, Page, Text } from '@shopify/polaris';
import { useEffect } from 'react';

import { answerSettings } from '../ui/answer-settings.ts';
import { EmbedChoices } from '../ui/EmbedChoices.tsx';
import { SavedNotice, type SettingsAnswer } from '../ui/SavedNotice.tsx';
import { SettingsBar } from '../ui/SettingsBar.tsx';
import { StorefrontCheckCard } from '../ui/StorefrontCheckCard.tsx';
import { EmbedCard, WebPixelCard } from '../ui/StorefrontStatus.tsx';
import { tooOften } from '../ui/texts.ts';
import { checkWords } from '../ui/texts-radar.ts';
import { SAVING_TEXT } from '../ui/texts-settings.ts';
import { STOREFRONT_TEXT } from '../ui/texts-storefront.ts';
import { useDraft } from '../ui/use-draft.tsx';
import { countWords } from '../ui/count-words.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff, store } = await context.house.requireShop(request);
  const { house } = context;
  const [{ embed }, webPixel, events, found] = await Promise.all([
    house.settingsPages(store).sources(),
    house.webPixelOf(shop),
    house.visitsHeard(shop),
    house.radarFindings(shop),
  ]);
  return {
    stored: embed,
    webPixel: webPixel.state,
    message: webPixel.state === 'unknown' ? webPixel.message : null,
    heard:
      events === 0 ? STOREFRONT_TEXT.nothingHeard : STOREFRONT_TEXT.heard(countWords(events, staff.locale)),
    editor: house.themeEditor(shop),
    check: found && checkWords(found, { timeZone: shop.timeZone, locale: staff.locale }),
  };
}

/** `trouble` is what Shopify said to a new connection; null where it went well. */
type Connected = { connected: true; trouble: string | null; at: string };

type TooOften = { tooOften: string };

export async function action({
  context,
  request,
}: ActionFunctionArgs): Promise<SettingsAnswer | Connected | TypedResponse<TooOften> | null> {
  const { shop, store, actor } = await context.house.requireShop(request);
  const { house } = context;
  const form = await request.formData();
  switch (form.get('intent')) {
    case 'check': {
      const wait = house.presses.wait(shop.id, 'storefront');
      if (wait !== null) return json({ tooOften: tooOften(wait) }, 429);
      await house.checkStorefront(shop);
      return null;
    }
    case 'connect': {
      const trouble = await house.tellStorefront(shop.id);
      return { connected: true, trouble: trouble ?? null, at: house.clock.now().toISOString() };
    }
    default:
      return answerSettings(
        house.settingsPages(store),
        { page: 'storefront' },
        form,
        actor,
        house.clock.now(),
      );
  }
}

export default function Storefront() {
  const { stored, webPixel, message, heard, editor, check } = useLoaderData<typeof loader>();
  const said = useActionData<typeof action>();
  const answer = said && 'done' in said ? said : undefined;
  const connected = said && 'connected' in said ? said : undefined;
  const submit = useSubmit();
  const shopify = useAppBridge();
  const asked = useNavigation().formData?.get('intent');
  const draft = useDraft(stored);

  const fine = connected?.trouble === null ? connected.at : undefined;
  useEffect(() => {
    if (fine !== undefined) shopify.toast.show(STOREFRONT_TEXT.connected);
  }, [fine, shopify]);

  return (
    <Page title={STOREFRONT_TEXT.title} subtitle={STOREFRONT_TEXT.intro}>
      <SettingsBar
        open={draft.changed}
        onSave={() => submit({ intent: 'save', draft: JSON.stringify(draft.value) }, { method: 'post' })}
        onDiscard={draft.discard}
      />
      <BlockStack gap="400">
        <SavedNotice answer={answer} changed={draft.changed} />
        {connected?.trouble ? (
          <Banner tone="warning" title={SAVING_TEXT.storefront}>
            <p>{connected.trouble}</p>
          </Banner>
        ) : null}
        <WebPixelCard
          state={webPixel}
          message={message}
          heard={heard}
          connecting={asked === 'connect'}
          onConnect={() => submit({ intent: 'connect' }, { method: 'post' })}
        />
        <EmbedCard editor={editor} />
        <EmbedChoices
          choices={draft.value}
          onChange={(change) => draft.set((now) => ({ ...now, ...change }))}
        />
        <Card>
          <BlockStack gap="300">
            <BlockStack gap="100">
              <Text as="h2" variant="headingSm">
                {STOREFRONT_TEXT.others}
              </Text>
              <Text as="p" tone="subdued">
                {STOREFRONT_TEXT.othersText}
              </Text>
            </BlockStack>
            <StorefrontCheckCard
              check={check}
              checking={asked === 'check'}
              problem={said && 'tooOften' in said ? said.tooOften : undefined}
              onCheck={() => submit({ intent: 'check' }, { method: 'post' })}
            />
          </BlockStack>
        </Card>
      </BlockStack>
    </Page>
  );
}
