/** Send, wait or skip: one table for every reason, source rules, consent, holds and windows; and that it is total. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConsentAttribute, regionPolicy, weighConsent } from '../../../app/conversion/consent.ts';
import { answerDue, SKIP_REASONS } from '../../../app/conversion/eligibility.ts';
import type { DecideInput, SkipReason } from '../../../app/conversion/eligibility.ts';
import type {
  ConsentChoice,
  ConsentEvidence,
  ConsentObservation,
  FetchedFields,
  RegionPolicy,
} from '../../../app/conversion/facts.ts';
import { noMatch } from '../../../app/conversion/identity.ts';
import { defaultPixelSettings, defaultSettings, SOURCE_SWITCHES } from '../../../app/conversion/settings.ts';
import type { ShopSettings, SourceRule } from '../../../app/conversion/settings.ts';
import { askRule, judgeSource, neededFields, tiktokShopMark } from '../../../app/conversion/sources.ts';
import { AGREED, arbitraryOrder, decided, page, requireRead, sample, SAMPLES, SOON } from './orders.ts';

const shop = defaultSettings();
const pixel = defaultPixelSettings();
const order = sample();
const DAY = 86_400_000;
const processed = Date.parse(order.facts.processedAt);
const later = (ms: number): Date => new Date(processed + ms);

const nobody: ConsentEvidence = { choice: null, source: 'none', region: 'none' };
const choice = (changes: Partial<ConsentChoice>): ConsentEvidence => ({
  ...AGREED,
  choice: { analytics: true, marketing: true, preferences: true, saleOfData: true, ...changes },
});

const machine = { ...noMatch(), ip: '8.8.8.8', userAgent: 'UA' };

describe('skipped, with the reason and the rule', () => {
  const cases: [SkipReason, string, () => ReturnType<typeof decided>][] = [
    [
      'event_off',
      'events.order',
      () =>
        decided(order, { pixel: { ...pixel, events: { order: { on: false, name: 'CompletePayment' } } } }),
    ],
    [
      'event_off',
      'events.page_viewed',
      () => decided({ facts: { ...page, event: 'page_viewed' }, match: machine }),
    ],
    [
      'event_off',
      'events.toString',
      () => decided({ facts: { ...page, event: 'toString' }, match: machine }),
    ],
    [
      'context_only',
      'events.checkout_completed',
      () => decided({ facts: { ...page, event: 'checkout_completed' }, match: machine }),
    ],
    ['test_order', 'switch:test', () => decided(sample('synthetic_test_order_bogus'))],
    ['tiktok_shop', 'switch:tiktokShop', () => decided(sample('synthetic_tiktok_shop_order'))],
    ['pos', 'switch:pos', () => decided(sample('synthetic_pos_order'))],
    ['draft', 'switch:draft', () => decided(sample('synthetic_draft_order'))],
    ['renewal', 'switch:renewal', () => decided(sample('synthetic_subscription_renewal_order'))],
    [
      'b2b',
      'switch:b2b',
      () =>
        decided(sample('synthetic_web_order_ttclid', { company: { id: 1 } }), {
          settings: { ...shop, sources: { ...shop.sources, b2b: 'block' } },
        }),
    ],
    [
      'staff_made',
      'switch:staffMade',
      () =>
        decided(sample('synthetic_web_order_ttclid', { user_id: 5 }), {
          settings: { ...shop, sources: { ...shop.sources, staffMade: 'block' } },
        }),
    ],
    [
      'source_rule',
      'rule:r1',
      () =>
        decided(order, {
          settings: { ...shop, rules: [rule({ field: 'shipping_country', values: ['us'] })] },
        }),
    ],
    [
      'cancelled',
      'order.cancelled',
      () => decided(sample('synthetic_web_order_cancelled'), { receivedAt: later(DAY) }),
    ],
    [
      'unconfirmed',
      'order.unconfirmed',
      () => decided(sample('synthetic_web_order_ttclid', { confirmed: false })),
    ],
    [
      'voided',
      'order.voided',
      () => decided(sample('synthetic_web_order_ttclid', { financial_status: 'voided' })),
    ],
    ['before_active', 'pixel.active_from', () => decided(order, { activeFrom: later(1_000) })],
    [
      'before_active',
      'pixel.active_from',
      () => decided({ facts: page, match: machine }, { activeFrom: SOON }),
    ],
    [
      'too_old',
      'order.age',
      () => decided(order, { receivedAt: later(7 * DAY + 1), now: later(7 * DAY + 1) }),
    ],
    [
      'too_old',
      'event.age',
      () => decided({ facts: page, match: machine }, { receivedAt: later(8 * DAY), now: later(8 * DAY) }),
    ],
    [
      'not_paid',
      'purchase.paid',
      () =>
        decided(sample('synthetic_web_order_ttclid', { financial_status: 'pending' }), {
          settings: { ...shop, purchaseMoment: 'paid' },
          now: later(28 * DAY),
        }),
    ],
    [
      'consent_refused',
      'consent:pixel',
      () => decided(order, { consentEvidence: choice({ marketing: false }) }),
    ],
    [
      'consent_refused',
      'consent:pixel',
      () => decided(order, { consentEvidence: choice({ analytics: false }) }),
    ],
    [
      'consent_unproven',
      'consent:region',
      () => decided(order, { consentEvidence: { ...nobody, region: 'consentRequired' } }),
    ],
    [
      'consent_unproven',
      'consent:region',
      () => decided(order, { consentEvidence: { ...nobody, region: 'unknown' } }),
    ],
    [
      'consent_unproven',
      'consent:setting',
      () =>
        decided(order, {
          consentEvidence: nobody,
          settings: { ...shop, consent: { ...shop.consent, withoutEvidence: 'skip' } },
        }),
    ],
    [
      'sale_opt_out',
      'consent:pixel',
      () =>
        decided(
          { ...order, match: { ...noMatch(), emails: ['h'] } },
          { consentEvidence: choice({ saleOfData: false }) },
        ),
    ],
    [
      'no_identity',
      'identity.purchase',
      () =>
        decided(sample('synthetic_web_order_no_consent_no_pii'), { now: new Date(SOON.getTime() + 7 * DAY) }),
    ],
    ['no_identity', 'identity.page', () => decided({ facts: page, match: { ...noMatch(), ip: '8.8.8.8' } })],
  ];

  it.each(cases)('%s by %s', (reason, ruleName, answer) => {
    expect(answer()).toMatchObject({ state: 'skip', reason, rule: ruleName, settingsVersion: 7 });
  });

  it('the table above has every reason there is', () => {
    expect(new Set(cases.map(([reason]) => reason))).toEqual(new Set(SKIP_REASONS));
  });
});

describe('sent', () => {
  it('an ordinary order, with the name that the pixel gives it', () => {
    expect(decided(order)).toEqual({
      state: 'send',
      eventName: 'CompletePayment',
      limitedDataUse: false,
      rule: 'consent:pixel',
      settingsVersion: 7,
      unanswered: [],
    });
    const renamed = { ...pixel, events: { ...pixel.events, order: { on: true, name: 'Purchase' } } };
    expect(decided(order, { pixel: renamed })).toMatchObject({ eventName: 'Purchase' });
  });

  it.each<[string, object]>([
    ['a click', { clicks: [{ ttclid: 'x', at: '2026-10-05T18:00:00.000Z', from: 'kept' }] }],
    ['an email', { emails: ['h'] }],
    ['a phone', { phones: ['h'] }],
    ['an external id', { externalIds: ['h'] }],
    ['a ttp', { ttp: 't' }],
    ['IP and user agent', { ip: '8.8.8.8', userAgent: 'UA' }],
  ])('a page event with %s', (_name, known) => {
    expect(decided({ facts: page, match: { ...noMatch(), ...known } })).toMatchObject({
      state: 'send',
      eventName: 'ViewContent',
    });
  });

  it('an order that is exactly seven days old, or asked for by a backfill', () => {
    expect(decided(order, { receivedAt: later(7 * DAY), now: later(7 * DAY) }).state).toBe('send');
    expect(
      decided(order, {
        receivedAt: later(40 * DAY),
        now: later(40 * DAY),
        activeFrom: later(30 * DAY),
        backfill: true,
      }).state,
    ).toBe('send');
  });

  it('an order at the very moment from which the pixel counts', () => {
    expect(decided(order, { activeFrom: later(0) }).state).toBe('send');
  });

  it('an order within the second from which the pixel counts, and none of the second before', () => {
    expect(decided(order, { activeFrom: later(999) }).state).toBe('send');
    expect(decided(order, { activeFrom: later(1_000) })).toMatchObject({ reason: 'before_active' });
  });

  it('a free order: zero is a value', () => {
    const free = {
      total_price: '0.00',
      total_price_set: null,
      current_total_price: '0.00',
      current_total_price_set: null,
    };
    expect(decided(sample('synthetic_web_order_ttclid', free)).state).toBe('send');
  });
});

describe('a page event', () => {
  const seen = { facts: page, match: machine };
  const at = Date.parse(page.occurredAt);

  it('that calls itself an order is no purchase, whatever the mapping says', () => {
    const posing = { facts: { ...page, event: 'order' }, match: { ...machine, emails: ['h'] } };
    expect(decided(posing)).toMatchObject({ state: 'skip', reason: 'event_off', rule: 'events.order' });
  });

  it('counts from the second in which the pixel became active', () => {
    expect(decided(seen, { activeFrom: new Date(at + 999) }).state).toBe('send');
    expect(decided(seen, { activeFrom: new Date(at + 1000) })).toMatchObject({ reason: 'before_active' });
  });

  it('counts for seven days to the moment, and longer where it is asked for', () => {
    const after = (ms: number): Partial<DecideInput> => ({
      receivedAt: new Date(at + ms),
      now: new Date(at + ms),
    });
    expect(decided(seen, after(7 * DAY)).state).toBe('send');
    expect(decided(seen, after(7 * DAY + 1))).toMatchObject({ reason: 'too_old' });
    expect(decided(seen, { ...after(9 * DAY), activeFrom: SOON, backfill: true }).state).toBe('send');
  });

  it('needs an address and a browser together', () => {
    for (const half of [{ ip: '8.8.8.8' }, { userAgent: 'UA' }])
      expect(decided({ facts: page, match: { ...noMatch(), ...half } })).toMatchObject({
        reason: 'no_identity',
      });
  });

  it('waits for nobody: a refusal, an unproven consent and an opt-out end it at once', () => {
    expect(decided(seen, { consentEvidence: choice({ marketing: false }) })).toMatchObject({
      reason: 'consent_refused',
    });
    expect(decided(seen, { consentEvidence: { ...nobody, region: 'unknown' } })).toMatchObject({
      reason: 'consent_unproven',
    });
    expect(decided(seen, { consentEvidence: choice({ saleOfData: false }) })).toMatchObject({
      state: 'send',
      limitedDataUse: true,
    });
    const addressless = { facts: page, match: { ...noMatch(), ttp: 't' } };
    expect(decided(addressless, { consentEvidence: choice({ saleOfData: false }) })).toMatchObject({
      reason: 'sale_opt_out',
    });
  });

  it('a pixel without a mapping for purchases sends none', () => {
    const { order: _order, ...events } = pixel.events;
    expect(decided(order, { pixel: { ...pixel, events } })).toMatchObject({ reason: 'event_off' });
  });
});

describe('waiting', () => {
  const unseen: Partial<DecideInput> = { contextKnown: false, receivedAt: later(5000) };

  it('for the context of its checkout, as long as the hold', () => {
    expect(decided(order, { ...unseen, now: later(64_999) })).toMatchObject({
      state: 'wait',
      reason: 'context',
      until: later(65_000),
      rule: 'hold',
    });
    expect(decided(order, { ...unseen, now: later(65_000) }).state).toBe('send');
  });

  it('never beyond four minutes after the order', () => {
    const late: Partial<DecideInput> = { contextKnown: false, receivedAt: later(200_000) };
    expect(decided(order, { ...late, now: later(210_000) })).toMatchObject({
      state: 'wait',
      until: later(240_000),
    });
    expect(decided(order, { ...late, now: later(240_000) }).state).toBe('send');
    expect(
      decided(order, { contextKnown: false, receivedAt: later(600_000), now: later(600_000) }).state,
    ).toBe('send');
  });

  it('for context even where consent is unproven, because the context may prove it; not after a refusal', () => {
    const required: ConsentEvidence = { ...nobody, region: 'consentRequired' };
    expect(decided(order, { ...unseen, now: later(6000), consentEvidence: required })).toMatchObject({
      state: 'wait',
      reason: 'context',
    });
    expect(
      decided(order, { ...unseen, now: later(6000), consentEvidence: choice({ marketing: false }) }),
    ).toMatchObject({ state: 'skip', reason: 'consent_refused' });
  });

  it('for payment, where the merchant counts paid orders, 28 days at most', () => {
    const settings: ShopSettings = { ...shop, purchaseMoment: 'paid' };
    const pending = sample('synthetic_web_order_ttclid', { financial_status: 'pending' });
    expect(decided(pending, { settings })).toMatchObject({
      state: 'wait',
      reason: 'payment',
      until: later(28 * DAY),
      rule: 'purchase.paid',
    });
    expect(decided(order, { settings }).state).toBe('send');
    expect(decided(pending).state).toBe('send');
  });

  it('for somebody to be recognised, seven days', () => {
    const bare = sample('synthetic_web_order_no_consent_no_pii');
    expect(decided(bare)).toMatchObject({
      state: 'wait',
      reason: 'identity',
      until: new Date(SOON.getTime() + 7 * DAY),
      rule: 'identity.purchase',
    });
    expect(decided({ ...bare, match: { ...bare.match, emails: ['h'] } }).state).toBe('send');
  });

  it('a click older than the window recognises nobody', () => {
    const bare = sample('synthetic_web_order_no_consent_no_pii');
    const click = { ttclid: 'x', at: '2026-09-01T00:00:00.000Z', from: 'kept' as const };
    const match = { ...bare.match, clicks: [click] };
    expect(decided({ ...bare, match })).toMatchObject({ state: 'wait', reason: 'identity' });
    expect(decided({ ...bare, match }, { settings: { ...shop, clickWindowDays: 60 } }).state).toBe('send');
  });
});

describe('consent', () => {
  it.each<[string, Partial<DecideInput>, object]>([
    ['agreed', {}, { state: 'send', limitedDataUse: false }],
    [
      'sale of data refused',
      { consentEvidence: choice({ saleOfData: false }) },
      { state: 'send', limitedDataUse: true, rule: 'consent:pixel' },
    ],
    [
      'preferences alone refused',
      { consentEvidence: choice({ preferences: false }) },
      { state: 'send', limitedDataUse: false },
    ],
    [
      'nothing heard, no need',
      { consentEvidence: nobody },
      { state: 'send', limitedDataUse: false, rule: 'consent:region' },
    ],
    [
      'nothing heard, opt-out region',
      { consentEvidence: { ...nobody, region: 'saleOptOut' } },
      { state: 'send', limitedDataUse: true, rule: 'consent:region' },
    ],
    [
      'nothing heard, the merchant sends all the same',
      {
        consentEvidence: { ...nobody, region: 'consentRequired' },
        settings: { ...shop, consent: { ...shop.consent, withoutEvidence: 'send' } },
      },
      { state: 'send', limitedDataUse: false, rule: 'consent:setting' },
    ],
    [
      'nothing heard, the merchant limits',
      {
        consentEvidence: { ...nobody, region: 'consentRequired' },
        settings: { ...shop, consent: { ...shop.consent, withoutEvidence: 'limited' } },
      },
      { state: 'send', limitedDataUse: true, rule: 'consent:setting' },
    ],
    [
      'sale refused, the merchant skips',
      {
        consentEvidence: choice({ saleOfData: false }),
        settings: { ...shop, consent: { ...shop.consent, saleOptOut: 'skip' } },
      },
      { state: 'skip', reason: 'sale_opt_out' },
    ],
  ])('%s', (_name, changes, expected) => expect(decided(order, changes)).toMatchObject(expected));

  it('no setting of the merchant overrules a refusal', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('region' as const, 'send' as const, 'limited' as const, 'skip' as const),
        (withoutEvidence) => {
          const settings = { ...shop, consent: { withoutEvidence, saleOptOut: 'limited' as const } };
          expect(decided(order, { settings, consentEvidence: choice({ marketing: false }) })).toMatchObject({
            state: 'skip',
            reason: 'consent_refused',
          });
        },
      ),
    );
  });

  const seen = (bits: string, source: ConsentObservation['source'], at: string): ConsentObservation => {
    const read = readConsentAttribute(`${bits}.1791226000`);
    if (!read) throw new Error(bits);
    return { ...read, source, at };
  };

  it('of each source the newest word counts, and of these the narrowest', () => {
    const early = '2026-10-05T10:00:00.000Z';
    const late = '2026-10-05T11:00:00.000Z';
    expect(weighConsent([seen('0000', 'pixel', early), seen('1111', 'pixel', late)], 'none')).toMatchObject({
      choice: AGREED.choice,
      source: 'pixel',
      at: late,
    });
    expect(weighConsent([seen('1111', 'pixel', late), seen('1100', 'cart', early)], 'none')).toMatchObject({
      choice: { analytics: true, marketing: true, preferences: false, saleOfData: false },
      source: 'cart',
      at: early,
    });
    expect(weighConsent([], 'saleOptOut')).toEqual({ choice: null, source: 'none', region: 'saleOptOut' });
  });

  it('another witness can only narrow', () => {
    const arbitraryBits = fc.stringMatching(/^[01]{4}$/);
    fc.assert(
      fc.property(arbitraryBits, arbitraryBits, (cart, client) => {
        const own = seen(cart, 'cart', '2026-10-05T10:00:00.000Z');
        const both = weighConsent([own, seen(client, 'client', '2026-10-06T10:00:00.000Z')], 'none').choice;
        for (const key of ['analytics', 'marketing', 'preferences', 'saleOfData'] as const) {
          expect(both?.[key]).toBe(own.choice[key] && both?.[key]);
        }
      }),
    );
  });

  const row = (
    countryCode: string | null,
    regionCode: string | null,
    consentRequired: boolean,
    dataSaleOptOutRequired: boolean,
  ): Parameters<typeof regionPolicy>[0][number] => ({
    countryCode,
    regionCode,
    consentRequired,
    dataSaleOptOutRequired,
  });
  const rows = [
    row('DE', null, true, false),
    row('US', 'CA', false, true),
    row('US', null, false, false),
    row('JP', null, false, false),
  ];

  it.each<[string | undefined, string | undefined, RegionPolicy]>([
    ['DE', undefined, 'consentRequired'],
    ['US', 'CA', 'saleOptOut'],
    ['US', 'NY', 'none'],
    ['US', undefined, 'none'],
    ['JP', undefined, 'none'],
    ['FR', undefined, 'consentRequired'],
    [undefined, undefined, 'consentRequired'],
  ])('the region of %s %s asks for %s', (country, region, expected) =>
    expect(regionPolicy(rows, country, region)).toBe(expected),
  );

  it('a shop whose policy nobody knows is unknown', () => expect(regionPolicy([], 'DE')).toBe('unknown'));
});

function rule(changes: Partial<SourceRule>): SourceRule {
  return {
    id: 'r1',
    on: true,
    action: 'block',
    field: 'source_name',
    operator: 'is',
    values: ['web'],
    ...changes,
  };
}

describe('source rules', () => {
  const tagged = sample('synthetic_web_order_ttclid', { tags: 'VIP, wholesale-2026' }).facts;

  it.each<[string, Partial<SourceRule>, string]>([
    ['a source name', {}, 'yes'],
    ['without regard to case', { values: ['WEB'] }, 'yes'],
    ['one of several', { values: ['pos', 'web'] }, 'yes'],
    ['none of several', { operator: 'is_not', values: ['pos', 'iphone'] }, 'yes'],
    ['is not', { operator: 'is_not' }, 'no'],
    ['a tag', { field: 'tag', values: ['vip'] }, 'yes'],
    ['a part of a tag', { field: 'tag', operator: 'contains', values: ['sale'] }, 'yes'],
    ['the start of a tag', { field: 'tag', operator: 'starts_with', values: ['wholesale'] }, 'yes'],
    ['no tag of that start', { field: 'tag', operator: 'starts_with', values: ['2026'] }, 'no'],
    ['a gateway', { field: 'gateway', values: ['shopify_payments'] }, 'yes'],
    ['an app', { field: 'app_id', values: ['580111'] }, 'yes'],
    ['a discount code', { field: 'discount_code', values: ['tiktok10'] }, 'yes'],
    ['a note attribute', { field: 'note_attribute', values: ['host'] }, 'yes'],
    ['a country', { field: 'billing_country', values: ['US'] }, 'yes'],
    ['an amount at least', { field: 'total', operator: 'at_least', values: ['691.90'] }, 'yes'],
    ['an amount at most', { field: 'total', operator: 'at_most', values: ['691.89'] }, 'no'],
    ['an amount that is not reached', { field: 'total', operator: 'at_least', values: ['691.91'] }, 'no'],
    ['an amount that is not passed', { field: 'total', operator: 'at_most', values: ['691.90'] }, 'yes'],
    ['any of several amounts', { field: 'total', operator: 'at_least', values: ['900', '600'] }, 'yes'],
    ['a value with blanks around it', { field: 'source_name', values: [' WEB '] }, 'yes'],
    ['made by staff', { field: 'staff_made', values: ['yes'] }, 'no'],
    ['a subscription', { field: 'subscription', values: ['renewal'] }, 'no'],
    ['a vendor', { field: 'vendor', values: ['test shop'] }, 'yes'],
    ['an SKU', { field: 'sku', operator: 'starts_with', values: ['snow'] }, 'yes'],
    ['a product', { field: 'product', values: ['7234590408817'] }, 'yes'],
    ['a channel that only the Admin API knows', { field: 'channel', values: ['tiktok'] }, 'unknown'],
    ['a customer tag', { field: 'customer_tag', values: ['vip'] }, 'unknown'],
    ['a company', { field: 'company', values: ['yes'] }, 'unknown'],
    ['a market', { field: 'market', values: ['eu'] }, 'unknown'],
    ['a product type', { field: 'product_type', values: ['wax'] }, 'unknown'],
    ['new or returning', { field: 'customer_type', values: ['new'] }, 'unknown'],
  ])('%s', (_name, changes, expected) => expect(askRule(rule(changes), tagged)).toBe(expected));

  it('what was fetched answers', () => {
    const fetched = {
      ...tagged,
      fetched: {
        customerTags: ['VIP'],
        company: true,
        markets: ['EU'],
        productTypes: ['wax'],
        channels: ['tiktok'],
        customerTypes: ['new' as const],
      },
    };
    for (const [field, value] of Object.entries({
      customer_tag: 'vip',
      company: 'yes',
      market: 'eu',
      product_type: 'wax',
      channel: 'tiktok',
      customer_type: 'new',
    })) {
      expect(askRule(rule({ field: field as SourceRule['field'], values: [value] }), fetched)).toBe('yes');
    }
  });

  const vip = rule({ id: 'vip', field: 'customer_tag', values: ['vip'] });
  const with_ = (...rules: SourceRule[]): ShopSettings => ({ ...shop, rules });
  const b2bOff: ShopSettings = { ...shop, sources: { ...shop.sources, b2b: 'block' } };

  it('a rule whose field only Shopify knows makes the order wait for its word, and is never silently false', () => {
    expect(decided(order, { settings: with_(vip) })).toMatchObject({
      state: 'wait',
      reason: 'shopify',
      rule: 'source.unanswered',
      unanswered: [{ rule: 'rule:vip', field: 'customerTags', why: 'not_asked' }],
    });
    expect(decided(order, { settings: b2bOff })).toMatchObject({ state: 'wait', reason: 'shopify' });
    const answered = { ...order, facts: { ...order.facts, fetched: { customerTags: ['VIP'] } } };
    expect(decided(answered, { settings: with_(vip) })).toMatchObject({ state: 'skip', rule: 'rule:vip' });
    const none = { ...order, facts: { ...order.facts, fetched: { customerTags: [], company: false } } };
    expect(decided(none, { settings: with_(vip) })).toMatchObject({ state: 'send', unanswered: [] });
    expect(decided(none, { settings: b2bOff })).toMatchObject({ state: 'send', unanswered: [] });
  });

  it('the switches tell an order of a company and one made by staff from others', () => {
    const off: ShopSettings = { ...b2bOff, sources: { ...b2bOff.sources, staffMade: 'block' } };
    const told = { ...order.facts, fetched: { company: true } };
    expect(judgeSource(told, off)).toMatchObject({ side: 'block', rule: 'switch:b2b' });
    const person = { ...order.facts, fetched: { company: false } };
    expect(judgeSource(person, off)).toMatchObject({ side: 'allow', rule: 'default' });
    const byStaff = { ...person, origin: { ...person.origin, staffMade: true as const } };
    expect(judgeSource(byStaff, off)).toMatchObject({ side: 'block', rule: 'switch:staffMade' });
  });

  it('what cannot be had ends the wait: the order goes on, and the rule is named with the reason', () => {
    const denied = { ...order, facts: { ...order.facts, notTold: { customerTags: 'denied' as const } } };
    expect(decided(denied, { settings: with_(vip) })).toMatchObject({
      state: 'send',
      unanswered: [{ rule: 'rule:vip', field: 'customerTags', why: 'denied' }],
    });
    const gone = { ...order, facts: { ...order.facts, notTold: { company: 'gone' as const } } };
    expect(decided(gone, { settings: b2bOff })).toMatchObject({
      state: 'send',
      unanswered: [{ rule: 'switch:b2b', field: 'company', why: 'gone' }],
    });
  });

  it('nobody is asked when no answer could turn the verdict, and about everything open when one could', () => {
    const pos = sample('synthetic_pos_order').facts;
    const market = rule({ id: 'm', action: 'allow', field: 'market', values: ['eu'] });
    expect(judgeSource(order.facts, shop).missing).toEqual([]);
    expect(judgeSource(order.facts, with_({ ...vip, on: false })).missing).toEqual([]);
    expect(judgeSource(order.facts, with_(market)).missing).toEqual([]);
    expect(judgeSource(pos, with_(vip)).missing).toEqual([]);
    expect(judgeSource(pos, with_(market)).missing).toEqual(['markets']);
    expect(judgeSource(pos, with_(vip, market)).missing).toEqual(['customerTags', 'markets']);
    const decisive = rule({ id: 'd', action: 'allow', field: 'source_name', values: ['pos'] });
    expect(judgeSource(pos, with_(decisive, vip)).missing).toEqual([]);
    expect(judgeSource(pos, with_(decisive, vip)).unanswered).toEqual([]);
    expect(judgeSource({ ...order.facts, notTold: { customerTags: 'denied' } }, with_(vip)).missing).toEqual(
      [],
    );
    // A business order that says so itself, and one that another switch keeps back.
    const company = { ...order.facts, origin: { ...order.facts.origin, b2b: true as const } };
    expect(judgeSource(company, b2bOff)).toMatchObject({ side: 'block', rule: 'switch:b2b', missing: [] });
    expect(judgeSource(pos, b2bOff)).toMatchObject({ rule: 'switch:pos', missing: [], unanswered: [] });
  });

  it('a selling plan is asked for only to tell a first subscription order from none', () => {
    const first = rule({ field: 'subscription', values: ['first'] });
    expect(askRule(first, order.facts)).toBe('unknown');
    expect(askRule(first, { ...order.facts, fetched: { sellingPlans: true } })).toBe('yes');
    expect(askRule(first, { ...order.facts, fetched: { sellingPlans: false } })).toBe('no');
    expect(askRule({ ...first, values: ['Renewal'] }, order.facts)).toBe('no');
    expect(askRule({ ...first, values: ['renewal'], operator: 'is_not' }, order.facts)).toBe('yes');
    expect(askRule({ ...first, values: ['renewal', 'none'] }, order.facts)).toBe('unknown');
    const renewal = sample('synthetic_subscription_renewal_order').facts;
    expect(askRule(first, renewal)).toBe('no');
  });

  it('the fields that the settings need, each once and of enabled rules only', () => {
    const other = rule({ id: 'o', field: 'customer_tag', values: ['x'] });
    expect(neededFields(with_(vip, other))).toEqual(['customerTags']);
    expect(neededFields(with_({ ...vip, on: false }, rule({ values: ['web'] })))).toEqual([]);
    expect(neededFields(b2bOff)).toEqual(['company']);
  });

  it('an answer is due in time for TikTok to merge a browser copy; later orders have as long from their arrival', () => {
    const placed = Date.parse(order.facts.processedAt);
    const after = (seconds: number): Date => new Date(placed + seconds * 1000);
    expect(answerDue(order.facts, after(10))).toEqual(after(210));
    expect(answerDue(order.facts, after(209))).toEqual(after(210));
    expect(answerDue(order.facts, after(210))).toEqual(after(420));
    const waiting = (now: Date): unknown =>
      decided(order, { settings: with_(vip), receivedAt: after(10), now });
    expect(waiting(after(11))).toMatchObject({ until: after(210) });
    // The clock alone ends no wait: whoever asks writes down that there was no answer.
    expect(waiting(after(206))).toMatchObject({ state: 'wait', until: after(211) });
    expect(waiting(after(900))).toMatchObject({ state: 'wait', until: after(905) });
  });

  it('own rules are asked first, in their order, and an allowing one passes the switches', () => {
    const pos = sample('synthetic_pos_order').facts;
    const allow = rule({ id: 'a', action: 'allow', values: ['pos'] });
    const block = rule({ id: 'b', values: ['pos'] });
    expect(judgeSource(pos, { ...shop, rules: [allow, block] })).toMatchObject({
      side: 'allow',
      rule: 'rule:a',
    });
    expect(judgeSource(pos, { ...shop, rules: [block, allow] })).toMatchObject({
      side: 'block',
      rule: 'rule:b',
    });
    expect(judgeSource(pos, { ...shop, rules: [{ ...allow, on: false }] })).toMatchObject({
      side: 'block',
      rule: 'switch:pos',
    });
  });
});

describe("TikTok Shop's orders", () => {
  const plain = order.facts.origin;
  it.each<[string, object, string | undefined]>([
    ['its app', { appId: '4383523' }, 'app_id'],
    ['source tiktok', { sourceName: 'tiktok' }, 'source_name'],
    ['source tiktok_shop', { sourceName: 'TikTok_Shop' }, 'source_name'],
    ['a number that stood there', { sourceName: '6712272' }, 'source_name'],
    ['its gateway beside another', { gateways: ['shopify_payments', 'TikTok'] }, 'gateway'],
    ['a relay address of somebody else', { relayDomain: 'relay.example' }, undefined],
    ['a channel of somebody else', { channel: 'not-tiktok' }, undefined],
    ['a relay address', { relayDomain: 'scs.tiktokw.us' }, 'email_domain'],
    ['its tag', { tags: ['TikTokOrderID:577092126219211281'] }, 'tag'],
    ['its other tag', { tags: ['Shipped by TikTok'] }, 'tag'],
    ['its gateway', { gateways: ['TikTok Shop'] }, 'gateway'],
    ["a connector's attribute", { noteAttributes: ['TikTok Order ID'] }, 'note_attribute'],
    ['its channel', { channel: 'tiktok' }, 'channel'],
    ['an order that came from an ad', {}, undefined],
    ['a discount code of that name', { discountCodes: ['TIKTOK10'] }, undefined],
  ])('%s', (_name, changes, mark) =>
    expect(tiktokShopMark({ origin: { ...plain, ...changes } }, shop.tiktokShop)).toBe(mark),
  );

  it.each<[string, string | undefined, FetchedFields | undefined, string | undefined]>([
    ['a webhook alone, which names no channel: a normal order', undefined, undefined, undefined],
    ['asked, and it came through no channel', undefined, { channels: [] }, undefined],
    ['asked for something else', undefined, { customerTags: ['tiktok'] }, undefined],
    ["asked, and the channel is TikTok's own", undefined, { channels: ['tiktok-live'] }, 'channel'],
    ['in capitals', undefined, { channels: ['TikTok'] }, 'channel'],
    ['asked, and it is the online store', undefined, { channels: ['online-store'] }, undefined],
    ['TikTok stands second', undefined, { channels: ['online-store', 'tiktok'] }, 'channel'],
    ['a channel with a source name that the merchant added', undefined, { channels: ['6712272'] }, 'channel'],
    ['the order itself names another: that counts', 'online-store', { channels: ['tiktok'] }, undefined],
    ['the order itself names TikTok', 'tiktok', { channels: [] }, 'channel'],
  ])('by their channel: %s', (_name, channel, fetched, mark) => {
    const origin = channel === undefined ? plain : { ...plain, channel };
    const facts = { ...order.facts, origin, ...(fetched && { fetched }) };
    expect(tiktokShopMark(facts, shop.tiktokShop)).toBe(mark);
    expect(judgeSource(facts, shop)).toMatchObject(
      mark === undefined
        ? { side: 'allow', rule: 'default', missing: [], unanswered: [] }
        : { side: 'block', rule: 'switch:tiktokShop', missing: [] },
    );
  });

  it('a rule about channels brings the answer that this switch then reads', () => {
    const elsewhere = rule({ field: 'channel', values: ['marketplace'] });
    const settings = { ...shop, rules: [elsewhere] };
    expect(decided(order, { settings })).toMatchObject({ state: 'wait', reason: 'shopify' });
    const told = { ...order, facts: { ...order.facts, fetched: { channels: ['tiktok'] } } };
    expect(decided(told, { settings })).toMatchObject({ reason: 'tiktok_shop', rule: 'switch:tiktokShop' });
  });

  it('are recognised by their relay address, of which no other part is kept', () => {
    const { facts } = sample('synthetic_web_order_ttclid', {
      email: 'buyer123@scs.tiktokw.us',
      contact_email: null,
    });
    expect(facts.origin.relayDomain).toBe('scs.tiktokw.us');
    expect(JSON.stringify(facts)).not.toContain('buyer123');
    expect(sample().facts.origin.relayDomain).toBeUndefined();
  });

  it("are known by data: a connector of the merchant's can be added", () => {
    const marks = { ...shop.tiktokShop, appIds: [...shop.tiktokShop.appIds, '777'] };
    expect(tiktokShopMark({ origin: { ...plain, appId: '777' } }, marks)).toBe('app_id');
  });
});

describe('total', () => {
  const arbitraryInput = fc.record({
    context: fc.boolean(),
    choice: fc.option(
      fc.record({
        analytics: fc.boolean(),
        marketing: fc.boolean(),
        preferences: fc.boolean(),
        saleOfData: fc.boolean(),
      }),
    ),
    region: fc.constantFrom<RegionPolicy>('consentRequired', 'saleOptOut', 'none', 'unknown'),
    received: fc.integer({ min: -600_000, max: 40 * DAY }),
    passed: fc.integer({ min: 0, max: 40 * DAY }),
    active: fc.integer({ min: -40 * DAY, max: 40 * DAY }),
    moment: fc.constantFrom('placed' as const, 'paid' as const),
    hold: fc.integer({ min: 0, max: 240 }),
    sources: fc.tuple(...SOURCE_SWITCHES.map(() => fc.constantFrom('allow' as const, 'block' as const))),
  });

  it('every order gets exactly one answer with a reason, the same each time, and no wait has already ended', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom(...SAMPLES).map((name) => sample(name)),
          arbitraryOrder.map(({ json }) => requireRead(json)),
        ),
        arbitraryInput,
        (read, made) => {
          const sources = { ...shop.sources };
          SOURCE_SWITCHES.forEach((name, index) => (sources[name] = made.sources[index] ?? 'allow'));
          const changes: Partial<DecideInput> = {
            contextKnown: made.context,
            consentEvidence: {
              choice: made.choice,
              source: made.choice ? 'pixel' : 'none',
              region: made.region,
            },
            receivedAt: later(made.received),
            now: later(made.received + made.passed),
            activeFrom: later(made.active),
            settings: { ...shop, purchaseMoment: made.moment, holdSeconds: made.hold, sources },
          };
          const answer = decided(read, changes);
          expect(decided(read, changes)).toEqual(answer);
          expect(answer.rule).not.toBe('');
          if (answer.state === 'skip') expect(SKIP_REASONS).toContain(answer.reason);
          if (answer.state === 'wait')
            expect(answer.until.getTime()).toBeGreaterThan(later(made.received + made.passed).getTime());
          if (answer.state === 'send' && made.choice)
            expect(made.choice.marketing && made.choice.analytics).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
