/** Says that settings were saved, with the way back; and, should the storefront not know of it yet, says that too. */
import { useSubmit } from '@remix-run/react';
import { useAppBridge } from '@shopify/app-bridge-react';
import { Banner, BlockStack } from '@shopify/polaris';
import { useEffect } from 'react';

import { SAVING_TEXT } from './texts-settings.ts';

/** What the action of a settings page answers. */
export interface SettingsAnswer {
  done: 'saved' | 'undone' | 'undo_refused' | null;
  /** The version that "Undo" brings back. */
  undo: number | null;
  warning: string | null;
  errors: Record<string, string>;
  /** Differs with every answer. */
  at: string;
}

export function SavedNotice({ answer, changed }: { answer: SettingsAnswer | undefined; changed: boolean }) {
  const submit = useSubmit();
  const shopify = useAppBridge();
  const done = answer?.done ?? null;

  useEffect(() => {
    if (done === 'saved') shopify.toast.show(SAVING_TEXT.saved);
    if (done === 'undone') shopify.toast.show(SAVING_TEXT.undone);
  }, [done, answer?.at, shopify]);

  if (!answer) return null;
  const { undo, warning, errors } = answer;
  const form = errors[''];
  return (
    <BlockStack gap="400">
      {warning ? (
        <Banner tone="warning" title={SAVING_TEXT.storefront}>
          <p>{warning}</p>
        </Banner>
      ) : null}
      {Object.keys(errors).length > 0 ? (
        <Banner tone="critical" title={SAVING_TEXT.notSaved}>
          {form ? <p>{form}</p> : null}
        </Banner>
      ) : null}
      {done === 'undo_refused' ? <Banner tone="warning" title={SAVING_TEXT.undoRefused} /> : null}
      {done === 'undone' && !changed ? <Banner tone="success" title={SAVING_TEXT.undone} /> : null}
      {done === 'saved' && undo !== null && !changed ? (
        <Banner
          tone="success"
          title={SAVING_TEXT.saved}
          action={{
            content: SAVING_TEXT.undo,
            onAction: () => submit({ intent: 'undo', version: String(undo) }, { method: 'post' }),
          }}
        >
          <p>{SAVING_TEXT.savedText}</p>
        </Banner>
      ) : null}
    </BlockStack>
  );
}
