/** Everything that can keep the embedded PostgreSQL from running, each as one sentence that says what to do. */

export type EmbeddedProblem =
  | 'unsupported_platform'
  | 'missing_binary'
  | 'other_major_version'
  | 'disk_full'
  | 'address_in_use'
  | 'not_permitted'
  | 'wrong_password'
  | 'no_account'
  | 'does_not_start';

export class EmbeddedError extends Error {
  readonly problem: EmbeddedProblem;
  constructor(problem: EmbeddedProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedError';
    this.problem = problem;
  }
}

/** What PostgreSQL's own tools wrote when they gave up, as one of our problems. */
export function problemIn(output: string, home: string): EmbeddedError {
  const said = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /FATAL|PANIC|error:/i.test(line))
    .at(-1)
    ?.replace(/^.*?(?:FATAL|PANIC|error):\s*/i, '');
  if (/No space left on device|Disk quota exceeded/i.test(output)) return diskFull(home);
  if (/lock file ".*\.s\.PGSQL\.\d+\.lock" already exists|Address already in use/i.test(output)) {
    return new EmbeddedError(
      'address_in_use',
      `Another PostgreSQL listens at the socket in ${home}; stop it, or set DATA_DIR to another folder.`,
    );
  }
  if (/Permission denied|Operation not permitted|Read-only file system|wrong ownership/i.test(output)) {
    return notPermitted(home);
  }
  if (/error while loading shared libraries|Library not loaded/i.test(output)) return missingLibrary();
  return new EmbeddedError(
    'does_not_start',
    `The built-in PostgreSQL does not start (${said ?? 'it gave no reason'}); read ${home}/postgres.log, or set DATABASE_URL to another PostgreSQL.`,
  );
}

export function diskFull(home: string): EmbeddedError {
  return new EmbeddedError(
    'disk_full',
    `The disk that holds ${home} is full; free some space, or set DATA_DIR to a folder on another disk.`,
  );
}

export function notPermitted(home: string): EmbeddedError {
  return new EmbeddedError(
    'not_permitted',
    `${home} belongs to another account or cannot be written; run Tock as the account that owns it, or set DATA_DIR to another folder.`,
  );
}

export function missingLibrary(): EmbeddedError {
  return new EmbeddedError(
    'missing_binary',
    'The built-in PostgreSQL is not whole, because the install script of its package did not run; run "npm rebuild", or set DATABASE_URL.',
  );
}
