/** TikTok's rules for one request to the Events API, each with the fact it stands for. */

import { describe, expect } from 'vitest';
import {
  currencies,
  displayName,
  httpStatus,
  readTrack,
  refusePixel,
  refuseToken,
  type Refusal,
  type TrackEvent,
} from '../../../sandbox/tiktok/rules.ts';
import { rule } from '../../support/rule.ts';

const now = new Date('2026-11-21T10:00:00Z');
const eventTime = Math.floor(now.getTime() / 1_000) - 30;
const hash = 'f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a';

type Json = Record<string, unknown>;

const goodEvent = (changes: Json = {}): Json => ({
  event: 'CompletePayment',
  event_time: eventTime,
  event_id: 'order-1',
  user: { email: hash, ttclid: 'E.C.P.abc', ip: '203.0.113.9', user_agent: 'Mozilla/5.0' },
  properties: {
    currency: 'EUR',
    value: 12.5,
    content_type: 'product',
    contents: [{ content_id: '42', price: 12.5, quantity: 1 }],
  },
  page: { url: 'https://shop.example/thank-you' },
  ...changes,
});

const root = (data: unknown, changes: Json = {}): string =>
  JSON.stringify({ event_source: 'web', event_source_id: 'CPIXEL', data, ...changes });

function refusal(body: string): Refusal {
  const read = readTrack(body, now);
  if (read.ok) throw new Error('was taken');
  return read.refusal;
}

function taken(event: Json, changes: Json = {}): TrackEvent {
  const read = readTrack(root([event], changes), now);
  if (!read.ok) throw new Error(`was refused: ${read.refusal.message}`);
  const [first] = read.track.events;
  if (!first) throw new Error('nothing was read');
  return first;
}

const remarked = (event: Json): string[] => taken(event).remarks.map((remark) => remark.field);

describe('the token', () => {
  const standing = (token: string) =>
    token === 'good' || token === 'old' ? { advertiser: '7', revoked: token === 'old' } : undefined;

  rule('none or an empty one is 40104', { fact: 'tiktok.md §1.7', mark: 'second-hand' }, () => {
    for (const header of [undefined, '', '  ']) {
      expect(refuseToken(header, standing)).toEqual({ code: 40104, message: 'Access token is empty' });
    }
  });
  rule(
    'a wrong, revoked or Bearer token is 40105',
    { fact: 'tiktok.md §1.1, §1.7', mark: 'second-hand' },
    () => {
      for (const header of ['wrong', 'old', 'Bearer good']) {
        expect(refuseToken(header, standing)).toEqual({
          code: 40105,
          message: 'Access token is incorrect or has been revoked.',
        });
      }
      expect(refuseToken('good', standing)).toBeUndefined();
    },
  );
  rule('another advertiser’s pixel is 40001', { fact: 'tiktok.md §1.7', mark: 'second-hand' }, () => {
    const token = { advertiser: '7', revoked: false };
    const message =
      'No permission to operate pixel code: CPIXEL. You must be an admin or operator of this advertiser account.';
    expect(refusePixel('CPIXEL', token, { advertiser: '8', active: true })).toEqual({ code: 40001, message });
    expect(refusePixel('CPIXEL', token, undefined)).toEqual({ code: 40001, message });
    expect(refusePixel('CPIXEL', token, { advertiser: '7', active: true })).toBeUndefined();
  });
  rule(
    'a deactivated pixel is 40001',
    { fact: 'sandbox/tiktok/README.md, reading 5', mark: 'assumed', assumption: 'tiktok-deactivated-pixel' },
    () => {
      expect(
        refusePixel('CPIXEL', { advertiser: '7', revoked: false }, { advertiser: '7', active: false })?.code,
      ).toBe(40001);
    },
  );
});

describe('the root', () => {
  rule('1,000 events are taken, 1,001 are refused', { fact: 'tiktok.md §1.2', mark: 'verified' }, () => {
    const many = (count: number) => root(Array.from({ length: count }, () => goodEvent()));
    expect(readTrack(many(1_000), now).ok).toBe(true);
    expect(refusal(many(1_001)).code).toBe(40002);
  });
  rule('the pixel code is a string', { fact: 'tiktok.md §1.7', mark: 'second-hand' }, () => {
    expect(refusal(root([goodEvent()], { event_source_id: 12345 }))).toEqual({
      code: 40002,
      message: 'Invalid value for event_source_id: not a valid string.',
    });
  });
  rule('event_source belongs to the root', { fact: 'tiktok.md §1.7', mark: 'second-hand' }, () => {
    const misplaced = JSON.stringify({
      event_source_id: 'CPIXEL',
      data: [{ ...goodEvent(), event_source: 'web' }],
    });
    expect(refusal(misplaced)).toEqual({
      code: 40002,
      message: 'Invalid value for event_source: must be web, app or offline.',
    });
  });
  for (const source of ['web', 'app', 'offline', 'crm']) {
    rule(`event_source ${source} is known`, { fact: 'tiktok.md §1.2', mark: 'verified' }, () => {
      expect(readTrack(root([goodEvent()], { event_source: source }), now).ok).toBe(true);
    });
  }
  rule('offline takes standard events only', { fact: 'tiktok.md §1.10', mark: 'second-hand' }, () => {
    expect(refusal(root([goodEvent({ event: 'MyEvent' })], { event_source: 'offline' })).code).toBe(40002);
    expect(readTrack(root([goodEvent({ event: 'MyEvent' })]), now).ok).toBe(true);
  });
  rule(
    'what is no JSON is 40002',
    { fact: 'sandbox/tiktok/README.md, reading 4', mark: 'assumed', assumption: 'tiktok-bad-body' },
    () => {
      for (const body of ['', '{', '[]', 'null']) expect(refusal(body).code).toBe(40002);
      expect(refusal(root([])).code).toBe(40002);
      expect(refusal(root('x')).code).toBe(40002);
    },
  );
  rule(
    'an empty test code is a real event, reported',
    { fact: 'tiktok.md §8.3', mark: 'assumed', assumption: 'tiktok-empty-test-code' },
    () => {
      expect(taken(goodEvent(), { test_event_code: '' }).remarks.map((remark) => remark.field)).toContain(
        'test_event_code',
      );
      expect(refusal(root([goodEvent()], { test_event_code: null })).code).toBe(40002);
    },
  );
});

describe('an event', () => {
  rule('event_id is a string', { fact: 'tiktok.md §1.3, stape #10', mark: 'second-hand' }, () => {
    expect(refusal(root([goodEvent({ event_id: 273196 })]))).toEqual({
      code: 40002,
      message: 'Invalid value for event_id: not a valid string.',
    });
  });
  rule(
    'one bad event refuses the batch and is named',
    { fact: 'tiktok.md §1.7', mark: 'second-hand' },
    () => {
      const batch = [goodEvent(), goodEvent(), goodEvent({ event_id: 3 }), goodEvent({ event_id: 4 })];
      expect(refusal(root(batch)).message).toBe('Invalid value for data.2.event_id: not a valid string.');
    },
  );
  const times: [string, unknown][] = [
    ['milliseconds', eventTime * 1_000],
    ['text', String(eventTime)],
    ['a fraction', eventTime + 0.5],
    ['an ISO date', '2026-11-21T10:00:00Z'],
    ['none', undefined],
  ];
  for (const [kind, value] of times) {
    rule(
      `event_time: ${kind} is refused, it is 10 digits`,
      { fact: 'tiktok.md §1.3', mark: 'assumed', assumption: 'tiktok-event-time' },
      () => {
        expect(refusal(root([goodEvent({ event_time: value })]))).toMatchObject({ code: 40002 });
      },
    );
  }
  rule(
    'an old web event is taken and reported',
    { fact: 'tiktok.md §1.9', mark: 'assumed', assumption: 'tiktok-seven-days' },
    () => {
      expect(remarked(goodEvent({ event_time: eventTime - 8 * 86_400 }))).toContain('event_time');
    },
  );
  rule('content_id is a string', { fact: 'tiktok.md §8.3', mark: 'second-hand' }, () => {
    expect(refusal(root([goodEvent({ properties: { contents: [{ content_id: 42 }] } })])).message).toBe(
      'Invalid value for properties.contents.0.content_id: not a valid string.',
    );
  });
  rule('a price that is text is 40000', { fact: 'tiktok.md §1.7', mark: 'second-hand' }, () => {
    expect(refusal(root([goodEvent({ properties: { contents: [{ price: '(null)' }] } })]))).toEqual({
      code: 40000,
      message: 'Invalid Price Field',
    });
  });
  rule('value is a number; zero is one', { fact: 'tiktok.md §1.5', mark: 'verified' }, () => {
    expect(refusal(root([goodEvent({ properties: { value: '12.50', currency: 'EUR' } })])).code).toBe(40002);
    expect(taken(goodEvent({ properties: { value: 0, currency: 'EUR' } })).value).toBe(0);
  });
  rule('there are 62 currencies', { fact: 'tiktok.md §1.5', mark: 'verified' }, () => {
    expect(currencies.size).toBe(62);
    for (const missing of ['BGN', 'RSD', 'UYU', 'eur', '']) expect(currencies.has(missing)).toBe(false);
  });
  rule(
    'another currency is refused',
    { fact: 'tiktok.md §1.5, §10', mark: 'assumed', assumption: 'tiktok-currency' },
    () => {
      expect(refusal(root([goodEvent({ properties: { value: 1, currency: 'BGN' } })])).code).toBe(40002);
    },
  );
  rule(
    'limited data use is a boolean and needs an IP',
    { fact: 'tiktok.md §1.3', mark: 'second-hand' },
    () => {
      expect(refusal(root([goodEvent({ limited_data_use: 'true' })])).code).toBe(40002);
      expect(refusal(root([goodEvent({ limited_data_use: true, user: { email: hash } })])).code).toBe(40002);
      expect(taken(goodEvent({ limited_data_use: true })).limitedDataUse).toBe(true);
    },
  );
  rule('email, phone and external id may be lists', { fact: 'tiktok.md §1.4', mark: 'verified' }, () => {
    expect(
      taken(goodEvent({ user: { email: [hash], phone: [hash, hash], external_id: hash } })).user,
    ).toEqual({
      email: [hash],
      phone: [hash, hash],
      external_id: hash,
    });
    expect(refusal(root([goodEvent({ user: { email: [5] } })])).code).toBe(40002);
    expect(refusal(root([goodEvent({ user: { ttclid: ['a'] } })])).code).toBe(40002);
  });
});

describe('what TikTok takes and ignores', () => {
  rule(
    'unknown fields are taken, and reported',
    { fact: 'tiktok.md §1.7, measured', mark: 'second-hand' },
    () => {
      const event = goodEvent({ user: { email: hash, ttclidX: 'E.C.P.abc' }, extra: 1 });
      expect(remarked(event)).toEqual(expect.arrayContaining(['user.ttclidX', 'extra']));
    },
  );
  rule('names of the Events API 1.0 are reported', { fact: 'tiktok.md §1.5, §1.6', mark: 'verified' }, () => {
    const event = goodEvent({
      properties: { query: 'socks', status: 'paid', contents: [{ content_type: 'product' }] },
    });
    expect(remarked(event)).toEqual(
      expect.arrayContaining(['properties.query', 'properties.status', 'properties.contents.0.content_type']),
    );
  });
  rule(
    'what is not hashed is taken and reported',
    { fact: 'tiktok.md §1.4', mark: 'assumed', assumption: 'tiktok-unhashed' },
    () => {
      expect(
        remarked(goodEvent({ user: { email: 'a@b.example', phone: '+123', external_id: '77' } })),
      ).toEqual(['user.email', 'user.phone', 'user.external_id']);
    },
  );
  rule('the hash of nothing is reported', { fact: 'tiktok.md §3', mark: 'verified' }, () => {
    const nothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(remarked(goodEvent({ user: { email: nothing } }))).toContain('user.email');
  });
  rule('a documentation address is taken', { fact: 'tiktok.md §1.7, measured', mark: 'second-hand' }, () => {
    expect(remarked(goodEvent())).toEqual([]);
  });
  rule('an address must be public', { fact: 'tiktok.md §1.4', mark: 'verified' }, () => {
    for (const ip of ['127.0.0.1', '10.0.0.4', '192.168.1.1', '::1', 'fd00::1', 'unknown', '1.2.3']) {
      expect(remarked(goodEvent({ user: { ip, email: hash } })), ip).toContain('user.ip');
    }
    for (const ip of ['8.8.8.8', '2606:4700:4700::1111']) {
      expect(remarked(goodEvent({ user: { ip, email: hash } })), ip).toEqual([]);
    }
  });
  rule('a click id in the address alone is not used', { fact: 'tiktok.md §5', mark: 'second-hand' }, () => {
    const page = { url: 'https://shop.example/?ttclid=E.C.P.abc' };
    expect(remarked(goodEvent({ page, user: { email: hash } }))).toContain('user.ttclid');
  });
  rule(
    'a web event wants page.url with a scheme',
    { fact: 'tiktok.md §1.3, §11.2', mark: 'verified' },
    () => {
      const { page: _, ...without } = goodEvent();
      expect(remarked(without)).toEqual(['page.url']);
      expect(remarked(goodEvent({ page: { url: 'shop.example/cart' } }))).toEqual(['page.url']);
      expect(refusal(root([goodEvent({ page: {} })])).code).toBe(40002);
    },
  );
  rule('event names are case-sensitive', { fact: 'tiktok.md §1.3', mark: 'verified' }, () => {
    expect(remarked(goodEvent({ event: 'completepayment' }))).toEqual(['event']);
  });
  rule('locale is written en-US', { fact: 'tiktok.md §1.4', mark: 'verified' }, () => {
    expect(remarked(goodEvent({ user: { email: hash, locale: 'en_US' } }))).toEqual(['user.locale']);
  });
});

describe('what it shows', () => {
  rule('old names appear under the new ones', { fact: 'tiktok.md §2', mark: 'verified' }, () => {
    expect(displayName('CompletePayment')).toBe('Purchase');
    expect(displayName('SubmitForm')).toBe('Lead');
    expect(displayName('AddToCart')).toBe('AddToCart');
  });
  rule(
    'errors come with 200, 401 or 400, by switch',
    { fact: 'tiktok.md §1.7, §11.1', mark: 'second-hand' },
    () => {
      expect([0, 40002, 40100, 40104].map((code) => httpStatus(code, 'ok'))).toEqual([200, 200, 200, 200]);
      expect([0, 40002, 40100, 40104].map((code) => httpStatus(code, 'documented'))).toEqual([
        200, 200, 401, 401,
      ]);
      expect([0, 40002, 51008].map((code) => httpStatus(code, 'bad-request'))).toEqual([200, 400, 200]);
    },
  );
});
