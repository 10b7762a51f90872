/** The scrubber: no email and no phone number gets through any part of an address, however it is encoded. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { looksPersonal, safeQuery } from '../../../app/conversion/browser.ts';
import { scrubPage, scrubUrl } from '../../../app/conversion/scrub.ts';
import { arbitraryEmail, arbitraryPhone } from './orders.ts';

describe('what stays', () => {
  it.each([
    [
      'https://shop.example/products/board?utm_source=tiktok&utm_campaign=q4',
      'https://shop.example/products/board?utm_source=tiktok&utm_campaign=q4',
    ],
    ['https://shop.example/a?utm_id=1712345678901234', 'https://shop.example/a?utm_id=1712345678901234'],
    ['https://shop.example', 'https://shop.example/'],
    ['http://aurora.localhost:4010/products/board', 'http://aurora.localhost:4010/products/board'],
    [
      'https://dev-12345678.myshopify.com/collections/all',
      'https://dev-12345678.myshopify.com/collections/all',
    ],
    ['https://shop.example/de/products/gr%C3%B6%C3%9Fe', 'https://shop.example/de/products/gr%C3%B6%C3%9Fe'],
  ])('%s', (raw, expected) => expect(scrubUrl(raw)).toBe(expected));
});

describe('what goes', () => {
  it.each([
    ['https://shop.example/?ttclid=E.C.P.x&fbclid=1&variant=41327142600817&gclid=2', 'https://shop.example/'],
    ['https://shop.example/checkouts/cn/hWN3NvqPZ3aXk/thank-you?key=1', 'https://shop.example/checkouts'],
    ['https://shop.example/en-us/account/orders/abc', 'https://shop.example/en-us/account'],
    [
      'https://shop.example/59026964593/orders/676613a0027f/authenticate?key=9',
      'https://shop.example/-/orders',
    ],
    ['https://user:pass@shop.example/a#email=x@y.de', 'https://shop.example/a'],
    ['https://shop.example/pages/call-+49-151-1234567', 'https://shop.example/pages/-'],
    ['https://shop.example/?utm_content=a%2540b.de&utm_term=board', 'https://shop.example/?utm_term=board'],
  ])('%s', (raw, expected) => expect(scrubUrl(raw)).toBe(expected));

  it.each([
    '',
    'nonsense',
    'javascript:alert(1)',
    'data:text/plain,x',
    'file:///etc/passwd',
    'android-app://com.x',
    'https://4915112345678.example/',
  ])('%j has nothing to keep', (raw) => expect(scrubUrl(raw)).toBeUndefined());

  it('reads a path against the storefront, and drops a referrer that cannot be kept', () => {
    expect(scrubPage('/products/a?utm_source=t', 'mailto:x@y.de', 'https://shop.example/')).toEqual({
      url: 'https://shop.example/products/a?utm_source=t',
    });
  });
});

const encodings: ((text: string) => string)[] = [
  (text) => text,
  encodeURIComponent,
  (text) => encodeURIComponent(encodeURIComponent(text)),
  (text) => [...text].map((c) => '%' + c.charCodeAt(0).toString(16).padStart(2, '0')).join(''),
  (text) =>
    encodeURIComponent([...text].map((c) => '%' + c.charCodeAt(0).toString(16).padStart(2, '0')).join('')),
];

const places: ((secret: string) => string)[] = [
  (s) => `https://shop.example/${s}`,
  (s) => `https://shop.example/pages/${s}/more`,
  (s) => `https://shop.example/pages/x-${s}-y`,
  (s) => `https://shop.example/?utm_content=${s}`,
  (s) => `https://shop.example/?utm_term=buy+${s}+now`,
  (s) => `https://shop.example/?${s}=utm_source`,
  (s) => `https://shop.example/?q=${s}&utm_source=${s}`,
  (s) => `https://shop.example/#${s}`,
  (s) => `https://${encodeURIComponent(s)}@shop.example/`,
  (s) => `https://shop.example/account/${s}`,
  (s) => `https://${s.replace(/[^a-z0-9]/gi, '')}.example/`,
];

/** Everything that a reader of the address could decode, digits and letters only. */
function decodedFully(text: string): string {
  let current = text;
  for (let round = 0; round < 4; round++) {
    try {
      current = decodeURIComponent(current);
    } catch {
      break;
    }
  }
  return current;
}

describe('properties', () => {
  it('lets no email through, in any place, encoded up to twice', () => {
    fc.assert(
      fc.property(
        arbitraryEmail,
        fc.constantFrom(...encodings),
        fc.constantFrom(...places.slice(0, -1)),
        (email, encode, place) => {
          const kept = scrubUrl(place(encode(email))) ?? '';
          expect(decodedFully(kept)).not.toContain(email);
          expect(decodedFully(kept)).not.toContain('@');
        },
      ),
      { numRuns: 500 },
    );
  });

  it('lets no phone number through, in any place, encoded up to twice', () => {
    const written = fc
      .tuple(arbitraryPhone, fc.constantFrom('', '-', '.', ' '))
      .map(([phone, gap]) => (gap === '' ? phone : phone.replace(/(\d{3})(?=\d)/g, `$1${gap}`)));
    fc.assert(
      fc.property(
        written,
        fc.constantFrom(...encodings),
        fc.constantFrom(...places),
        (phone, encode, place) => {
          const kept = decodedFully(scrubUrl(place(encode(phone))) ?? '').replace(/\D/g, '');
          expect(kept).not.toContain(phone.replace(/\D/g, '').slice(-7));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads an address as the real parser does', () => {
    const part = fc.stringMatching(/^[a-zA-Z0-9._~%+,=:@/-]{0,12}$/);
    const hosts = fc.constantFrom(
      'shop.example',
      'a.b-c.example',
      'aurora.localhost',
      'x1',
      '1.2.3.4',
      '127.1',
      'SHOP.example',
      'xn--mnchen-3ya.example',
    );
    const ports = fc.constantFrom('', ':80', ':443', ':8080', ':4430', ':0');
    const protocols = fc.constantFrom('https:', 'http:');
    fc.assert(
      fc.property(protocols, hosts, ports, part, part, (protocol, host, port, path, term) => {
        const raw = `${protocol}//${host}${port}/x${path}?utm_term=b${term}`;
        const kept = scrubUrl(raw);
        const real = URL.parse(raw);
        if (kept === undefined || real === null) return;
        const again = new URL(kept);
        expect(again.origin).toBe(real.origin);
        expect(kept).toBe(again.href);
        if (!kept.includes('/-') && again.pathname.length > 2)
          expect(real.pathname.toLowerCase().startsWith(again.pathname.toLowerCase())).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is idempotent and never throws', () => {
    const part = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom('%41', '%2541', '+', 'ä', '%E4', '😀'),
    );
    const address = fc
      .tuple(part, part, part)
      .map(([a, b, c]) => `https://shop.example/${a}?utm_term=${b}&page=${c}#${a}`);
    fc.assert(
      fc.property(fc.oneof(address, fc.string()), (raw) => {
        const once = scrubUrl(raw);
        expect(once === undefined ? undefined : scrubUrl(once)).toBe(once);
      }),
      { numRuns: 500 },
    );
  });
});

describe('search terms', () => {
  it.each(['snowboard', 'iphone 15 128', 'größe 42', '雪板', 'size 10-12'])('%j stays', (term) =>
    expect(safeQuery(term)).toBe(term),
  );

  it.each([
    'jo@example.com',
    'jo%40example.com',
    'jo%2540example.com',
    '+49 151 1234567',
    '(202) 555-0123',
    'ｊｏ＠ｅｘａｍｐｌｅ',
    '٠١٥١١٢٣٤٥٦٧',
    '',
    '  ',
  ])('%j goes', (term) => expect(safeQuery(term)).toBeUndefined());

  it('takes text that is encoded over and over for hidden', () => {
    let text = 'jo@example.com';
    for (let round = 0; round < 12; round++) text = encodeURIComponent(text);
    expect(looksPersonal(text)).toBe(true);
  });
});
