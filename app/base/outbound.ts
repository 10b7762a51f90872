/** The one way to foreign addresses (storefronts, alert webhooks): https, resolved once and pinned, public machines only. */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { Agent, request } from 'undici';

export interface OutboundOptions {
  /** Where sandbox storefronts live: its port of this machine may be called without https. Never set in production. */
  sandboxUrl?: string | undefined;
  /** What a name stands for; Node's own answer unless a test says otherwise. */
  resolve?: (host: string) => Promise<string[]>;
  /** From the start to the last byte, all redirects included. */
  wholeMs?: number;
  maxBytes?: number;
}

export interface OutboundRequest {
  method?: 'GET' | 'POST';
  body?: string;
  /** Credentials have no place here. */
  headers?: Readonly<Record<string, string>>;
}

export type OutboundAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** After redirects. */
      readonly url: string;
      readonly text: string;
      /** The body was longer than the limit and is cut off. */
      readonly cut: boolean;
    }
  /** Nothing was sent to that address, and nothing will be. */
  | {
      readonly kind: 'refused';
      readonly url: string;
      readonly why: 'address' | 'not_https' | 'credentials' | 'private' | 'redirects';
    }
  | {
      readonly kind: 'failed';
      readonly url: string;
      readonly why: 'name' | 'timeout' | 'connection';
      readonly message: string;
    };

export interface Outbound {
  /** Never throws: how it ended is the answer. A POST follows no redirect. */
  call(url: string, options?: OutboundRequest): Promise<OutboundAnswer>;
}

const WHOLE_MS = 10_000;
const MAX_BYTES = 2 * 1024 * 1024;
const MOST_REDIRECTS = 4;

/** Everything that is not the public internet: private, shared, loopback, link-local (metadata), test, multicast. */
const notPublicV4 = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  notPublicV4.addSubnet(network, bits, 'ipv4');

/** Global unicast, without the parts that only wrap or document other addresses. */
const publicV6 = new BlockList();
publicV6.addSubnet('2000::', 3, 'ipv6');
const notPublicV6 = new BlockList();
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  notPublicV6.addSubnet(network, bits, 'ipv6');

export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !notPublicV4.check(address, 'ipv4');
    case 6:
      return publicV6.check(address, 'ipv6') && !notPublicV6.check(address, 'ipv6');
    default:
      return false;
  }
}

export function createOutbound(options: OutboundOptions = {}): Outbound {
  const resolve =
    options.resolve ??
    (async (host: string) => (await lookup(host, { all: true })).map((one) => one.address));
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  const sandbox = options.sandboxUrl === undefined ? undefined : new URL(options.sandboxUrl);

  /** The address to connect to, looked up once: what was checked is what is called. */
  async function pinned(url: URL): Promise<{ address: string } | OutboundAnswer> {
    const refused = (why: Extract<OutboundAnswer, { kind: 'refused' }>['why']): OutboundAnswer => ({
      kind: 'refused',
      url: url.href,
      why,
    });
    if (url.username !== '' || url.password !== '') return refused('credentials');
    if (sandbox !== undefined && isSandbox(url, sandbox)) return { address: bare(sandbox.hostname) };
    if (url.protocol !== 'https:') return refused('not_https');
    const host = bare(url.hostname);
    if (isIP(host) !== 0) return isPublicAddress(host) ? { address: host } : refused('private');
    let addresses: string[];
    try {
      addresses = await resolve(host);
    } catch (error) {
      return { kind: 'failed', url: url.href, why: 'name', message: messageOf(error) };
    }
    const [first] = addresses;
    if (first === undefined)
      return { kind: 'failed', url: url.href, why: 'name', message: `${host} has no address` };
    // One private address among public ones is a trick or a mistake; neither is followed.
    return addresses.every(isPublicAddress) ? { address: first } : refused('private');
  }

  async function once(url: URL, asked: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer | URL> {
    const pin = await pinned(url);
    if ('kind' in pin) return pin;
    const { address } = pin;
    const agent = new Agent({
      connections: 1,
      connect: {
        timeout: 5_000,
        lookup: (_host, { all }, done) => {
          const family = isIP(address);
          if (all === true) done(null, [{ address, family }]);
          else done(null, address, family);
        },
      },
    });
    try {
      const method = asked.method ?? 'GET';
      const answer = await request(url, {
        dispatcher: agent,
        method,
        signal,
        headers: { 'user-agent': 'Tock', 'accept-encoding': 'identity', ...asked.headers },
        ...(asked.body === undefined ? {} : { body: asked.body }),
      });
      // A body that is given up reports it as an error, which nobody waits for.
      answer.body.on('error', () => undefined);
      const { location } = answer.headers;
      if (
        method === 'GET' &&
        answer.statusCode >= 300 &&
        answer.statusCode < 400 &&
        typeof location === 'string'
      ) {
        answer.body.destroy();
        const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
        return next ?? { kind: 'refused', url: location.slice(0, 200), why: 'address' };
      }
      const { text, cut } = await read(answer.body, maxBytes);
      return { kind: 'answered', status: answer.statusCode, url: url.href, text, cut };
    } catch (error) {
      return {
        kind: 'failed',
        url: url.href,
        why: signal.aborted ? 'timeout' : 'connection',
        message: messageOf(error),
      };
    } finally {
      await agent.destroy();
    }
  }

  return {
    async call(address, asked = {}) {
      if (!URL.canParse(address)) return { kind: 'refused', url: address.slice(0, 200), why: 'address' };
      const signal = AbortSignal.timeout(options.wholeMs ?? WHOLE_MS);
      let url = new URL(address);
      for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
        const outcome = await once(url, asked, signal);
        if (!(outcome instanceof URL)) return outcome;
        url = outcome;
      }
      return { kind: 'refused', url: url.href, why: 'redirects' };
    },
  };
}

/** `<shop>.localhost` on the sandbox's own port; always connected to the sandbox's own address. */
function isSandbox(url: URL, sandbox: URL): boolean {
  if (url.protocol !== sandbox.protocol || url.port !== sandbox.port) return false;
  return url.hostname === sandbox.hostname || /^[a-z0-9-]+\.localhost$/.test(url.hostname);
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

async function read(body: AsyncIterable<Buffer>, maxBytes: number): Promise<{ text: string; cut: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  return { text: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'), cut: length > maxBytes };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
