/** Values and products: what an order is worth to TikTok and by which ids, shown on a real order; and a catalogue's test. */
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

import { answerSettings, pixelOfForm, textOf } from '../ui/answer-settings.ts';
import { CatalogueTest } from '../ui/CatalogueTest.tsx';
import { NoPixel } from '../ui/NoPixel.tsx';
import { PixelChoice } from '../ui/PixelChoice.tsx';
import { SavedNotice, type SettingsAnswer } from '../ui/SavedNotice.tsx';
import { SettingsBar } from '../ui/SettingsBar.tsx';
import { tooOften } from '../ui/texts.ts';
import { VALUES_TEXT } from '../ui/texts-settings.ts';
import { useAsking } from '../ui/use-asking.ts';
import { useDraft } from '../ui/use-draft.tsx';
import { ContentIdFields, ValueFields, type ValuesDraft } from '../ui/ValueFields.tsx';
import { ValuesExample } from '../ui/ValuesExample.tsx';
import {
  catalogueWords,
  valuesWords,
  type CatalogueWords,
  type ValuesWords,
} from '../ui/words-for-values.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { store } = await context.house.requireShop(request);
  const page = await context.house
    .settingsPages(store)
    .pixelPage(new URL(request.url).searchParams.get('pixel'));
  if (!page) return null;
  const { pixel, pixels, settings } = page;
  return { pixel, pixels, stored: { contentId: settings.contentId, value: settings.value } };
}

interface Look {
  look: ValuesWords | null;
  errors: Record<string, string>;
  wait?: number;
}

interface Tested {
  catalogue: CatalogueWords | null;
  errors: Record<string, string>;
}

export async function action({
  context,
  request,
}: ActionFunctionArgs): Promise<SettingsAnswer | Look | Tested | TypedResponse<Look | Tested>> {
  const { shop, staff, store, actor } = await context.house.requireShop(request);
  const pages = context.house.settingsPages(store);
  const pixel = await pixelOfForm(pages, request);
  const form = await request.formData();
  const draft = textOf(form, 'draft');
  switch (form.get('intent')) {
    case 'look': {
      const wait = context.house.presses.wait(shop.id, 'preview');
      if (wait !== null) return json({ look: null, errors: {}, wait }, 429);
      const looked = await pages.lookAtValues(pixel, draft, textOf(form, 'order'));
      return looked.ok
        ? { look: valuesWords(looked.value, staff.locale), errors: {} }
        : { look: null, errors: looked.errors };
    }
    case 'catalogue': {
      const wait = context.house.presses.wait(shop.id, 'preview');
      if (wait !== null) return json({ catalogue: null, errors: { list: tooOften(wait) } }, 429);
      const tested = await pages.testCatalogue(pixel, draft, textOf(form, 'list'));
      return tested.ok
        ? { catalogue: catalogueWords(tested.value, staff.locale), errors: {} }
        : { catalogue: null, errors: tested.errors };
    }
    default:
      return answerSettings(
        pages,
        { page: 'values', pixel: pixel.id, code: pixel.code },
        form,
        actor,
        context.house.clock.now(),
      );
  }
}

/** Looking and testing change nothing, so nothing is read again for them. */
export const shouldRevalidate = ({ formData, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) =>
  ['look', 'catalogue'].includes(String(formData?.get('intent'))) ? false : defaultShouldRevalidate;

export default function Values() {
  const page = useLoaderData<typeof loader>();
  return page ? <PixelValues key={page.pixel.id} page={page} /> : <NoPixel title={VALUES_TEXT.title} />;
}

function PixelValues({ page }: { page: NonNullable<ReturnType<typeof useLoaderData<typeof loader>>> }) {
  const { pixel, pixels, stored } = page;
  const said = useActionData<typeof action>();
  const answer = said && 'done' in said ? said : undefined;
  const submit = useSubmit();
  const draft = useDraft<ValuesDraft>(stored);
  const text = JSON.stringify(draft.value);
  const [order, setOrder] = useState('');
  const { look, errors: found } = useLook(text, order);
  const tester = useFetcher<Tested>();
  const errors = draft.changed ? { ...found, ...(answer?.done ? {} : answer?.errors) } : {};

  return (
    <Page title={VALUES_TEXT.title} subtitle={VALUES_TEXT.intro}>
      <SettingsBar
        open={draft.changed}
        onSave={() =>
          submit({ intent: 'save', draft: text }, { method: 'post', action: `?pixel=${pixel.id}` })
        }
        onDiscard={draft.discard}
      />
      <BlockStack gap="400">
        <SavedNotice answer={answer} changed={draft.changed} />
        <PixelChoice pixels={pixels} current={pixel.id} page="/app/values" disabled={draft.changed} />
        {/* Fixed columns: Polaris' Layout gives the first section the whole width until the second is there. */}
        <InlineGrid columns={{ xs: 1, md: ['twoThirds', 'oneThird'] }} gap="400" alignItems="start">
          <BlockStack gap="400">
            <ValueFields draft={draft.value} errors={errors} onChange={(next) => draft.set(() => next)} />
            <ContentIdFields draft={draft.value} errors={errors} onChange={(next) => draft.set(() => next)} />
          </BlockStack>
          <ValuesExample look={look} wrong={Object.keys(found).length > 0} onOrder={setOrder} />
        </InlineGrid>
        <CatalogueTest
          result={tester.data?.catalogue ?? null}
          error={tester.data?.errors.list}
          testing={tester.state !== 'idle'}
          onTest={(list) =>
            void tester.submit(
              { intent: 'catalogue', draft: text, list },
              { method: 'post', encType: 'multipart/form-data' },
            )
          }
          onUse={(contentId) => draft.set((now) => ({ ...now, contentId }))}
        />
      </BlockStack>
    </Page>
  );
}

/** Asks the server for the example under a draft; the last good one stays until the next is there. */
function useLook(
  draft: string,
  order: string,
): { look: ValuesWords | undefined; errors: Record<string, string> } {
  const fetcher = useFetcher<Look>();
  const [look, setLook] = useState<ValuesWords>();
  const { data } = fetcher;
  useAsking(fetcher, draft, order);
  useEffect(() => {
    if (data?.look) setLook(data.look);
  }, [data]);
  return { look, errors: data?.errors ?? {} };
}
