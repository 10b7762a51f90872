/** What a command of `npm run tock` is: its words, its options, what it needs and what it answers. */
import type { ParseArgsOptionsConfig } from 'node:util';

import type { Log } from '../base/log.ts';
import type { Config } from '../config.ts';
import type { House } from '../house.ts';

/** Ends the command with one clear line and a code: 1 it did not work, 2 it was called wrongly. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly exitCode: 1 | 2;
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface Answer {
  /** For people. */
  readonly lines: readonly string[];
  /** For programs, printed by --json as one line. */
  readonly json: unknown;
  /** True: the command worked and found something wrong; it exits with 1. */
  readonly failed?: boolean;
}

export interface Call {
  readonly config: Config;
  /** Errors only, to standard error. */
  readonly log: Log;
  /** Opened at the first use and closed by whoever runs the command. */
  readonly house: () => Promise<House>;
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
  /** Everything that stands on standard input. */
  readonly stdin: () => Promise<string>;
  /** Progress, for people only. */
  readonly say: (line: string) => void;
}

export interface Command {
  /** The words that call it: `pixel add`. */
  readonly name: string;
  /** What follows: `--shop D --code C --token-stdin`. */
  readonly usage: string;
  readonly summary: string;
  /** One line for each option or fact worth knowing. */
  readonly help: readonly string[];
  readonly options: ParseArgsOptionsConfig;
  readonly positionals: { readonly min: number; readonly max: number };
  run(call: Call): Promise<Answer>;
}

/** An option that must be there. */
export function required(call: Call, option: string): string {
  const value = call.values[option];
  if (typeof value === 'string' && value !== '') return value;
  throw new CommandError(`--${option} is missing. See --help.`, 2);
}

export function optional(call: Call, option: string): string | undefined {
  const value = call.values[option];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)];
}
