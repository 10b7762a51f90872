/** The one way to send mail: through the SMTP server that the operator names, plain text only. */
import { createTransport } from 'nodemailer';
import { z } from 'zod';

export interface Mail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** What stands in the way, as far as somebody can do something about it. */
export type MailTrouble =
  'mail_login' | 'mail_unreachable' | 'mail_recipient' | 'mail_refused' | 'mail_later';

export type MailOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly why: MailTrouble;
      /** The step and the server's three digits, never its text: that may hold host names, user names, addresses. */
      readonly code: string;
    };

export interface Mailer {
  /** Never throws: how it ended is the answer. */
  send(mail: Mail): Promise<MailOutcome>;
  close(): void;
}

const TIMEOUT_MS = 10_000;

export function createMailer({ smtpUrl, from }: { smtpUrl: string; from: string }): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // A message is its text: nothing of this machine and nothing from elsewhere is put into it.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text }) {
      try {
        await transport.sendMail({ from, to: [...to], subject, text });
        return { ok: true };
      } catch (error) {
        return { ok: false, ...troubleOf(error) };
      }
    },
    close: () => transport.close(),
  };
}

/** What nodemailer adds to an error. */
const mailError = z.object({
  code: z
    .string()
    .regex(/^[A-Z]+$/)
    .optional(),
  command: z.string().optional(),
  responseCode: z.number().optional(),
});
const LOGIN = ['EAUTH', 'ENOAUTH', 'EOAUTH2'];
const UNREACHABLE = ['ECONNECTION', 'ETIMEDOUT', 'ESOCKET', 'EDNS', 'ETLS', 'EREQUIRETLS', 'EPROXY'];

function troubleOf(error: unknown): { why: MailTrouble; code: string } {
  const told = mailError.safeParse(error);
  const { code = 'unknown', command, responseCode: digits } = told.success ? told.data : {};
  return {
    why: whyOf(code, command === 'RCPT TO', digits ?? 0),
    code: digits === undefined ? code : `${code} ${digits}`,
  };
}

function whyOf(step: string, forRecipient: boolean, digits: number): MailTrouble {
  if (LOGIN.includes(step)) return 'mail_login';
  if (digits >= 400 && digits < 500) return 'mail_later';
  if (UNREACHABLE.includes(step)) return 'mail_unreachable';
  return forRecipient ? 'mail_recipient' : 'mail_refused';
}
