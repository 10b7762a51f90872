/** The one way to send mail: through the SMTP server that the operator names, plain text only. */
import { createTransport } from 'nodemailer';

export interface Mail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

export type MailOutcome = { readonly ok: true } | { readonly ok: false; readonly message: string };

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
        return { ok: false, message: error instanceof Error ? error.message : String(error) };
      }
    },
    close: () => transport.close(),
  };
}
