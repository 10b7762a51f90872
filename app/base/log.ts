/** Structured logs: one JSON object a line, or a readable line on a terminal; secrets and people are taken out. */
import { redact } from './redact.ts';
import { systemClock, type Clock } from './clock.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogFields = Record<string, unknown>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log that adds these fields to every line. */
  with(fields: LogFields): Log;
}

export interface LogOptions {
  level: LogLevel;
  /** For people on a terminal instead of JSON. */
  readable?: boolean;
  write?: (line: string) => void;
  clock?: Clock;
  fields?: LogFields;
}

export function createLog(options: LogOptions): Log {
  const { level, readable = false, clock = systemClock, fields: own = {} } = options;
  const write = options.write ?? ((line: string) => void process.stdout.write(line));
  const threshold = logLevels.indexOf(level);

  function line(at: Exclude<LogLevel, 'silent'>, message: string, fields: LogFields = {}): void {
    if (logLevels.indexOf(at) < threshold) return;
    const time = clock.now().toISOString();
    const rest = redact({ ...own, ...fields });
    const text = redact(message);
    write(
      readable
        ? readableLine(time, at, text, rest)
        : JSON.stringify({ time, level: at, message: text, ...rest }) + '\n',
    );
  }

  return {
    debug: (message, fields) => line('debug', message, fields),
    info: (message, fields) => line('info', message, fields),
    warn: (message, fields) => line('warn', message, fields),
    error: (message, fields) => line('error', message, fields),
    with: (fields) => createLog({ ...options, fields: { ...own, ...fields } }),
  };
}

function readableLine(time: string, level: string, message: string, fields: Record<string, unknown>): string {
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${message}${rest === '' ? '' : `  ${rest}`}\n`;
}
