/** A process of its own that joins the built-in PostgreSQL, says so in one line, and leaves when its input ends. */
import { createLog } from '../../../app/base/log.ts';
import { joinEmbedded } from '../../../app/store/embedded/embedded.ts';

const membership = await joinEmbedded({
  dataDir: process.argv[2] ?? '',
  log: createLog({ level: 'error' }),
  durable: process.argv[3] === 'durable',
});
process.stdout.write(`${membership.url}\n`);
process.stdin.on('end', () => void membership.leave().then(() => process.exit(0)));
process.stdin.resume();
