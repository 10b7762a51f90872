/** The operators' command line: `npm run tock -- COMMAND`. Says what it did, or in one line why not. */
import { parseArgs } from 'node:util';

import { createLog } from './base/log.ts';
import { CommandError, type Answer, type Command } from './cli/command.ts';
import { backfill } from './cli/backfill.ts';
import { dbBackup, dbRestore, shopExport } from './cli/backup.ts';
import { deliveries } from './cli/deliveries.ts';
import { doctor } from './cli/doctor.ts';
import { keysRotate } from './cli/keys.ts';
import { ledger, ledgerVerify, rebuild, replay } from './cli/ledger.ts';
import { pixelAdd, pixelList } from './cli/pixels.ts';
import { settingsExport, settingsImport } from './cli/settings.ts';
import { shopAdd, shopList } from './cli/shops.ts';
import { readConfig } from './config.ts';
import { openHouse, type House } from './house.ts';
import { startSentence } from './process.ts';

export const commands: readonly Command[] = [
  shopAdd,
  shopList,
  shopExport,
  pixelAdd,
  pixelList,
  settingsExport,
  settingsImport,
  deliveries,
  ledgerVerify,
  ledger,
  replay,
  rebuild,
  backfill,
  keysRotate,
  dbBackup,
  dbRestore,
  doctor,
];

/** Where a run writes and reads; a test hands in its own. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly stdin: () => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Answers the exit code: 0 done, 1 did not work or found something wrong, 2 called wrongly. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const wantsJson = args.includes('--json');
  const fail = (message: string, code: number): number => {
    // One line, whatever the message held.
    terminal.err(`${message.replace(/\s*\n\s*/g, ' ')}\n`);
    return code;
  };
  const words = args.filter((arg) => !arg.startsWith('-'));
  const command = commands.find(({ name }) => name === words.slice(0, name.split(' ').length).join(' '));
  if (!command) {
    if (args.length === 0 || args.includes('--help') || args.includes('-h')) {
      terminal.out(overview());
      return 0;
    }
    return fail(
      `There is no command "${words.slice(0, 2).join(' ')}". "npm run tock -- --help" lists them.`,
      2,
    );
  }
  const depth = command.name.split(' ').length;
  let parsed: ReturnType<typeof parseCall>;
  try {
    parsed = parseCall(command, args, depth);
  } catch (error) {
    // Node's own sentence first; what follows it is about dashes.
    const told = error instanceof Error ? error.message : String(error);
    return fail(`${told.split('. ')[0] ?? told}. See --help.`, 2);
  }
  if (parsed.values.help === true) {
    terminal.out(helpOf(command));
    return 0;
  }
  const { min, max } = command.positionals;
  if (parsed.positionals.length < min || parsed.positionals.length > max)
    return fail(`Usage: npm run tock -- ${command.name} ${command.usage}`.trimEnd(), 2);

  let house: House | undefined;
  try {
    const config = readConfig(terminal.env);
    const log = createLog({ level: 'error', readable: true, write: terminal.err });
    const answer = await command.run({
      config,
      log,
      house: async () => (house ??= await openHouse(config, { log })),
      values: parsed.values,
      positionals: parsed.positionals,
      stdin: terminal.stdin,
      say: wantsJson ? () => undefined : (line) => terminal.out(`${line}\n`),
    });
    print(answer, wantsJson, terminal);
    return answer.failed === true ? 1 : 0;
  } catch (error) {
    if (error instanceof CommandError) return fail(error.message, error.exitCode);
    return fail(startSentence(error, null), 1);
  } finally {
    await house?.close();
  }
}

function parseCall(
  command: Command,
  args: readonly string[],
  depth: number,
): { values: Record<string, string | boolean | undefined>; positionals: string[] } {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...command.options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
    strict: true,
  });
  const plain: Record<string, string | boolean | undefined> = {};
  for (const [name, value] of Object.entries(values)) if (!Array.isArray(value)) plain[name] = value;
  return { values: plain, positionals: positionals.slice(depth) };
}

function print(answer: Answer, asJson: boolean, terminal: Terminal): void {
  if (asJson) terminal.out(`${JSON.stringify(answer.json)}\n`);
  else for (const line of answer.lines) terminal.out(`${line}\n`);
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Tock’s command line. Usage: npm run tock -- COMMAND [--json] [--help]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'It reads the same environment as the server. Exit code: 0 done, 1 did not work, 2 called wrongly.',
    '',
  ].join('\n');
}

function helpOf(command: Command): string {
  return [
    `Usage: npm run tock -- ${`${command.name} ${command.usage}`.trimEnd()} [--json]`,
    '',
    command.summary,
    ...(command.help.length === 0 ? [] : ['', ...command.help.map((line) => `  ${line}`)]),
    '',
  ].join('\n');
}

async function readStdin(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

export async function main(): Promise<void> {
  process.exitCode = await runCommand(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    stdin: readStdin,
    env: process.env,
  });
}

if (import.meta.main) await main();
