/** How TikTok can misbehave: faults that are armed for a time, a number of requests, a share of them or one pixel. */

import type { Random } from '../random.ts';

/** `taken`: TikTok keeps the events although the answer says otherwise or never comes. */
export type FaultKind =
  | { kind: 'code'; code: number; message: string; status: number; taken: boolean }
  /** An answer without TikTok's JSON: a gateway's page. */
  | { kind: 'html'; status: number; taken: boolean }
  | { kind: 'slow-first-byte'; ms: number }
  | { kind: 'slow-body'; ms: number }
  | { kind: 'reset'; moment: 'at-once' | 'after-reading' | 'within-the-answer'; taken: boolean }
  /** The connection stays open and says nothing. */
  | { kind: 'half-open'; taken: boolean };

export interface Fault {
  id: number;
  what: FaultKind;
  /** Only for this pixel code; else for all. */
  pixel: string | undefined;
  /** Share of the requests that meet it, 0 to 1. */
  rate: number;
  /** Requests left that can meet it. */
  times: number | undefined;
  /** World time, milliseconds. */
  until: number | undefined;
}

function ended(fault: Fault, now: number): boolean {
  return (fault.until !== undefined && now >= fault.until) || fault.times === 0;
}

/** Drops what has ended from the list. */
export function dropEnded(faults: Fault[], now: number): void {
  for (let place = faults.length - 1; place >= 0; place -= 1) {
    const fault = faults[place];
    if (fault && ended(fault, now)) faults.splice(place, 1);
  }
}

/** The first armed fault that this request meets, counted down. */
export function meetFault(
  faults: Fault[],
  pixel: string | undefined,
  now: number,
  random: Random,
): FaultKind | undefined {
  dropEnded(faults, now);
  for (const fault of faults) {
    if (fault.pixel !== undefined && fault.pixel !== pixel) continue;
    if (fault.rate < 1 && !random.chance(fault.rate)) continue;
    if (fault.times !== undefined) fault.times -= 1;
    return fault.what;
  }
  return undefined;
}

const knownMessages: Record<number, string> = {
  20001: 'Partial success',
  40000: 'Invalid Price Field',
  40001: 'No permission to operate pixel code. You must be an admin or operator of this advertiser account.',
  40002: 'Invalid value for event_id: not a valid string.',
  40007: 'Object not found.',
  40100: 'App reaches the QPS limit.',
  40104: 'Access token is empty',
  40105: 'Access token is incorrect or has been revoked.',
  50000: 'System error',
  50002: 'Service error, please retry later.',
  51008: 'Service error',
  51010: 'internal service timed out',
  51021: 'Too many requests',
};

function numberIn(given: Record<string, unknown>, field: string, otherwise: number): number {
  const value = Number(given[field] ?? otherwise);
  if (!Number.isFinite(value)) throw new Error(`${field} must be a number`);
  return value;
}

function truthy(value: unknown): boolean {
  return value === true || value === 'true' || value === 'on' || value === '1';
}

/** Reads `{ kind, … }` of the control API; throws a sentence that says what is wrong. */
export function readFaultKind(given: Record<string, unknown>): FaultKind {
  const taken = truthy(given.taken);
  switch (given.kind) {
    case 'code': {
      const code = numberIn(given, 'code', 40100);
      const message = given.message;
      return {
        kind: 'code',
        code,
        message: typeof message === 'string' && message !== '' ? message : (knownMessages[code] ?? 'Error'),
        status: numberIn(given, 'status', 200),
        taken,
      };
    }
    case 'html':
      return { kind: 'html', status: numberIn(given, 'status', 502), taken };
    case 'slow-first-byte':
      return { kind: 'slow-first-byte', ms: numberIn(given, 'ms', 20_000) };
    case 'slow-body':
      return { kind: 'slow-body', ms: numberIn(given, 'ms', 20_000) };
    case 'reset': {
      const moment = given.moment ?? 'after-reading';
      if (moment !== 'at-once' && moment !== 'after-reading' && moment !== 'within-the-answer') {
        throw new Error('moment must be at-once, after-reading or within-the-answer');
      }
      return { kind: 'reset', moment, taken };
    }
    case 'half-open':
      return { kind: 'half-open', taken };
    default:
      throw new Error('kind must be code, html, slow-first-byte, slow-body, reset or half-open');
  }
}

export function describeFault(what: FaultKind): string {
  const kept = 'taken' in what && what.taken ? ', but the events are taken' : '';
  switch (what.kind) {
    case 'code':
      return `HTTP ${what.status} with code ${what.code}${kept}`;
    case 'html':
      return `HTTP ${what.status} with a web page${kept}`;
    case 'slow-first-byte':
      return `nothing for ${what.ms} ms, then the answer`;
    case 'slow-body':
      return `an answer that takes ${what.ms} ms to end`;
    case 'reset':
      return `the connection is cut ${what.moment.replaceAll('-', ' ')}${kept}`;
    case 'half-open':
      return `a connection that never answers${kept}`;
  }
}
