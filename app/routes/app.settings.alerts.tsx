/** Alerts: what is wrong right now, what Tock tells of, where it tells it, and a test. */
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { useActionData, useFetcher, useLoaderData, useNavigate, useSubmit } from '@remix-run/react';
import { BlockStack, Page } from '@shopify/polaris';

import { textOf } from '../ui/answer-settings.ts';
import { AlertCauses, AlertTargets, alertDraft, AlertTest, type AlertFields } from '../ui/AlertFields.tsx';
import { OpenAlerts } from '../ui/OpenAlerts.tsx';
import { SavedNotice, type SettingsAnswer } from '../ui/SavedNotice.tsx';
import { SettingsBar } from '../ui/SettingsBar.tsx';
import { ALERTS_TEXT } from '../ui/texts-alerts.ts';
import { SETTINGS_TEXT } from '../ui/texts-settings-page.ts';
import { useDraft } from '../ui/use-draft.tsx';
import { alertRows, testWords } from '../ui/words-for-alerts.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff } = await context.house.requireShop(request);
  const [open, choice] = await Promise.all([
    context.house.openAlerts(shop.id),
    context.house.alerts.choice(shop.id),
  ]);
  const { settings, emails, webhook, mail } = choice;
  return {
    open: alertRows(open, { timeZone: shop.timeZone, locale: staff.locale }),
    webhook,
    mail,
    stored: {
      causes: settings.causes,
      errorPercent: String(settings.errorPercent),
      silenceHours: String(settings.silenceHours),
      clickDropPercent: String(settings.clickDropPercent),
      closing: settings.closing,
      emails: emails.join(', '),
      webhook: null,
    } satisfies AlertFields,
  };
}

export async function action({ context, request }: ActionFunctionArgs): Promise<SettingsAnswer | Tested> {
  const { house } = context;
  const { shop, actor } = await house.requireShop(request);
  const form = await request.formData();
  switch (form.get('intent')) {
    case 'save': {
      const saved = await house.alerts.change(shop.id, textOf(form, 'draft'), actor);
      return {
        done: saved.ok ? 'saved' : null,
        undo: null,
        warning: null,
        errors: saved.ok ? {} : saved.errors,
        at: house.clock.now().toISOString(),
      };
    }
    case 'test':
      return { tested: testWords(await house.alerts.test(shop, actor)) };
    default:
      throw new Response('This form is not known.', { status: 400 });
  }
}

interface Tested {
  tested: { ok: boolean; lines: string[] };
}

export default function Alerts() {
  const { open, stored, webhook, mail } = useLoaderData<typeof loader>();
  const said = useActionData<typeof action>();
  const submit = useSubmit();
  const navigate = useNavigate();
  const tester = useFetcher<Tested>();
  const draft = useDraft<AlertFields>(stored);
  const answer = said && 'done' in said ? said : undefined;
  const errors = draft.changed && answer?.done === null ? answer.errors : {};
  const fields = {
    fields: draft.value,
    errors,
    onChange: (change: Partial<AlertFields>) => draft.set((now) => ({ ...now, ...change })),
  };
  return (
    <Page
      title={ALERTS_TEXT.title}
      subtitle={ALERTS_TEXT.intro}
      backAction={{ content: SETTINGS_TEXT.title, onAction: () => navigate('/app/settings') }}
    >
      <SettingsBar
        open={draft.changed}
        onSave={() =>
          submit({ intent: 'save', draft: JSON.stringify(alertDraft(draft.value)) }, { method: 'post' })
        }
        onDiscard={draft.discard}
      />
      <BlockStack gap="400">
        <SavedNotice answer={answer} changed={draft.changed} />
        <OpenAlerts alerts={open} />
        <AlertTargets {...fields} webhook={webhook} mail={mail} />
        <AlertTest
          tested={tester.data?.tested ?? null}
          testing={tester.state !== 'idle'}
          disabled={draft.changed}
          onTest={() => void tester.submit({ intent: 'test' }, { method: 'post' })}
        />
        <AlertCauses {...fields} />
      </BlockStack>
    </Page>
  );
}
