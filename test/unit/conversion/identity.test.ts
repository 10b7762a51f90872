/** Normalising and hashing against the published vectors, and everything that must never be hashed. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  hashedEmail,
  hashedExternalId,
  hashedPhone,
  localeOf,
  mergeMatch,
  noMatch,
  normaliseEmail,
  normalisePhone,
  publicIp,
  sha256,
} from '../../../app/conversion/identity.ts';
import { arbitraryEmail, arbitraryPhone } from './orders.ts';

describe('published hash vectors', () => {
  it.each([
    ['email', ' ALICE_abc@gmail.com ', '848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f'],
    ['email', 'example@posthog.com', '3d4eee8538a4bbbe2ef7912f90ee494c1280f74dd7fd81232e58deb9cb9997e3'],
    ['email', 'test@TEST.com\n', 'f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a'],
    ['phone', '(+1)2133734253', '9f7ec22d72092cd3c0b58726ed9c2d91b92e51a3f29837508fb2948bb22dd2fd'],
    ['phone', '+1555-555-5555', '910a625c4ba147b544e6bd2f267e130ae14c591b6ba9c25cb8573322dedbebd0'],
    ['phone', '+12345678901234', '00a63bd0437d6ca0fa7b95c00ab2e7c020faa71440e5246750d6b517689e6777'],
    ['phone', '+1234567890', '422ce82c6fc1724ac878042f7d055653ab5e983d186e616826a72d4384b68af8'],
    ['external_id', 'user_123', '80fba0ae1c48e3978e43e4efc365e14e12ea0c830ba8ba5b9a2dafc7e3f2ab8b'],
  ])('%s %j', (kind, input, expected) => {
    const hashed =
      kind === 'email'
        ? hashedEmail(input)
        : kind === 'phone'
          ? hashedPhone(input, [])
          : hashedExternalId(input);
    expect(hashed).toBe(expected);
  });

  it('keeps the case of an external id, unlike senders that lower it', () => {
    expect(hashedExternalId('testId123')).toBe(sha256('testId123'));
    expect(hashedExternalId('testId123')).not.toBe(
      '481f202262e9c5ccc48d24e60798fadaa5f6ff1f8369f7ab927c04c3aa682a7f',
    );
  });
});

describe('emails', () => {
  it.each([
    ['Max.Muster+shop@Example.COM', 'max.muster+shop@example.com'],
    ['\u00a0\u200björg@MÜLLER.de\ufeff', 'jörg@müller.de'],
    ['ΑΒΓ@example.gr', 'αβγ@example.gr'],
  ])('%j becomes %j', (input, expected) => {
    expect(normaliseEmail(input)).toBe(expected);
  });

  it.each(['', '   ', 'null', '@example.com', 'name@', 'a b@example.com', 'x'.repeat(400) + '@example.com'])(
    '%j is none',
    (input) => {
      expect(hashedEmail(input)).toBeUndefined();
    },
  );
});

describe('phones', () => {
  it.each([
    ['+12025550123', [], '+12025550123'],
    ['(202) 555-0123', ['US'], '+12025550123'],
    ['020 7946 0018', ['GB'], '+442079460018'],
    ['+44 (0)20 7946 0018', [], '+442079460018'],
    ['+4402079460018', [], '+442079460018'],
    ['030 1234567', ['US', 'DE'], '+49301234567'],
    ['0049 30 1234567', ['DE'], '+49301234567'],
    ['+123456789012345', [], '+123456789012345'],
    ['(11) 98765-4321', ['br'], '+5511987654321'],
  ])('%j with %j becomes %s', (input, countries, expected) => {
    expect(normalisePhone(input, countries)).toBe(expected);
  });

  it.each([
    ['(202) 555-0123', []],
    ['555-555-SHIP', ['US']],
    ['123', ['US']],
    ['+0000', ['US']],
    ['+999 1234567', []],
    ['12345678901234', []],
    ['n/a', ['XX']],
    ['1'.repeat(100), ['US']],
  ])('%j with %j is left out, not guessed', (input, countries) => {
    expect(hashedPhone(input, countries)).toBeUndefined();
  });

  it('makes E.164 of whatever it makes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), arbitraryPhone, fc.stringMatching(/^[+0-9 ()/-]{1,20}$/)),
        fc.constantFrom('US', 'DE', 'GB', ''),
        (raw, country) => {
          const phone = normalisePhone(raw, [country]);
          expect(phone === undefined || /^\+[1-9]\d{6,14}$/.test(phone)).toBe(true);
        },
      ),
    );
  });
});

describe('what is nobody', () => {
  it.each([
    '',
    ' ',
    '0',
    '000',
    'null',
    'NULL',
    'undefined',
    'guest',
    'None',
    'NaN',
    '[object Object]',
    '\u200b',
  ])('external id %j is never hashed', (input) => expect(hashedExternalId(input)).toBeUndefined());

  it('is idempotent: a hash stays itself, in lower case', () => {
    fc.assert(
      fc.property(arbitraryEmail, (email) => {
        const once = hashedEmail(email);
        expect(once).toMatch(/^[0-9a-f]{64}$/);
        expect(hashedEmail(once?.toUpperCase())).toBe(once);
        expect(hashedPhone(once, [])).toBe(once);
        expect(hashedExternalId(once)).toBe(once);
      }),
    );
  });
});

describe('addresses of machines', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:8.8.8.8', '8.8.8.8'],
    ['2001:4860:4860::8888', '2001:4860:4860::8888'],
    ['2001:4860:4860:0000:0000:0000:0000:8888', '2001:4860:4860:0000:0000:0000:0000:8888'],
    [' 2A00:1450:: ', '2a00:1450::'],
  ])('%j is public', (input, expected) => expect(publicIp(input)).toBe(expected));

  it.each([
    '',
    '10.1.2.3',
    '127.0.0.1',
    '0.0.0.0',
    '100.64.0.1',
    '169.254.1.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '256.1.1.1',
    '1.2.3',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fdff::1',
    'ff02::1',
    '::ffff:10.0.0.1',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'localhost',
    'x',
  ])('%j is not', (input) => expect(publicIp(input)).toBeUndefined());
});

it.each([
  ['en', 'en'],
  ['en_US', 'en-US'],
  ['FR-ca', 'fr-CA'],
  ['zh-hant-tw', 'zh-Hant-TW'],
  ['es-419', 'es-419'],
  ['*', undefined],
  ['', undefined],
  ['english', undefined],
])('locale %j is %j', (input, expected) => expect(localeOf(input)).toBe(expected));

describe('joining an event with what else is known', () => {
  const click = { ttclid: 'A', at: '2026-10-01T00:00:00.000Z', from: 'url' as const };

  it("keeps the event's own first, repeats nothing and makes other pages' clicks kept ones", () => {
    const own = { ...noMatch(), emails: ['a'], ip: '8.8.8.8', clicks: [] };
    const other = {
      ...noMatch(),
      emails: ['b', 'a'],
      phones: ['p'],
      ip: '9.9.9.9',
      userAgent: 'UA',
      ttp: 't',
      clicks: [click],
    };
    expect(mergeMatch(own, other)).toEqual({
      v: 1,
      emails: ['a', 'b'],
      phones: ['p'],
      externalIds: [],
      ip: '8.8.8.8',
      ttp: 't',
      clicks: [{ ...click, from: 'kept' }],
    });
  });

  describe('an address and a browser belong together', () => {
    const own = (changes: object) => ({ ...noMatch(), ...changes });
    it.each<[string, object, object, object]>([
      [
        'same browser: the address completes it',
        { userAgent: 'UA' },
        { userAgent: 'UA', ip: '9.9.9.9' },
        { userAgent: 'UA', ip: '9.9.9.9' },
      ],
      [
        'another browser: no address',
        { userAgent: 'UA' },
        { userAgent: 'other', ip: '9.9.9.9' },
        { userAgent: 'UA' },
      ],
      [
        'same address: the browser completes it',
        { ip: '9.9.9.9' },
        { userAgent: 'UA', ip: '9.9.9.9' },
        { userAgent: 'UA', ip: '9.9.9.9' },
      ],
      [
        'another address: no browser',
        { ip: '8.8.8.8' },
        { userAgent: 'UA', ip: '9.9.9.9' },
        { ip: '8.8.8.8' },
      ],
      [
        'same browser at another address: its own stays',
        { userAgent: 'UA', ip: '8.8.8.8' },
        { userAgent: 'UA', ip: '9.9.9.9' },
        { userAgent: 'UA', ip: '8.8.8.8' },
      ],
      [
        'neither known: both of the other',
        {},
        { userAgent: 'UA', ip: '9.9.9.9' },
        { userAgent: 'UA', ip: '9.9.9.9' },
      ],
      ['the other knows nothing', { userAgent: 'UA' }, {}, { userAgent: 'UA' }],
      ['the other knows the address alone', { userAgent: 'UA' }, { ip: '9.9.9.9' }, { userAgent: 'UA' }],
    ])('%s', (_name, mine, theirs, expected) => {
      const { ip, userAgent } = mergeMatch(own(mine), own(theirs));
      expect({
        ...(userAgent === undefined ? {} : { userAgent }),
        ...(ip === undefined ? {} : { ip }),
      }).toEqual(expected);
    });
  });

  it('changes nothing when it is done twice', () => {
    const other = { ...noMatch(), emails: ['b'], clicks: [click] };
    const once = mergeMatch(noMatch(), other);
    expect(mergeMatch(once, other)).toEqual(once);
  });
});
