/** A mail server on loopback that takes what it is given, or refuses it, knows no user, and remembers every message. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface TakenMail {
  from: string;
  to: string[];
  /** Headers and body as they came. */
  raw: string;
  subject: string;
}

export interface FakeSmtp {
  url: string;
  mails: TakenMail[];
  /** From now on every recipient is refused with this line; null takes them again. */
  refuse(line: string | null): void;
  close(): Promise<void>;
}

export async function fakeSmtp(): Promise<FakeSmtp> {
  const mails: TakenMail[] = [];
  const sockets = new Set<Socket>();
  let refusal: string | null = null;

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    let mail = { from: '', to: [] as string[] };
    let body: string[] | null = null;
    let rest = '';
    say('220 loopback ready');
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('utf8')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    });

    function take(line: string): void {
      if (body !== null) {
        if (line !== '.') return void body.push(line.replace(/^\.\./, '.'));
        mails.push({ ...mail, raw: body.join('\n'), subject: subjectIn(body) });
        body = null;
        mail = { from: '', to: [] };
        return say('250 taken');
      }
      const [, address = ''] = /<([^>]*)>/.exec(line) ?? [];
      switch (line.slice(0, 4).toUpperCase()) {
        case 'MAIL':
          mail = { from: address, to: [] };
          return say('250 fine');
        case 'RCPT':
          if (refusal !== null) return say(refusal);
          mail.to.push(address);
          return say('250 fine');
        case 'EHLO':
          return say('250-loopback\r\n250 AUTH PLAIN');
        case 'AUTH':
          return say('535 5.7.8 mx7.internal knows no user of this name');
        case 'DATA':
          body = [];
          return say('354 go on');
        case 'QUIT':
          say('221 bye');
          return void socket.end();
        default:
          return say('250 fine');
      }
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuse(line) {
      refusal = line;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Unfolded, and decoded where it is not plain ASCII. */
function subjectIn(lines: readonly string[]): string {
  const at = lines.findIndex((line) => /^subject:/i.test(line));
  const folded = [lines[at] ?? ''];
  for (let next = at + 1; /^\s/.test(lines[next] ?? ''); next += 1) folded.push(lines[next] ?? '');
  return folded
    .map((line) => line.trim())
    .join(' ')
    .replace(/^subject:\s*/i, '');
}
