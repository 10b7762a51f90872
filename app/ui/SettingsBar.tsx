/** The save bar of a settings page: shown while something is changed and not saved. */
import { useNavigation } from '@remix-run/react';
import { SaveBar } from '@shopify/app-bridge-react';

import { SAVING_TEXT } from './texts-settings.ts';

export function SettingsBar({
  open,
  onSave,
  onDiscard,
}: {
  open: boolean;
  onSave: () => void;
  onDiscard: () => void;
}) {
  const saving = useNavigation().state === 'submitting';
  return (
    <SaveBar id="settings-save-bar" open={open}>
      <button variant="primary" onClick={onSave} {...(saving ? { loading: '' } : {})}>
        {SAVING_TEXT.save}
      </button>
      <button onClick={onDiscard}>{SAVING_TEXT.discard}</button>
    </SaveBar>
  );
}
