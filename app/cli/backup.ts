/** `db backup` and `db restore`: one file with everything but the encryption keys; `shop export`: all of one shop, to read. */
import { systemClock } from '../base/clock.ts';
import { BackupError, backupDatabase, restoreDatabase, type BackupSummary } from '../store/backup.ts';
import { joinEmbedded } from '../store/embedded/embedded.ts';
import { exportShop } from '../store/export.ts';
import { CommandError, required, type Answer, type Call, type Command } from './command.ts';
import { requireShopOption } from './shops.ts';

export const dbBackup: Command = {
  name: 'db backup',
  usage: 'FILE',
  summary: 'Copies everything as it is at one moment into a new file, while Tock goes on working.',
  help: [
    'The encryption keys are not in it: keep TOCK_ENCRYPTION_KEYS apart, or no token in it can be read.',
  ],
  options: {},
  positionals: { min: 1, max: 1 },
  // The house first: it brings an older database up to date, so that the backup is one of this version.
  run: async (call) => {
    const { store } = await call.house();
    return carriedOut(call, backupDatabase, store.database.url, 'Copied');
  },
};

export const dbRestore: Command = {
  name: 'db restore',
  usage: 'FILE',
  summary: 'Fills an empty database from a backup, whole or not at all.',
  help: ['Needs an empty database: a new DATABASE_URL, or a new folder as DATA_DIR.'],
  options: {},
  positionals: { min: 1, max: 1 },
  async run(call) {
    const { config, log } = call;
    if (config.databaseUrl !== undefined)
      return carriedOut(call, restoreDatabase, config.databaseUrl, 'Restored');
    const membership = await joinEmbedded({ dataDir: config.dataDir, log });
    try {
      return await carriedOut(call, restoreDatabase, membership.url, 'Restored');
    } finally {
      await membership.leave();
    }
  },
};

async function carriedOut(
  call: Call,
  work: typeof backupDatabase,
  url: string,
  done: string,
): Promise<Answer> {
  const [file = ''] = call.positionals;
  try {
    return answerOf(await work({ url, file, log: call.log, clock: systemClock }), done);
  } catch (error) {
    if (error instanceof BackupError) throw new CommandError(error.message);
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new CommandError(`${file}: there is no such file or folder.`);
    throw error;
  }
}

function answerOf(summary: BackupSummary, done: string): Answer {
  const count = Object.values(summary.rows).reduce((sum, rows) => sum + rows, 0);
  return {
    lines: [`${done} ${count} rows (${summary.file}, Tock ${summary.tock}, ${summary.createdAt}).`],
    json: summary,
  };
}

export const shopExport: Command = {
  name: 'shop export',
  usage: '--shop D --to FOLDER',
  summary: 'Writes all data of a shop into a new folder, one file of JSON lines for each table.',
  help: [
    '--shop D     the shop, such as birch.myshopify.com',
    '--to FOLDER  a new one; export.json in it says what is there',
    'Tokens, match data and search keys are not in it.',
  ],
  options: { shop: { type: 'string' }, to: { type: 'string' } },
  positionals: { min: 0, max: 0 },
  async run(call) {
    const folder = required(call, 'to');
    const { house, shop } = await requireShopOption(call);
    try {
      const done = await exportShop(
        { url: house.store.database.url, log: call.log, clock: systemClock },
        shop.id,
        folder,
      );
      const rows = Object.values(done.rows).reduce((sum, count) => sum + count, 0);
      return { lines: [`Wrote ${rows} rows of ${shop.domain} into ${folder}.`], json: done };
    } catch (error) {
      if (error instanceof BackupError) throw new CommandError(error.message);
      throw error;
    }
  },
};
