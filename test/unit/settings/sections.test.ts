/** Drafts of the settings pages: what is taken, and which field an error stands beside. */
import { describe, expect, it } from 'vitest';
import { customEventProblem } from '../../../app/conversion/custom-event.ts';
import {
  defaultPixelSettings,
  defaultSettings,
  type ShopSettingsVersion,
} from '../../../app/conversion/settings.ts';
import { readDraft, type Section } from '../../../app/settings/sections.ts';
import { eventChanges } from '../../../app/ui/event-changes.ts';

const CURRENT: ShopSettingsVersion = { shop: defaultSettings(), pixels: { 4: defaultPixelSettings() } };
const EVENTS: Section = { page: 'events', pixel: '4', code: 'C4' };
const VALUES: Section = { page: 'values', pixel: '4', code: 'C4' };
const SOURCES: Section = { page: 'sources' };
const { events, value, contentId } = defaultPixelSettings();
const { sources } = defaultSettings();
const RULE = { id: 'a', on: true, action: 'block', field: 'tag', operator: 'is', values: ['x'] };

const errorsOf = (section: Section, draft: unknown) => {
  const read = readDraft(CURRENT, section, typeof draft === 'string' ? draft : JSON.stringify(draft));
  return read.ok ? {} : read.errors;
};

describe('an error stands beside its field', () => {
  it.each<[string, Section, unknown, string[]]>([
    [
      'a name that TikTok does not take',
      EVENTS,
      { events: { ...events, order: { on: true, name: 'complete payment' } } },
      ['events.order.name'],
    ],
    [
      'one of Shopify’s own names',
      EVENTS,
      { events: { ...events, checkout_completed: { on: true, name: 'X' } } },
      ['events.checkout_completed.name'],
    ],
    [
      'an own name with markup',
      EVENTS,
      { events: { ...events, '<b>': { on: true, name: 'X' } } },
      ['events.<b>.name'],
    ],
    [
      'a template with an unknown word',
      VALUES,
      { value, contentId: { kind: 'template', template: '{size}' } },
      ['contentId.template'],
    ],
    [
      'a percentage over a hundred',
      VALUES,
      { contentId, value: { ...value, profit: { kind: 'margin', percent: '101' } } },
      ['value.profit.percent'],
    ],
    ['a rule without values', SOURCES, { sources, rules: [{ ...RULE, values: [] }] }, ['rules.0.values']],
    [
      'a total that is compared like a word',
      SOURCES,
      { sources, rules: [RULE, { ...RULE, id: 'b', field: 'total' }] },
      ['rules.1.operator', 'rules.1.values'],
    ],
    ['the same rule twice', SOURCES, { sources, rules: [RULE, RULE] }, ['rules.1.field']],
    ['something that is no form', SOURCES, 'nonsense', ['']],
    ['a form of a gigantic size', SOURCES, `{"sources":"${'x'.repeat(300_000)}"}`, ['']],
    ['a pixel that is gone', { ...EVENTS, pixel: '5' }, { events }, ['']],
  ])('%s', (_name, section, draft, fields) => {
    const errors = errorsOf(section, draft);
    expect(Object.keys(errors).sort()).toEqual(fields);
    for (const message of Object.values(errors)) expect(message).not.toMatch(/zod|expected|undefined/i);
  });
});

it('takes nothing but the section’s own fields from a draft', () => {
  const read = readDraft(
    CURRENT,
    SOURCES,
    JSON.stringify({ sources: { ...sources, pos: 'allow' }, rules: [RULE], holdSeconds: 0, pixels: {} }),
  );
  expect(read).toEqual({
    ok: true,
    settings: {
      shop: { ...CURRENT.shop, sources: { ...sources, pos: 'allow' }, rules: [RULE] },
      pixels: CURRENT.pixels,
    },
  });
});

it('takes own events under the name that a theme publishes', () => {
  expect(customEventProblem('newsletter_signup', [])).toBeUndefined();
  expect(customEventProblem('my-app:wishlist added', [])).toBeUndefined();
  for (const wrong of ['', ' x', 'x ', 'order', 'page_viewed', '__proto__', 'a"b', 'x'.repeat(101), 'taken'])
    expect(customEventProblem(wrong, ['taken'])).toBeTypeOf('string');
});

it('says in numbers what a change of events does', () => {
  const draft = {
    ...events,
    order: { on: true, name: 'Purchase' },
    product_viewed: { on: false, name: 'ViewContent' },
    cart_viewed: { on: true, name: 'ViewCart' },
    newsletter: { on: true, name: 'Subscribe' },
  };
  const counts = { order: { seen: 1200, sent: 1100 }, product_viewed: { seen: 5, sent: 5 } };
  expect(eventChanges(events, draft, counts, 'en')).toEqual([
    'Order: sent as Purchase instead of CompletePayment. 1,200 seen in the last 30 days. Campaigns that aim at CompletePayment no longer see it.',
    'Product view: no longer sent. 5 seen in the last 30 days.',
    'Cart view: sent as ViewCart from now on.',
    'newsletter: sent as Subscribe from now on.',
  ]);
  expect(eventChanges(events, events, counts, 'en')).toEqual([]);
  expect(eventChanges(events, draft, counts, 'de')[0]).toContain('1.200 seen');
});
