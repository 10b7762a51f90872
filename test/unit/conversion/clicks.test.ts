/** Finding click ids and choosing the one that counts. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { chooseClick, clickId, clickIdIn } from '../../../app/conversion/clicks.ts';
import type { Click, ClickOrigin } from '../../../app/conversion/facts.ts';

describe('a click id in an address', () => {
  it.each([
    ['https://a.example/?ttclid=E.C.P.v3fQ', 'E.C.P.v3fQ'],
    ['/products/a?utm_source=x&TTCLID=AbC', 'AbC'],
    ['https://a.example/#/page?ttclid=x1', 'x1'],
    ['https://a.example/r?to=https%3A%2F%2Fb.example%2F%3Fttclid%3DE.C.P.n%26y%3D1', 'E.C.P.n'],
    ['https://a.example/r?to=https%253A%252F%252Fb.example%252F%253Fttclid%253Dtwice', 'twice'],
    ['/?ttclid=a+b%2Fc', 'a+b/c'],
    // A letter of several bytes and a broken escape beside the id do it no harm.
    ['https://a.example/r%C3%A4?to=%3Fttclid%3Dx2%26n%3D%E4', 'x2'],
  ])('%s', (address, expected) => expect(clickIdIn(address)).toBe(expected));

  it.each([
    undefined,
    '',
    '/',
    '/?ttclid=',
    '/?ttclid=__CLICKID__',
    '/?ttclid=null',
    '/?ttclid={{ttclid}}',
    '/?xttclidy=1',
    '/?ttclid=%20',
  ])('%j has none', (address) => expect(clickIdIn(address)).toBeUndefined());

  it.each([
    [' E.C.P.x ', 'E.C.P.x'],
    ['a'.repeat(4000), 'a'.repeat(4000)],
    ['a'.repeat(4001), undefined],
    ['with space', undefined],
    ['ümlaut', undefined],
    ['line\nbreak', undefined],
    ['xnull', 'xnull'],
    ['nullx', 'nullx'],
    ['UNDEFINED', undefined],
    ['x__ID__', 'x__ID__'],
    ['__ID__x', '__ID__x'],
    ['x{id}', 'x{id}'],
    ['{id}x', '{id}x'],
    ['{id}', undefined],
    ['\u0000', undefined],
  ])('%j as an id', (raw, expected) => expect(clickId(raw)).toBe(expected));

  it('encoded four times over is not looked into any more', () => {
    const times = (rounds: number): string => {
      let text = '?ttclid=deep';
      for (let round = 0; round < rounds; round++) text = encodeURIComponent(text);
      return `https://a.example/?to=${text}`;
    };
    expect([1, 2, 3, 4].map((rounds) => clickIdIn(times(rounds)))).toEqual([
      'deep',
      'deep',
      'deep',
      undefined,
    ]);
  });

  it('is never cut or changed, at 1,000 characters and beyond', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9._-]{1,1500}$/), (id) => {
        fc.pre(clickId(id) !== undefined);
        expect(clickIdIn(`https://a.example/?x=1&ttclid=${id}#top`)).toBe(id);
      }),
    );
    expect(clickId('Aa'.repeat(1500))).toBe('Aa'.repeat(1500));
  });
});

const at = '2026-10-20T12:00:00.000Z';
const click = (ttclid: string, from: ClickOrigin, days: number): Click => ({
  ttclid,
  from,
  at: new Date(Date.parse(at) - days * 86_400_000).toISOString(),
});

describe('which click counts', () => {
  const all = [
    click('attribute', 'attribute', 0),
    click('landing', 'landing', 0),
    click('cookie', 'cookie', 0.2),
    click('kept', 'kept', 0.5),
    click('older', 'kept', 0.7),
    click('referrer', 'referrer', 0),
    click('url', 'url', 0),
  ];

  it('page address, same-host referrer, newest kept, cookie, landing page, attribute: in this order', () => {
    const order: string[] = [];
    let left = all;
    for (;;) {
      const { click: chosen } = chooseClick(left, at, 28);
      if (!chosen) break;
      order.push(chosen.ttclid);
      left = left.filter((other) => other !== chosen);
    }
    expect(order).toEqual(['url', 'referrer', 'kept', 'older', 'cookie', 'landing', 'attribute']);
  });

  it("lets the order's own landing page win over a click remembered from an earlier visit", () => {
    expect(
      chooseClick([click('kept', 'kept', 10), click('landing', 'landing', 0)], at, 28).click?.ttclid,
    ).toBe('landing');
    expect(
      chooseClick([click('kept', 'kept', 0.5), click('landing', 'landing', 0)], at, 28).click?.ttclid,
    ).toBe('kept');
  });

  it.each<[string, Click[], string]>([
    [
      'both old, less than a day apart: kept stays',
      [click('kept', 'kept', 1.5), click('landing', 'landing', 0.8)],
      'kept',
    ],
    ['a day older exactly: kept stays', [click('kept', 'kept', 1), click('landing', 'landing', 0)], 'kept'],
    ['a cookie gives way too', [click('cookie', 'cookie', 3), click('landing', 'landing', 1)], 'landing'],
    [
      'an attribute is the order’s own too',
      [click('kept', 'kept', 3), click('note', 'attribute', 1)],
      'note',
    ],
    [
      'of the order’s own, the landing page',
      [click('kept', 'kept', 9), click('note', 'attribute', 0), click('landing', 'landing', 1)],
      'landing',
    ],
    [
      'whatever came first',
      [click('landing', 'landing', 1), click('note', 'attribute', 0), click('kept', 'kept', 9)],
      'landing',
    ],
    ['a page’s own click never gives way', [click('url', 'url', 9), click('landing', 'landing', 0)], 'url'],
    ['nor a referrer’s', [click('referrer', 'referrer', 9), click('landing', 'landing', 0)], 'referrer'],
    [
      'nothing of the order’s own: kept stays',
      [click('kept', 'kept', 9), click('cookie', 'cookie', 0)],
      'kept',
    ],
    ['two of one moment: by the id', [click('b', 'kept', 1), click('a', 'kept', 1)], 'a'],
    ['two of one moment: by the id, told otherwise', [click('a', 'kept', 1), click('b', 'kept', 1)], 'a'],
  ])('%s', (_name, clicks, expected) => expect(chooseClick(clicks, at, 28).click?.ttclid).toBe(expected));

  it('keeps where it came from and how old it is', () => {
    expect(chooseClick([click('k', 'kept', 3)], at, 28)).toEqual({
      click: click('k', 'kept', 3),
      ageMs: 3 * 86_400_000,
    });
  });

  it.each([
    [28, 28, undefined],
    [28.001, 28, 'too_old'],
    [7.5, 7, 'too_old'],
    [-1, 28, 'too_old'],
    [-0.001, 28, undefined],
    [-10 / 1440, 28, undefined],
  ])('a click of %d days with a window of %d days: %s', (days, window, missing) => {
    expect(chooseClick([click('k', 'kept', days)], at, window).missing).toBe(missing);
  });

  it('says that there was none', () => expect(chooseClick([], at, 28)).toEqual({ missing: 'none' }));

  it('chooses the same whatever the order of the clicks', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(all, { minLength: 1 }),
        fc.shuffledSubarray(all, { minLength: 1 }),
        (one, other) => {
          fc.pre(one.length === other.length && one.every((entry) => other.includes(entry)));
          expect(chooseClick(one, at, 28)).toEqual(chooseClick(other, at, 28));
        },
      ),
    );
  });
});
