/** Events: what a pixel tells TikTok and under which name, how often it happens, and what a change would do. */
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { useActionData, useLoaderData, useSubmit } from '@remix-run/react';
import { Banner, BlockStack, Button, Card, FormLayout, List, Page, Text, TextField } from '@shopify/polaris';
import { useCallback, useState } from 'react';

import { customEventProblem } from '../conversion/custom-event.ts';
import { defaultPixelSettings } from '../conversion/settings.ts';
import type { EventMapping } from '../conversion/settings.ts';
import { answerSettings, pixelOfForm } from '../ui/answer-settings.ts';
import { eventChanges } from '../ui/event-changes.ts';
import { EventRows } from '../ui/EventRows.tsx';
import { NoPixel } from '../ui/NoPixel.tsx';
import { PixelChoice } from '../ui/PixelChoice.tsx';
import { SavedNotice } from '../ui/SavedNotice.tsx';
import { SettingsBar } from '../ui/SettingsBar.tsx';
import { EVENTS_TEXT } from '../ui/texts-settings.ts';
import { useDraft } from '../ui/use-draft.tsx';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { staff, store } = await context.house.requireShop(request);
  const pages = context.house.settingsPages(store);
  const page = await pages.pixelPage(new URL(request.url).searchParams.get('pixel'));
  if (!page) return null;
  const { pixel, pixels, settings } = page;
  return {
    pixel,
    pixels,
    events: settings.events,
    standard: Object.keys(defaultPixelSettings().events),
    counts: await pages.eventCounts(pixel.id),
    locale: staff.locale,
  };
}

export async function action({ context, request }: ActionFunctionArgs) {
  const { store, actor } = await context.house.requireShop(request);
  const pages = context.house.settingsPages(store);
  const { id, code } = await pixelOfForm(pages, request);
  return answerSettings(
    pages,
    { page: 'events', pixel: id, code },
    await request.formData(),
    actor,
    context.house.clock.now(),
  );
}

export default function Events() {
  const page = useLoaderData<typeof loader>();
  return page ? <PixelEvents key={page.pixel.id} page={page} /> : <NoPixel title={EVENTS_TEXT.title} />;
}

function PixelEvents({ page }: { page: NonNullable<ReturnType<typeof useLoaderData<typeof loader>>> }) {
  const { pixel, pixels, events, standard, counts, locale } = page;
  const answer = useActionData<typeof action>();
  const submit = useSubmit();
  const draft = useDraft(events);
  const rows = standard.flatMap((name): [string, EventMapping][] => {
    const mapping = draft.value[name];
    return mapping ? [[name, mapping]] : [];
  });
  const own = Object.entries(draft.value).filter(([name]) => !standard.includes(name));
  const { set } = draft;
  const change = useCallback(
    (event: string, mapping: EventMapping) => set((now) => ({ ...now, [event]: mapping })),
    [set],
  );
  const remove = (event: string) => draft.set(({ [event]: _gone, ...others }) => others);
  const save = () =>
    submit(
      { intent: 'save', draft: JSON.stringify({ events: draft.value }) },
      { method: 'post', action: `?pixel=${pixel.id}` },
    );
  const changes = eventChanges(events, draft.value, counts, locale);

  return (
    <Page title={EVENTS_TEXT.title} subtitle={EVENTS_TEXT.intro}>
      <SettingsBar open={draft.changed} onSave={save} onDiscard={draft.discard} />
      <BlockStack gap="400">
        <SavedNotice answer={answer} changed={draft.changed} />
        <PixelChoice pixels={pixels} current={pixel.id} page="/app/events" disabled={draft.changed} />
        {changes.length > 0 ? (
          <Banner tone={draft.value.order?.on ? 'info' : 'warning'} title={EVENTS_TEXT.changes}>
            <List>
              {changes.map((text) => (
                <List.Item key={text}>{text}</List.Item>
              ))}
            </List>
            {draft.value.order?.on ? null : <p>{EVENTS_TEXT.purchaseOff}</p>}
          </Banner>
        ) : null}
        <Card>
          <EventRows
            events={rows}
            counts={counts}
            locale={locale}
            errors={answer?.errors ?? {}}
            onChange={change}
          />
        </Card>
        <Card>
          <BlockStack gap="400">
            <BlockStack gap="100">
              <Text as="h2" variant="headingSm">
                {EVENTS_TEXT.own}
              </Text>
              <Text as="p" tone="subdued">
                {EVENTS_TEXT.ownIntro}
              </Text>
            </BlockStack>
            {own.length > 0 ? (
              <EventRows
                events={own}
                counts={counts}
                locale={locale}
                errors={answer?.errors ?? {}}
                onChange={change}
                onRemove={remove}
              />
            ) : null}
            <AddEvent
              taken={Object.keys(draft.value)}
              onAdd={(name) => change(name, { on: true, name: suggestedName(name) })}
            />
          </BlockStack>
        </Card>
      </BlockStack>
    </Page>
  );
}

/** "newsletter_signup" to "NewsletterSignup", which TikTok takes as a name of one's own. */
const suggestedName = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
    .slice(0, 50);

function AddEvent({ taken, onAdd }: { taken: string[]; onAdd: (name: string) => void }) {
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  function add() {
    const found = customEventProblem(name.trim(), taken);
    setProblem(found);
    if (found !== undefined) return;
    onAdd(name.trim());
    setName('');
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <FormLayout>
        <TextField
          label={EVENTS_TEXT.addName}
          value={name}
          onChange={(value) => {
            setName(value);
            setProblem(undefined);
          }}
          error={problem ?? false}
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
          placeholder="newsletter_signup"
          connectedRight={<Button submit>{EVENTS_TEXT.add}</Button>}
        />
      </FormLayout>
    </form>
  );
}
