/** What a shop is told of and where: causes, thresholds, addresses; their defaults and the check of the form. */
import { z } from 'zod';

export const CAUSES = [
  'token_refused',
  'errors',
  'silence',
  'missed',
  'clicks_dropped',
  'not_closed',
] as const;

export type Cause = (typeof CAUSES)[number];

export interface AlertSettings {
  causes: Record<Cause, boolean>;
  /** From this share of refused events on, in percent. */
  errorPercent: number;
  /** After so many hours in which orders wait and TikTok takes none. */
  silenceHours: number;
  /** When the share of orders with an ad click falls by this much of what is usual, in percent. */
  clickDropPercent: number;
  /** The closed days of the ledger with the head of its chain. */
  closing: 'off' | 'daily' | 'weekly';
}

export interface AlertTargets {
  emails: string[];
  /** Slack's way: a POST of {"text": …}. */
  webhook: string | null;
}

export function defaultAlertSettings(): AlertSettings {
  return {
    causes: {
      token_refused: true,
      errors: true,
      silence: true,
      missed: true,
      clicks_dropped: true,
      not_closed: true,
    },
    errorPercent: 5,
    silenceHours: 2,
    clickDropPercent: 50,
    closing: 'off',
  };
}

const percent = (from: number): z.ZodType<number> =>
  z
    .int(`A whole number from ${from} to 90.`)
    .min(from, `A whole number from ${from} to 90.`)
    .max(90, {
      message: `A whole number from ${from} to 90.`,
    });

const settingsSchema = z.strictObject({
  causes: z.strictObject({
    token_refused: z.boolean(),
    errors: z.boolean(),
    silence: z.boolean(),
    missed: z.boolean(),
    clicks_dropped: z.boolean(),
    not_closed: z.boolean(),
  }),
  errorPercent: percent(1),
  silenceHours: z
    .int('A whole number of hours from 1 to 48.')
    .min(1, 'A whole number of hours from 1 to 48.')
    .max(48, 'A whole number of hours from 1 to 48.'),
  clickDropPercent: percent(20),
  closing: z.enum(['off', 'daily', 'weekly']),
});

/** What nobody could use to reach a second address or a header of the mail. */
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;
const MOST_EMAILS = 10;

const draftSchema = z.strictObject({
  settings: settingsSchema,
  emails: z
    .array(
      z.string().max(254, 'This is not an email address.').regex(ADDRESS, 'This is not an email address.'),
    )
    .max(MOST_EMAILS, `At most ${MOST_EMAILS} addresses.`),
  /** Null takes it away; absent leaves it, because it is never shown. */
  webhook: z
    .string()
    .max(500, 'This address is too long.')
    .refine(
      (text) => text.startsWith('https://') && URL.canParse(text),
      'An address that begins with https://',
    )
    .refine((text) => URL.canParse(text) && new URL(text).username === '', 'An address without a user name.')
    .nullable()
    .optional(),
});

export type AlertDraft = z.output<typeof draftSchema>;

export type DraftRead =
  | { readonly ok: true; readonly draft: AlertDraft }
  /** By path, such as "settings.errorPercent", "emails.1", "webhook". */
  | { readonly ok: false; readonly errors: Record<string, string> };

const LONGEST = 20_000;

export function readAlertDraft(text: string): DraftRead {
  const parsed = draftSchema.safeParse(text.length > LONGEST ? null : json(text));
  if (parsed.success) return { ok: true, draft: parsed.data };
  const errors: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) {
    const field = path.join('.');
    errors[field] ??= field === '' ? 'This form could not be read. Load the page again.' : message;
  }
  return { ok: false, errors };
}

/** As stored by this program; what a newer one stored and this one cannot read falls back to the defaults. */
export function readAlertSettings(text: string): AlertSettings {
  const parsed = settingsSchema.safeParse(json(text));
  return parsed.success ? parsed.data : defaultAlertSettings();
}

const targetsSchema = z.object({ emails: z.array(z.string()), webhook: z.string().nullable() });

export const readAlertTargets = (text: string): AlertTargets => targetsSchema.parse(json(text));

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A webhook's address is a key to somebody's channel: its host and last characters are all that is shown. */
export function shownWebhook(url: string | null): string | null {
  return url === null || !URL.canParse(url) ? null : `${new URL(url).host}/…${url.slice(-4)}`;
}
