/** How every process of Tock starts and ends: what went wrong in one sentence, and an end that loses nothing. */
import { KeySpecError, SealError } from './base/crypto.ts';
import type { Log } from './base/log.ts';
import { ConfigError } from './config.ts';
import { DatabaseError } from './store/database.ts';
import { EmbeddedError } from './store/embedded/problem.ts';
import { WrongKeyError } from './store/keys.ts';
import { MigrationError } from './store/migrations.ts';

/** Something that whoever starts the process can mend; its message is all they need to see. */
export class StartError extends Error {
  override name = 'StartError';
}

/** Errors whose message was written for whoever starts Tock. */
const PLAIN = [
  StartError,
  ConfigError,
  KeySpecError,
  SealError,
  DatabaseError,
  EmbeddedError,
  MigrationError,
  WrongKeyError,
];

/** One sentence where one was written, else the stack, because only that helps then. */
export function startSentence(error: unknown, where: { host: string; port: number } | null): string {
  if (!(error instanceof Error)) return String(error);
  if (PLAIN.some((kind) => error instanceof kind)) return error.message;
  const address = where ? `${where.host}:${where.port}` : 'the address';
  switch ('code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return `${address} is already in use. Stop the other process, or choose another port with PORT.`;
    case 'EACCES':
      return `This process may not listen on ${address}. Choose a port above 1023 with PORT.`;
    case 'EADDRNOTAVAIL':
      return `This machine does not have the address ${where?.host ?? ''}. Correct HOST.`;
    default:
      return error.stack ?? error.message;
  }
}

/** Runs the steps in their order on SIGTERM or SIGINT; a second signal means that somebody has no patience left. */
export function onStopSignal(log: Log, steps: readonly (() => Promise<void> | undefined)[]): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info('stopping', { signal });
    try {
      for (const step of steps) await step();
      log.info('stopped');
    } catch (error) {
      log.error('could not stop cleanly', { error });
      process.exitCode = 1;
    }
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}
