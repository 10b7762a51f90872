/** The names of a store's own events: what a theme or an app publishes beside Shopify's standard ones. */
import { SHOPIFY_EVENTS } from './browser.ts';

/** What is wrong with the name of an own event, in words; undefined when nothing is. */
export function customEventProblem(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return 'Enter the name under which your theme or an app publishes the event.';
  if (name.length > 100) return 'At most 100 characters.';
  // Names are keys of an object that is stored as JSON; two underscores in front are JavaScript's own.
  if (!/^[A-Za-z0-9][\w.:/ -]*$/.test(name) || name.endsWith(' '))
    return 'Start with a letter or digit; use letters, digits and . : / _ - only.';
  if (name === 'order' || SHOPIFY_EVENTS.some((known) => known === name))
    return 'This is one of Shopify’s own events. It is in the list already or only tells of the visit.';
  if (taken.includes(name)) return 'This event is in the list already.';
  return undefined;
}
