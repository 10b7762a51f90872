/** Which event names TikTok takes, and why another is refused. */
import { ok, problem } from './result.ts';
import type { Result } from './result.ts';

/** Standard web events (facts: tiktok.md 2). Case counts. */
export const STANDARD_EVENTS = [
  'AddPaymentInfo',
  'AddToCart',
  'AddToWishlist',
  'ApplicationApproval',
  'CompletePayment',
  'CompleteRegistration',
  'Contact',
  'CustomizeProduct',
  'Download',
  'FindLocation',
  'InitiateCheckout',
  'Lead',
  'Pageview',
  'Purchase',
  'Schedule',
  'Search',
  'StartTrial',
  'SubmitApplication',
  'SubmitForm',
  'Subscribe',
  'ViewContent',
] as const;

/** Taken until 2027 and gone from TikTok's documentation. */
const FADING = ['ClickButton', 'PlaceAnOrder'];

export interface NameProblem {
  code: 'empty' | 'too-long' | 'case' | 'fading' | 'characters';
  message: string;
  /** The name that was probably meant. */
  suggestion?: string;
}

/** Our own limits for custom names: TikTok documents none, so these are the narrowest that other senders keep. */
const LONGEST = 50;

export function checkEventName(name: string): Result<{ name: string; standard: boolean }, NameProblem> {
  if (name.trim() === '') return problem({ code: 'empty', message: 'An event needs a name.' });
  const standard = STANDARD_EVENTS.find((known) => known === name);
  if (standard) return ok({ name, standard: true });
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');
  const meant = STANDARD_EVENTS.find((known) => plain(known) === plain(name));
  if (meant) {
    return problem({
      code: 'case',
      message: `TikTok's own name is written ${meant}, with these capitals and no spaces.`,
      suggestion: meant,
    });
  }
  if (FADING.includes(name)) {
    return problem({
      code: 'fading',
      message: `TikTok gives up ${name} in 2027. Choose a name of your own or a standard one.`,
    });
  }
  if (name.length > LONGEST) {
    return problem({ code: 'too-long', message: `At most ${LONGEST} characters.` });
  }
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
    return problem({
      code: 'characters',
      message: 'Start with a letter and use letters, digits, hyphens and underscores only.',
    });
  }
  return ok({ name, standard: false });
}
