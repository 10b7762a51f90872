/** Normalising and hashing against the published vectors, and everything that must never be hashed. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  distinct,
  hashedEmail,
  hashedExternalId,
  hashedPhone,
  localeOf,
  mergeMatch,
  noMatch,
  normaliseEmail,
  normalisePhone,
  NORMALISER,
  opaque,
  publicIp,
  sha256,
} from '../../../app/conversion/identity.ts';
import { arbitraryEmail, arbitraryPhone, sample, SAMPLES } from './orders.ts';
import type { Click, MatchData } from '../../../app/conversion/facts.ts';

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

describe('what copying leaves at the ends', () => {
  const EDGES = [' ', '\t', '\n', '\0', '\u00a0', '\u00ad', '\u200b', '\u200f', '\u202a', '\u202e', '\u2060'];
  it.each([...EDGES, '\u3000', '\ufeff', ' \u200b '])('%j goes, before, behind and on both sides', (edge) => {
    for (const raw of [`${edge}User1`, `User1${edge}`, `${edge}User1${edge}`])
      expect(hashedExternalId(raw)).toBe(sha256('User1'));
  });

  it('what stands in the middle, and every visible sign, stays', () => {
    for (const id of ['a\u200bb', 'a b', '!x~', '~x!', 'é1é', '\u007fx\u007f'])
      expect(hashedExternalId(id)).toBe(sha256(id));
  });
});

describe('a value that is a hash already', () => {
  const hash = sha256('user_123');
  it('stays it, in lower case and without spaces', () => {
    for (const read of [hashedEmail, hashedExternalId, (raw: string) => hashedPhone(raw, ['US'])])
      for (const raw of [hash, hash.toUpperCase(), ` ${hash}\n`]) expect(read(raw)).toBe(hash);
  });

  it('is 64 hexadecimal digits and nothing else', () => {
    for (const id of [hash.slice(1), `${hash}0`, `0${hash}`, `g${hash.slice(1)}`, `${hash.slice(1)}g`])
      expect(hashedExternalId(id)).toBe(sha256(id));
  });

  it('nothing makes nothing', () => {
    expect([hashedEmail(undefined), hashedPhone(undefined, []), hashedExternalId(undefined)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

it('the version of the normaliser goes with everything that is hashed', () => {
  expect(noMatch()).toStrictEqual({ v: NORMALISER, emails: [], phones: [], externalIds: [], clicks: [] });
  for (const name of SAMPLES) expect(sample(name).match.v).toBe(NORMALISER);
  expect(mergeMatch({ ...noMatch(), v: 7 }, noMatch()).v).toBe(7);
});

describe('emails', () => {
  it.each([
    ['Max.Muster+shop@Example.COM', 'max.muster+shop@example.com'],
    ['\u00a0\u200björg@MÜLLER.de\ufeff', 'jörg@müller.de'],
    ['ΑΒΓ@example.gr', 'αβγ@example.gr'],
  ])('%j becomes %j', (input, expected) => {
    expect(normaliseEmail(input)).toBe(expected);
  });

  it('is one up to 320 characters', () => {
    const end = '@example.com';
    const longest = 'x'.repeat(320 - end.length) + end;
    expect(normaliseEmail(longest)).toBe(longest);
    expect(normaliseEmail(`x${longest}`)).toBeUndefined();
    expect(normaliseEmail('a@b')).toBe('a@b');
  });

  it.each(['', '   ', 'null', '@example.com', 'name@', 'a b@example.com', 'a\tb@example.com', 'a@b@', '@'])(
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
    ['(+44) 20 7946 0018', [], '+442079460018'],
    ['\uFF0B44 20 7946 0018', [], '+442079460018'],
    ['０３ １２３４ ５６７８', ['JP'], '+81312345678'],
    ['030 1234567', ['XX', '', 'de'], '+49301234567'],
    ['+1 202 555' + ' '.repeat(46) + '0123', [], '+12025550123'],
    ['+1234567', [], '+1234567'],
    ['+12025550123 ext. 5', [], '+12025550123'],
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
    ['+1 202 555' + ' '.repeat(47) + '0123', []],
    ['+123456', []],
    ['x+12025550123', []],
    // Germany's plan has numbers this short; nobody's own telephone has one.
    ['1234', ['US', 'DE']],
    ['2025550123', ['XX']],
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
    'false',
    'anonymous',
  ])('external id %j is never hashed', (input) => expect(hashedExternalId(input)).toBeUndefined());

  it.each(['00a', 'x0', 'nullable', 'xnull', 'guest1', 'a guest', '10', '01'])('but %j is somebody', (id) =>
    expect(hashedExternalId(id)).toBe(sha256(id)),
  );

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
    ...[
      '1.0.0.0',
      '9.255.255.255',
      '11.0.0.0',
      '100.63.255.255',
      '100.128.0.0',
      '101.64.0.1',
      '126.255.255.255',
      '128.0.0.1',
      '169.253.255.255',
      '169.255.0.1',
      '170.254.0.1',
      '172.15.255.255',
      '172.32.0.0',
      '173.16.0.1',
      '192.167.255.255',
      '192.169.0.1',
      '193.168.0.1',
      '223.255.255.255',
      '8.8.8.255',
      '1::',
      '64:ff9b::808:808',
      '1:2:3:4:5:6:7:8',
      '1:2:3:4:5:6:7::',
      'fbff::1',
      'fe00::1',
      'fe7f::1',
    ].map((address): [string, string] => [address, address]),
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
    '100.64.0.0',
    '100.127.255.255',
    '172.16.0.0',
    '239.1.1.1',
    '8.8.8.256',
    '8.8.08.8',
    '0008.8.8.8',
    '1.2.3.4.5',
    'x8.8.8.8',
    '8.8.8.8x',
    '1.2.3',
    '::',
    '0:1::',
    'febf::1',
    'fec0::1',
    'feff::1',
    'ff00::',
    ':::1',
    '2001:::1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8::',
    ':1:2:3:4:5:6:7',
    '1:2:3:4::5:6:7:8',
    '1:2:3:4:5::6:7:8:9',
    '2001:4860',
    'g::1',
    '2001::1%eth0',
    'x::ffff:8.8.8.8',
    '::ffff:8.8.8.8x',
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

  it('no address is none', () => expect(publicIp(undefined)).toBeUndefined());
});

it.each<[string | undefined, number, string | undefined]>([
  [undefined, 9, undefined],
  ['', 9, undefined],
  [' ', 9, undefined],
  [' UA/1 ä ', 9, 'UA/1 ä'],
  ['abc', 3, 'abc'],
  ['abcd', 3, undefined],
  ['a\nb', 9, undefined],
  ['a\tb', 9, undefined],
  ['a\u001fb', 9, undefined],
  ['a\u007fb', 9, undefined],
])('a header %j of at most %d characters is %j', (raw, longest, expected) =>
  expect(opaque(raw, longest)).toBe(expected),
);

it('values are kept once, in their order, and nothing empty', () => {
  expect(distinct(['b', undefined, '', 'a', 'b', 'a'])).toEqual(['b', 'a']);
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
  [' DE ', 'de'],
  ['fil', 'fil'],
  ['zh_HANS', 'zh-Hans'],
  ['e', undefined],
  ['en-', undefined],
  ['en--US', undefined],
  ['en-12', undefined],
  ['en-USA', undefined],
  ['en-US-x', undefined],
  ['1en', undefined],
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
      [
        'another browser at the same address: its own stays',
        { userAgent: 'UA', ip: '9.9.9.9' },
        { userAgent: 'other', ip: '9.9.9.9' },
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

  it('its own ttp and language win, and what it lacks comes from the other', () => {
    const mine = { ...noMatch(), ttp: 'mine', locale: 'de' };
    const theirs = { ...noMatch(), ttp: 'theirs', locale: 'fr' };
    expect(mergeMatch(mine, theirs)).toEqual(mine);
    expect(mergeMatch(noMatch(), theirs)).toEqual(theirs);
    expect(mergeMatch(noMatch(), noMatch())).toStrictEqual(noMatch());
  });

  it('carries ten values of a kind at most: its own first', () => {
    const numbered = (letter: string): string[] => Array.from({ length: 6 }, (_, at) => `${letter}${at}`);
    const of = (letter: string): MatchData => ({
      ...noMatch(),
      emails: numbered(letter),
      phones: numbered(letter),
      externalIds: numbered(letter),
      clicks: numbered(letter).map((ttclid): Click => ({ ...click, ttclid })),
    });
    const ten = [...numbered('a'), ...numbered('b').slice(0, 4)];
    const merged = mergeMatch(of('a'), of('b'));
    expect([merged.emails, merged.phones, merged.externalIds]).toEqual([ten, ten, ten]);
    expect(merged.clicks.map(({ ttclid }) => ttclid)).toEqual(ten);
  });

  it('clicks stand newest first; those of other pages are kept ones, those of the cookie and the cart stay what they are', () => {
    const on = (day: number, from: Click['from'], ttclid: string = from): Click => ({
      ttclid,
      from,
      at: `2026-10-0${day}T00:00:00.000Z`,
    });
    const own = { ...noMatch(), clicks: [on(2, 'url', 'own')] };
    const other = {
      ...noMatch(),
      clicks: [on(1, 'url'), on(3, 'referrer'), on(4, 'cookie'), on(2, 'landing'), on(5, 'attribute')],
    };
    expect(mergeMatch(own, other).clicks).toEqual([
      on(5, 'attribute'),
      on(4, 'cookie'),
      on(3, 'kept', 'referrer'),
      on(2, 'url', 'own'),
      on(2, 'landing'),
      on(1, 'kept', 'url'),
    ]);
    // The same id found in two ways is two findings; found twice in one way it is one.
    const same = {
      ...noMatch(),
      clicks: [on(2, 'kept', 'own'), on(2, 'cookie', 'own'), on(3, 'url', 'own')],
    };
    expect(mergeMatch(own, same).clicks).toEqual([
      on(2, 'url', 'own'),
      on(2, 'kept', 'own'),
      on(2, 'cookie', 'own'),
    ]);
  });

  it('changes nothing when it is done twice', () => {
    const other = { ...noMatch(), emails: ['b'], clicks: [click] };
    const once = mergeMatch(noMatch(), other);
    expect(mergeMatch(once, other)).toEqual(once);
  });
});
