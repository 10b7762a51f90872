/** Disconnect, reset or erase: what each of them means, asked once more, and done by the account owner alone. */
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { useActionData, useLoaderData, useNavigate, useNavigation, useSubmit } from '@remix-run/react';
import { useAppBridge } from '@shopify/app-bridge-react';
import { Banner, BlockStack, Page } from '@shopify/polaris';
import { useEffect } from 'react';

import type { EndingOutcome } from '../settings/endings.ts';
import { answerSettings, textOf } from '../ui/answer-settings.ts';
import { EndingCard } from '../ui/EndingCard.tsx';
import { SavedNotice, type SettingsAnswer } from '../ui/SavedNotice.tsx';
import { ENDINGS_TEXT, type Ending } from '../ui/texts-endings.ts';
import { SETTINGS_TEXT } from '../ui/texts-settings-page.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff } = await context.house.requireShop(request);
  return { domain: shop.domain, owner: staff.owner };
}

interface Ended {
  ended: Ending | null;
  problem: 'owner' | 'typed' | null;
  warning: string | null;
  undo: number | null;
  at: string;
}

export async function action({ context, request }: ActionFunctionArgs): Promise<Ended | SettingsAnswer> {
  const { house } = context;
  const { shop, staff, store, actor } = await house.requireShop(request);
  const endings = house.endingsOf(store, shop);
  const by = { actor, owner: staff.owner };
  const form = await request.formData();
  switch (form.get('intent')) {
    case 'disconnect':
      return answer('disconnect', await endings.disconnect(by));
    case 'reset':
      return answer('reset', await endings.reset(by));
    case 'erase':
      return answer('erase', await endings.erase(by, textOf(form, 'typed')));
    case 'undo':
      return answerSettings(house.settingsPages(store), { page: 'all' }, form, actor, house.clock.now());
    default:
      throw new Response('This form is not known.', { status: 400 });
  }

  function answer(what: Ending, outcome: EndingOutcome): Ended {
    const nothing = { ended: null, problem: null, warning: null, undo: null };
    return {
      ...nothing,
      at: house.clock.now().toISOString(),
      ...(outcome.ok
        ? { ended: what, undo: outcome.undo, warning: outcome.warning ?? null }
        : { problem: outcome.problem }),
    };
  }
}

export default function Endings() {
  const { domain, owner } = useLoaderData<typeof loader>();
  const said = useActionData<typeof action>();
  const submit = useSubmit();
  const navigate = useNavigate();
  const shopify = useAppBridge();
  const busy = useNavigation().state === 'submitting';
  const answer = said && 'ended' in said ? said : undefined;
  const ended = answer?.ended ?? null;

  useEffect(() => {
    if (ended) shopify.toast.show(ENDINGS_TEXT.toasts[ended]);
  }, [ended, answer?.at, shopify]);

  const end = (intent: Ending, typed = '') => submit({ intent, typed }, { method: 'post' });
  const card = (ending: Ending) => (
    <EndingCard
      ending={ending}
      owner={owner}
      busy={busy}
      domain={ending === 'erase' ? domain : null}
      error={ending === 'erase' && answer?.problem === 'typed' ? ENDINGS_TEXT.typed : null}
      onEnd={(typed) => end(ending, typed)}
    />
  );
  return (
    <Page
      title={ENDINGS_TEXT.title}
      backAction={{ content: SETTINGS_TEXT.title, onAction: () => navigate('/app/settings') }}
    >
      <BlockStack gap="400">
        {owner && answer?.problem !== 'owner' ? null : (
          <Banner tone="info" title={ENDINGS_TEXT.ownerOnly}>
            <p>{ENDINGS_TEXT.ownerOnlyText}</p>
          </Banner>
        )}
        {ended === 'disconnect' ? (
          <Banner tone="success" title={ENDINGS_TEXT.disconnected}>
            <p>{ENDINGS_TEXT.disconnectedText}</p>
          </Banner>
        ) : null}
        {ended === 'erase' ? (
          <Banner tone="warning" title={ENDINGS_TEXT.erasing}>
            <p>{ENDINGS_TEXT.erasingText}</p>
          </Banner>
        ) : null}
        <SavedNotice answer={said && 'done' in said ? said : resetNotice(answer)} changed={false} />
        {card('disconnect')}
        {card('reset')}
        {card('erase')}
      </BlockStack>
    </Page>
  );
}

/** A reset is one settings version, so it is undone like any other; the storefront's trouble is told the same way. */
function resetNotice(answer: Ended | undefined): SettingsAnswer | undefined {
  if (!answer || (answer.ended !== 'reset' && answer.warning === null)) return undefined;
  return {
    done: answer.ended === 'reset' ? 'saved' : null,
    undo: answer.undo,
    warning: answer.warning,
    errors: {},
    at: answer.at,
  };
}
