/** The form of a pixel: what its fields are called, what they take, and what is wrong with what was typed, in words. */
import type { PixelCode } from '../conversion/facts.ts';
import { pixelCodeProblem, tidyPixelCode } from '../conversion/pixel-code.ts';
import { readDay } from '../conversion/calendar.ts';
import { momentOf } from '../record/day.ts';

export interface PixelFields {
  readonly name: string;
  readonly code: PixelCode;
  readonly token: string;
  readonly testEventCode: string | null;
  readonly browserLeg: boolean;
  /** Absent: from now on. */
  readonly activeFrom?: Date;
}

/** By field; a field without an entry is fine. */
export type FieldErrors = Partial<Record<'name' | 'code' | 'token' | 'testEventCode' | 'activeFrom', string>>;

export type PixelForm =
  { readonly ok: true; readonly fields: PixelFields } | { readonly ok: false; readonly errors: FieldErrors };

/** What a form or the command line hands in: only texts are read, anything else counts as empty. */
export type FormValues = Readonly<Record<string, unknown>>;

/** What a start in local time is read by. */
export interface FormPlace {
  readonly timeZone: string;
  readonly now: Date;
}

/** TikTok has no use for older orders. */
const EARLIEST_START_DAYS = 7;
/** A typing mistake in the year must not keep a store silent. */
const LATEST_START_DAYS = 90;
const DAY_MS = 86_400_000;

/** The shop's local time, such as 2026-11-21T09:30; empty means that nothing is said of it. */
function startOf(values: FormValues, { timeZone, now }: FormPlace): { at?: Date; problem?: string } {
  const text = typeof values.activeFrom === 'string' ? values.activeFrom.trim() : '';
  if (text === '') return {};
  const known = /^(\d{4}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?$/.exec(text);
  const day = known?.[1] === undefined ? null : readDay(known[1]);
  if (!known || day === null) return { problem: 'Enter a day and a time, such as 2026-11-21 and 09:30.' };
  const at = momentOf(`${day}T${known[2] ?? '00:00'}${known[3] ?? ':00'}`, timeZone);
  const days = (at.getTime() - now.getTime()) / DAY_MS;
  if (days < -EARLIEST_START_DAYS)
    return { problem: `At most ${EARLIEST_START_DAYS} days back: TikTok has no use for older orders.` };
  if (days > LATEST_START_DAYS)
    return {
      problem: `At most ${LATEST_START_DAYS} days ahead. Pause the pixel if it is to rest for longer.`,
    };
  return { at };
}

/** A new pixel: everything that is needed must be there. */
export function readNewPixel(values: FormValues, place: FormPlace): PixelForm {
  const { name, code, token, testEventCode, browserLeg } = textsOf(values);
  const start = startOf(values, place);
  const errors: FieldErrors = {
    ...entry('name', nameProblem(name)),
    ...entry('code', pixelCodeProblem(code)),
    ...entry('token', tokenProblem(token)),
    ...entry('testEventCode', testCodeProblem(testEventCode)),
    ...entry('activeFrom', start.problem),
  };
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  return {
    ok: true,
    fields: {
      name: name || code,
      code,
      token,
      testEventCode: testEventCode || null,
      browserLeg: browserLeg ?? false,
      ...(start.at ? { activeFrom: start.at } : {}),
    },
  };
}

export interface PixelEdit {
  readonly name: string;
  /** Absent: the token that is stored stays. */
  readonly token?: string;
  readonly testEventCode: string | null;
  /** Absent: stays as it is. A form that offers the choice hands in "on" or "off". */
  readonly browserLeg?: boolean;
  /** Absent: stays as it is. */
  readonly activeFrom?: Date;
}

export type PixelEditForm =
  { readonly ok: true; readonly edit: PixelEdit } | { readonly ok: false; readonly errors: FieldErrors };

/** A change: the code stays what it is, and an empty token field means that the stored one stays. */
export function readPixelEdit(values: FormValues, place: FormPlace): PixelEditForm {
  const { name, token, testEventCode, browserLeg } = textsOf(values);
  const start = startOf(values, place);
  const errors: FieldErrors = {
    ...entry('name', name === '' ? 'Give the pixel a name, so that you recognise it.' : nameProblem(name)),
    ...(token === '' ? {} : entry('token', tokenProblem(token))),
    ...entry('testEventCode', testCodeProblem(testEventCode)),
    ...entry('activeFrom', start.problem),
  };
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  return {
    ok: true,
    edit: {
      name,
      testEventCode: testEventCode || null,
      ...(browserLeg === undefined ? {} : { browserLeg }),
      ...(start.at ? { activeFrom: start.at } : {}),
      ...(token === '' ? {} : { token }),
    },
  };
}

export function tokenProblem(token: string): string | undefined {
  if (token === '') return 'Enter the access token. Create it in TikTok Events Manager under Settings.';
  if (/\s/.test(token)) return 'The access token has no spaces or line breaks. Copy it once more.';
  if (!/^[\x21-\x7e]+$/.test(token)) return 'The access token has characters that TikTok does not use.';
  if (token.length < 20) return 'This access token is too short. Was it cut off while copying?';
  if (token.length > 500) return 'This is too long for an access token.';
  return undefined;
}

function testCodeProblem(code: string): string | undefined {
  if (code === '') return undefined;
  return /^[A-Za-z0-9_-]{1,40}$/.test(code)
    ? undefined
    : 'A test event code looks like TEST12345. TikTok shows it under Test Events.';
}

function nameProblem(name: string): string | undefined {
  return name.length > 60 ? 'Keep the name under 60 characters.' : undefined;
}

function textsOf(values: FormValues): {
  name: string;
  code: string;
  token: string;
  testEventCode: string;
  browserLeg: boolean | undefined;
} {
  const text = (key: string): string => {
    const value = values[key];
    return typeof value === 'string' ? value.trim() : '';
  };
  return {
    // A name is shown and logged: no control characters, no halves of characters.
    name: text('name').replace(/\p{Cc}|\p{Cs}/gu, ''),
    code: tidyPixelCode(text('code')),
    token: text('token'),
    testEventCode: text('testEventCode'),
    browserLeg: text('browserLeg') === '' ? undefined : text('browserLeg') === 'on',
  };
}

const entry = (field: keyof FieldErrors, message: string | undefined): FieldErrors =>
  message === undefined ? {} : { [field]: message };
