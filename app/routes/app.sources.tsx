/** Order sources: which orders count as the store's sales, with what each choice means for the orders of late. */
import { json, type ActionFunctionArgs, type LoaderFunctionArgs, type TypedResponse } from '@remix-run/node';
import {
  useActionData,
  useFetcher,
  useLoaderData,
  useSubmit,
  type ShouldRevalidateFunctionArgs,
} from '@remix-run/react';
import { BlockStack, InlineGrid, Page } from '@shopify/polaris';
import { useEffect, useState } from 'react';

import type { ClosedSources } from '../settings/access.ts';
import type { FeatureWithScopes } from '../shopify/feature-scopes.ts';
import { answerSettings, textOf } from '../ui/answer-settings.ts';
import { SavedNotice, type SettingsAnswer } from '../ui/SavedNotice.tsx';
import { SettingsBar } from '../ui/SettingsBar.tsx';
import { SourcePreview } from '../ui/SourcePreview.tsx';
import { newRule, SourceRules } from '../ui/SourceRules.tsx';
import { SourcesSeen } from '../ui/SourcesSeen.tsx';
import { SourceSwitches } from '../ui/SourceSwitches.tsx';
import { SOURCES_TEXT } from '../ui/texts-settings.ts';
import { TikTokShopMarks } from '../ui/TikTokShopMarks.tsx';
import { useAsking } from '../ui/use-asking.ts';
import { useDraft } from '../ui/use-draft.tsx';
import { lookWords, type LookWords } from '../ui/words-for-sources.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { store } = await context.house.requireShop(request);
  const pages = context.house.settingsPages(store);
  const [{ sources, rules, tiktokShop }, closed] = await Promise.all([
    pages.sources(),
    pages.closedSources(),
  ]);
  return { stored: { sources, rules, tiktokShop }, closed };
}

/** `look` is what the draft it was asked for means; a draft that has something wrong in it has none. */
type Look = { look: LookWords | null; errors: Record<string, string>; wait?: number };

export async function action({
  context,
  request,
}: ActionFunctionArgs): Promise<SettingsAnswer | Look | TypedResponse<Look>> {
  const { shop, staff, store, actor } = await context.house.requireShop(request);
  const pages = context.house.settingsPages(store);
  const form = await request.formData();
  if (form.get('intent') !== 'look')
    return answerSettings(pages, { page: 'sources' }, form, actor, context.house.clock.now());
  const wait = context.house.presses.wait(shop.id, 'preview');
  if (wait !== null) return json({ look: null, errors: {}, wait }, 429);
  const looked = await pages.lookAtSources(textOf(form, 'draft'));
  return looked.ok
    ? { look: lookWords(looked.value, { timeZone: shop.timeZone, locale: staff.locale }), errors: {} }
    : { look: null, errors: looked.errors };
}

/** Looking changes nothing, so nothing is read again for it. */
export const shouldRevalidate = ({ formData, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) =>
  formData?.get('intent') === 'look' ? false : defaultShouldRevalidate;

export default function Sources() {
  const { stored, closed } = useLoaderData<typeof loader>();
  const said = useActionData<typeof action>();
  const answer = said && 'done' in said ? said : undefined;
  const submit = useSubmit();
  const draft = useDraft(stored);
  const text = JSON.stringify(draft.value);
  const { look, errors: found, late } = useLook(text);
  const { stillClosed, open, onGranted } = useAccess(closed);
  const refused = answer?.done ? {} : open(answer?.errors ?? {});
  const errors = draft.changed ? { ...found, ...refused } : {};
  const { sources, rules, tiktokShop } = draft.value;

  return (
    <Page title={SOURCES_TEXT.title} subtitle={SOURCES_TEXT.intro}>
      <SettingsBar
        open={draft.changed}
        onSave={() => submit({ intent: 'save', draft: text }, { method: 'post' })}
        onDiscard={draft.discard}
      />
      {/* Fixed columns: Polaris' Layout gives the first section the whole width until the second is there. */}
      <InlineGrid columns={{ xs: 1, md: ['twoThirds', 'oneThird'] }} gap="400" alignItems="start">
        <BlockStack gap="400">
          <SavedNotice answer={answer} changed={draft.changed} />
          <SourceSwitches
            sources={sources}
            seen={look?.switches}
            errors={errors}
            closed={stillClosed.b2b}
            stored={stored.sources}
            onGranted={onGranted}
            onChange={(name, side) =>
              draft.set((now) => ({ ...now, sources: { ...now.sources, [name]: side } }))
            }
          />
          <SourceRules
            rules={rules}
            counts={look?.rules ?? {}}
            errors={errors}
            closed={stillClosed.fields}
            stored={stored.rules}
            onGranted={onGranted}
            onChange={(changed) => draft.set((now) => ({ ...now, rules: changed }))}
          />
          <TikTokShopMarks
            marks={tiktokShop}
            errors={errors}
            onChange={(marks) => draft.set((now) => ({ ...now, tiktokShop: marks }))}
          />
          <SourcesSeen
            sources={look?.sources}
            onRule={({ sourceName, appId }) =>
              draft.set((now) => ({
                ...now,
                rules: [
                  ...now.rules,
                  sourceName === '' ? newRule('app_id', [appId]) : newRule('source_name', [sourceName]),
                ],
              }))
            }
          />
        </BlockStack>
        <SourcePreview
          look={look}
          changed={draft.changed}
          wrong={Object.keys(found).length > 0}
          late={late}
        />
      </InlineGrid>
    </Page>
  );
}

/** What staff gave access to just now counts at once; whether Shopify agrees is asked again when they save. */
function useAccess(closed: ClosedSources) {
  const [given, setGiven] = useState<FeatureWithScopes[]>([]);
  const stillClosed: ClosedSources = {
    fields: Object.fromEntries(
      Object.entries(closed.fields).filter(([, feature]) => !given.includes(feature)),
    ),
    b2b: closed.b2b !== null && given.includes(closed.b2b) ? null : closed.b2b,
  };
  return {
    stillClosed,
    /** Without the errors that the access has answered. */
    open: (errors: Record<string, string>) =>
      given.length === 0
        ? errors
        : Object.fromEntries(
            Object.entries(errors).filter(([path]) => !/^rules\.\d+\.field$|^sources\.b2b$/.test(path)),
          ),
    onGranted: (feature: FeatureWithScopes) => setGiven((now) => [...now, feature]),
  };
}

/** What a draft would do to real orders; the last good answer stays until the next one is there. */
function useLook(draft: string): {
  look: LookWords | undefined;
  errors: Record<string, string>;
  late: boolean;
} {
  const fetcher = useFetcher<Look>();
  const [look, setLook] = useState<LookWords>();
  const { data } = fetcher;
  useAsking(fetcher, draft);
  useEffect(() => {
    if (data?.look) setLook(data.look);
  }, [data]);
  return { look, errors: data?.errors ?? {}, late: data?.wait !== undefined };
}
