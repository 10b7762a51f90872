/** Logs are one JSON object a line, and hold no secret and no person, however they are hidden. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLog, type LogFields } from '../../../app/base/log.ts';
import { manualClock } from '../../support/clock.ts';

function logged(message: string, fields?: LogFields, readable = false): string {
  const lines: string[] = [];
  const log = createLog({
    level: 'debug',
    readable,
    write: (line) => lines.push(line),
    clock: manualClock('2026-11-20T12:00:00.000Z'),
  });
  log.info(message, fields);
  return lines.join('');
}

describe('a line', () => {
  it('is one JSON object with time, level, message and fields', () => {
    const line = logged('sent a batch', {
      shop: '5500000000001',
      size: 12,
      order: '9007199254740993',
      ms: 1.5,
    });
    expect(line.endsWith('\n')).toBe(true);
    expect(JSON.parse(line)).toEqual({
      time: '2026-11-20T12:00:00.000Z',
      level: 'info',
      message: 'sent a batch',
      shop: '5500000000001',
      size: 12,
      order: '9007199254740993',
      ms: 1.5,
    });
  });

  it('can be read on a terminal', () => {
    expect(logged('sent', { size: 2, pixel: 'CABC', rule: undefined }, true)).toBe(
      '12:00:00.000 info  sent  size=2 pixel=CABC\n',
    );
  });

  it('is left out below its level', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'warn', write: (line) => lines.push(line) });
    log.debug('no');
    log.info('no');
    log.warn('yes');
    log.error('yes');
    expect(lines).toHaveLength(2);
  });

  it('carries the fields of the log that wrote it', () => {
    const lines: string[] = [];
    createLog({ level: 'info', write: (line) => lines.push(line) })
      .with({ request: 'r1' })
      .info('answered', { status: 202 });
    expect(JSON.parse(lines.join(''))).toMatchObject({ request: 'r1', status: 202 });
  });

  it('is written for any value at all', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withNullPrototype: true,
        }),
        (value) => {
          expect(() => JSON.parse(logged('anything', { value }))).not.toThrow();
        },
      ),
    );
  });

  it('keeps what operators need', () => {
    const line = logged('delivered order-820982911946154508 at 2026-11-20T12:00:00.000Z', {
      orderId: '820982911946154508',
      eventId: 'checkout-4f1c0de9b7a24a0f8a3c',
      pixel: 'CNQ1T2JC77U4ABCDEFG0',
      tokenLast4: 'a1b2',
      keyId: 'k2',
      code: 40002,
      value: '691.90',
      took: 1234567,
      host: 'business-api.tiktok.com',
      path: '/open_api/v1.3/event/track/',
    });
    for (const kept of [
      'order-820982911946154508',
      '2026-11-20T12:00:00.000Z',
      'checkout-4f1c0de9b7a24a0f8a3c',
      'CNQ1T2JC77U4ABCDEFG0',
      'a1b2',
      'k2',
      '40002',
      '691.90',
      'business-api.tiktok.com',
      '/open_api/v1.3/event/track/',
    ]) {
      expect(line).toContain(kept);
    }
  });
});

const secrets = {
  offlineToken: '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',
  refreshToken: 'shprt_2c26b46b68ffc68ff99b453c1d304134',
  tiktokToken: 'c1a5298f939e87e8f962a5edfc206918',
  email: 'ana.tester+shop@example.co.uk',
  phone: '+49 151 23456789',
  cookie: '_ttp=01JABCDEF; session=xyzzy-plugh',
  password: 'correct-horse-battery',
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJlLWJ5dGVz',
};

class Spoken {
  toJSON(): unknown {
    return { accessToken: secrets.tiktokToken, note: `write to ${secrets.email}` };
  }
}

class Unspeakable {
  toJSON(): unknown {
    throw new Error(secrets.password);
  }
}

function circular(): unknown {
  const inner: Record<string, unknown> = { access_token: secrets.tiktokToken };
  inner['self'] = inner;
  return inner;
}

/** `undici` and `fetch` errors carry what was sent in odd places. */
function failed(): Error {
  const cause = new Error(`authorization: Bearer ${secrets.tiktokToken}`);
  const error = new Error(`POST failed for ${secrets.email}`, { cause });
  return Object.assign(error, {
    request: { headers: { 'Access-Token': secrets.tiktokToken } },
    body: secrets.jwt,
  });
}

const attempts: [string, string, LogFields?][] = [
  ['in the message', `token ${secrets.offlineToken} of ${secrets.email}, ${secrets.phone}`],
  ['under a telling key', 'x', { accessToken: secrets.tiktokToken, password: secrets.password }],
  [
    'under a key in any spelling',
    'x',
    { 'ACCESS-TOKEN': secrets.tiktokToken, refresh_token: secrets.tiktokToken },
  ],
  ['deep in objects', 'x', { a: { b: { c: { d: { client_secret: secrets.password } } } } }],
  [
    'in arrays',
    'x',
    { list: [[{ email: secrets.email }], [secrets.phone], [`Bearer ${secrets.tiktokToken}`]] },
  ],
  ['in headers as pairs', 'x', { headers: [{ name: 'Cookie', value: secrets.cookie }] }],
  [
    'in a header list',
    'x',
    { headers: { cookie: secrets.cookie, 'x-shopify-access-token': secrets.offlineToken } },
  ],
  ['in a raw header text', `Access-Token: ${secrets.tiktokToken}\r\nCookie: ${secrets.cookie}`],
  ['in an error and its cause', 'x', { error: failed() }],
  [
    'in an aggregate error',
    'x',
    { error: new AggregateError([failed(), new Error(secrets.email)], secrets.jwt) },
  ],
  [
    'in a URL',
    'x',
    { url: new URL(`https://birch.myshopify.com/?email=${secrets.email}&token=${secrets.tiktokToken}`) },
  ],
  ['in a URL with a password', `postgresql://tock:${secrets.password}@localhost/tock`],
  [
    'in an encoded query',
    `https://birch.example/?e=${encodeURIComponent(secrets.email)}&p=${encodeURIComponent(secrets.phone)}`,
  ],
  ['in search parameters', 'x', { query: new URLSearchParams({ access_token: secrets.tiktokToken }) }],
  [
    'in bytes',
    'x',
    { body: Buffer.from(JSON.stringify(secrets)), view: new TextEncoder().encode(secrets.email) },
  ],
  [
    'in bytes that were made JSON',
    'x',
    { body: JSON.stringify({ token: secrets.tiktokToken, mail: secrets.email }) },
  ],
  ['behind toJSON', 'x', { session: { deep: new Spoken() }, other: new Unspeakable() }],
  [
    'in a map and a set',
    'x',
    { map: new Map([['email', secrets.email]]), set: new Set([secrets.phone, secrets.jwt]) },
  ],
  ['in a circle', 'x', { circle: circular() }],
  ['as a key', 'x', { byMail: { [secrets.email]: 1 } }],
  ['in a JSON web token', `id_token ${secrets.jwt}`],
  [
    'of a person',
    'x',
    { customer: { first_name: secrets.password, address1: secrets.password, zip: secrets.password } },
  ],
  [
    'of a browser',
    'x',
    { ip: '203.0.113.7', userAgent: secrets.password, ttclid: secrets.password, ttp: secrets.password },
  ],
];

describe('nothing that must stay secret is written', () => {
  it.each(attempts)('%s', (_where, message, fields) => {
    for (const readable of [false, true]) {
      const line = logged(message, fields, readable);
      for (const secret of [
        ...Object.values(secrets),
        '203.0.113.7',
        'xyzzy-plugh',
        '01JABCDEF',
        '23456789',
      ]) {
        expect(line).not.toContain(secret);
        expect(line).not.toContain(encodeURIComponent(secret));
        expect(line).not.toContain(Buffer.from(secret).toString('base64').slice(0, 12));
      }
    }
  });

  it('by a log that carries it', () => {
    const lines: string[] = [];
    createLog({ level: 'info', write: (line) => lines.push(line) })
      .with({ authorization: `Bearer ${secrets.tiktokToken}` })
      .info('x');
    expect(lines.join('')).not.toContain(secrets.tiktokToken);
  });

  it('wherever it is put among other words', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(secrets.offlineToken, secrets.email, secrets.phone, secrets.jwt),
        fc.string(),
        fc.string(),
        (secret, before, after) => {
          expect(logged(`${before} ${secret} ${after}`)).not.toContain(secret);
        },
      ),
    );
  });
});
