/** Settings: when a sale counts, what consent it needs and how it is matched; and the way to everything else. */
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { useActionData, useLoaderData, useSubmit } from '@remix-run/react';
import { BlockStack, Page } from '@shopify/polaris';

import { answerSettings } from '../ui/answer-settings.ts';
import { wholeNumber } from '../ui/NumberField.tsx';
import { ConsentFields, MatchingFields, SaleFields, type SalesDraft } from '../ui/SalesFields.tsx';
import { SavedNotice } from '../ui/SavedNotice.tsx';
import { SettingsBar } from '../ui/SettingsBar.tsx';
import { SettingsLinks } from '../ui/SettingsLinks.tsx';
import { SETTINGS_TEXT } from '../ui/texts-settings-page.ts';
import { useDraft } from '../ui/use-draft.tsx';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { store } = await context.house.requireShop(request);
  const { pixels, settings } = await context.house.settingsPages(store).sales();
  const { holdSeconds, clickWindowDays, ...others } = settings;
  return {
    pixels,
    stored: {
      ...others,
      holdSeconds: String(holdSeconds),
      clickWindowDays: String(clickWindowDays),
    } satisfies SalesDraft,
  };
}

export async function action({ context, request }: ActionFunctionArgs) {
  const { store, actor } = await context.house.requireShop(request);
  return answerSettings(
    context.house.settingsPages(store),
    { page: 'sales' },
    await request.formData(),
    actor,
    context.house.clock.now(),
  );
}

export default function Settings() {
  const { pixels, stored } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const submit = useSubmit();
  const draft = useDraft<SalesDraft>(stored);
  const errors = draft.changed && !answer?.done ? (answer?.errors ?? {}) : {};
  const { holdSeconds, clickWindowDays, ...others } = draft.value;

  function save() {
    const text = JSON.stringify({
      ...others,
      holdSeconds: wholeNumber(holdSeconds),
      clickWindowDays: wholeNumber(clickWindowDays),
    });
    submit({ intent: 'save', draft: text }, { method: 'post' });
  }
  const fields = {
    draft: draft.value,
    errors,
    onChange: (change: Partial<SalesDraft>) => draft.set((now) => ({ ...now, ...change })),
  };
  return (
    <Page title={SETTINGS_TEXT.title} subtitle={SETTINGS_TEXT.intro}>
      <SettingsBar open={draft.changed} onSave={save} onDiscard={draft.discard} />
      <BlockStack gap="400">
        <SavedNotice answer={answer} changed={draft.changed} />
        <SaleFields {...fields} pixels={pixels} />
        <ConsentFields {...fields} />
        <MatchingFields {...fields} />
        <SettingsLinks />
      </BlockStack>
    </Page>
  );
}
