/** The form of a pixel: what its fields are called, what they take, and what is wrong with what was typed, in words. */
import type { PixelCode } from '../conversion/facts.ts';
import { pixelCodeProblem, tidyPixelCode } from '../conversion/pixel-code.ts';

export interface PixelFields {
  readonly name: string;
  readonly code: PixelCode;
  readonly token: string;
  readonly testEventCode: string | null;
  readonly browserLeg: boolean;
}

/** By field; a field without an entry is fine. */
export type FieldErrors = Partial<Record<'name' | 'code' | 'token' | 'testEventCode', string>>;

export type PixelForm =
  { readonly ok: true; readonly fields: PixelFields } | { readonly ok: false; readonly errors: FieldErrors };

/** What a form or the command line hands in: only texts are read, anything else counts as empty. */
export type FormValues = Readonly<Record<string, unknown>>;

/** A new pixel: everything that is needed must be there. */
export function readNewPixel(values: FormValues): PixelForm {
  const { name, code, token, testEventCode, browserLeg } = textsOf(values);
  const errors: FieldErrors = {
    ...entry('name', nameProblem(name)),
    ...entry('code', pixelCodeProblem(code)),
    ...entry('token', tokenProblem(token)),
    ...entry('testEventCode', testCodeProblem(testEventCode)),
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
}

export type PixelEditForm =
  { readonly ok: true; readonly edit: PixelEdit } | { readonly ok: false; readonly errors: FieldErrors };

/** A change: the code stays what it is, and an empty token field means that the stored one stays. */
export function readPixelEdit(values: FormValues): PixelEditForm {
  const { name, token, testEventCode, browserLeg } = textsOf(values);
  const errors: FieldErrors = {
    ...entry('name', name === '' ? 'Give the pixel a name, so that you recognise it.' : nameProblem(name)),
    ...(token === '' ? {} : entry('token', tokenProblem(token))),
    ...entry('testEventCode', testCodeProblem(testEventCode)),
  };
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  return {
    ok: true,
    edit: {
      name,
      testEventCode: testEventCode || null,
      ...(browserLeg === undefined ? {} : { browserLeg }),
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
