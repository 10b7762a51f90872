/** Every reason that an event can end or wait with has words for staff. */
import { describe, expect, it } from 'vitest';
import { SKIP_REASONS } from '../../../app/conversion/eligibility.ts';
import { reasonWords, ruleWords } from '../../../app/ui/texts.ts';

/** What record, delivery and ledger add to the heart's own reasons. */
const OTHERS = [
  ...['context', 'identity', 'payment', 'pixel', 'retry', 'due'],
  ...['accepted', 'too_late', 'never_confirmed', 'facts_gone', 'deleted', 'pixel_removed'],
  ...['pixel_absent', 'not_recorded'],
];

describe('a reason', () => {
  it.each([...SKIP_REASONS, ...OTHERS])('%s has a few words and a whole sentence', (reason) => {
    const words = reasonWords(reason);
    expect(words?.short).toMatch(/^[A-Z].{1,30}$/);
    expect(words?.meaning).toMatch(/^[A-Z].+[.]$/);
  });
});

it('names a rule as its page does, and one without words by its own name', () => {
  expect(ruleWords('default')).toBe('default');
  expect(ruleWords('rule:mine')).toBe('One of your own rules');
  expect(ruleWords('switch:pos')).toBe('Order sources: Point of sale orders');
  expect(ruleWords('events.product_viewed')).toBe('Events: Product view');
  expect(ruleWords('hold')).toBe('Hold time');
});
