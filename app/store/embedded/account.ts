/** Which account runs PostgreSQL: ourselves, or an existing unprivileged one where we are root. It refuses root. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedError } from './problem.ts';

/** Absent ids mean: the account that we run as. */
export interface Account {
  uid?: number;
  gid?: number;
}

/** In the order of preference; every Debian, Red Hat and macOS has the first. */
const UNPRIVILEGED = ['nobody', 'daemon', 'postgres', 'www-data'];

export function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/** `owner` is the account that an existing cluster belongs to. */
export function chooseAccount(
  owner: { uid: number; gid: number } | null,
  asRoot: boolean = runsAsRoot(),
  passwd: string = asRoot ? readFileSync('/etc/passwd', 'utf8') : '',
): Account {
  if (!asRoot) return {};
  if (owner && owner.uid !== 0) return owner;
  for (const name of UNPRIVILEGED) {
    const fields = passwd
      .split('\n')
      .map((line) => line.split(':'))
      .find(([account]) => account === name);
    const uid = Number(fields?.[2]);
    const gid = Number(fields?.[3]);
    if (Number.isInteger(uid) && uid > 0 && Number.isInteger(gid) && gid > 0) return { uid, gid };
  }
  throw new EmbeddedError(
    'no_account',
    `PostgreSQL refuses to run as root, and none of the accounts ${UNPRIVILEGED.join(', ')} exists here; run Tock as an ordinary user, or set DATABASE_URL.`,
  );
}

/** Whether the account can walk down to `target`, and read it when it is a file. */
export function canReach(account: Account, target: string): boolean {
  if (account.uid === undefined) return true;
  const full = realpathSync(target);
  const { root } = path.parse(full);
  for (let at = full; ; at = path.dirname(at)) {
    const stat = statSync(at);
    const wanted = stat.isDirectory() ? 0o1 : 0o4;
    const shift = stat.uid === account.uid ? 6 : stat.gid === account.gid ? 3 : 0;
    if (((stat.mode >> shift) & wanted) === 0) return false;
    if (at === root) return true;
  }
}
