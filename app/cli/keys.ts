/** `keys rotate`. */
import { rotateKeys } from '../store/keys.ts';
import type { Command } from './command.ts';

export const keysRotate: Command = {
  name: 'keys rotate',
  usage: '',
  summary: 'Seals everything that is stored anew with the first key of TOCK_ENCRYPTION_KEYS.',
  help: [
    'Put the new key first and keep the old one behind it, restart all processes, run this, then remove the old key.',
    'May be stopped and run again at any time.',
  ],
  options: {},
  positionals: { min: 0, max: 0 },
  async run(call) {
    const { store, keyring } = await call.house();
    const { resealed, retired } = await rotateKeys(store.database, keyring, (progress) =>
      call.say(`${progress.field}: ${progress.resealed}`),
    );
    const rest =
      retired.length === 0
        ? 'There is no older key to remove.'
        : `Now you may remove ${retired.map((id) => `"${id}"`).join(', ')} from TOCK_ENCRYPTION_KEYS.`;
    return {
      lines: [`${resealed} values were sealed anew with "${keyring.currentKeyId}". ${rest}`],
      json: { key: keyring.currentKeyId, resealed, retired },
    };
  },
};
