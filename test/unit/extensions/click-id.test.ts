import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clickIdIn } from '../../../extensions/storefront-pixel/src/click-id.ts';

const ID = 'E.C.P.v3fQ2RHacdEfGhIjKlMnOpQrStUvWxYz-_0123456789';

describe('a click id is found', () => {
  it.each([
    ['in the query', `https://a.example/?ttclid=${ID}`],
    ['after other parameters', `https://a.example/p?utm_source=tiktok&ttclid=${ID}&utm_medium=paid`],
    ['in capital letters', `https://a.example/?TTCLID=${ID}`],
    ['in mixed letters', `https://a.example/?TtClId=${ID}&x=1`],
    ['in the fragment', `https://a.example/#ttclid=${ID}`],
    ['in a fragment that looks like a query', `https://a.example/#/home?ttclid=${ID}`],
    ['behind an escaped ampersand', `https://a.example/?a=1&amp;ttclid=${ID}`],
    [
      'in an address inside the query',
      `https://a.example/go?to=https%3A%2F%2Fb.example%2F%3Fttclid%3D${ID}%26x%3D1`,
    ],
    [
      'in an address encoded twice',
      `https://a.example/go?to=${encodeURIComponent(encodeURIComponent(`https://b.example/?ttclid=${ID}`))}`,
    ],
    ['beside a broken escape', `https://a.example/?name=%E0%A4%A&ttclid=${ID}`],
  ])('%s', (_where, address) => {
    expect(clickIdIn(address)).toBe(ID);
  });

  it('with its own escapes undone once', () => {
    expect(clickIdIn('https://a.example/?ttclid=E.C.P.a%2Fb%3Dc')).toBe('E.C.P.a/b=c');
  });

  it('whole, whatever it is made of, in any wrapping up to three deep', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9._~-]{1,1000}$/);
    fc.assert(
      fc.property(id, fc.integer({ min: 0, max: 3 }), (value, depth) => {
        fc.pre(!/^__\w*__$/.test(value));
        let address = `https://shop.example/p?ttclid=${value}`;
        for (let wrap = 0; wrap < depth; wrap += 1) {
          address = `https://go.example/?u=${encodeURIComponent(address)}`;
        }
        return clickIdIn(address) === value;
      }),
    );
  });
});

describe('no click id is made up', () => {
  it.each([
    ['without one', 'https://a.example/?utm_source=tiktok'],
    ['when it is empty', 'https://a.example/?ttclid=&x=1'],
    ['when the ad never filled in its macro', 'https://a.example/?ttclid=__CLICKID__'],
    ['from a parameter whose name only ends so', 'https://a.example/?notttclid=1'],
    ['from a path', 'https://a.example/ttclid=1'],
    ['from a text that is no address', ''],
    ['when it is absurdly long', `https://a.example/?ttclid=${'a'.repeat(5_000)}`],
  ])('%s', (_case, address) => {
    expect(clickIdIn(address)).toBeUndefined();
  });

  it('and no text whatever makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        clickIdIn(text);
        clickIdIn(`https://a.example/?x=${text}%&ttclid`);
      }),
    );
  });
});
