/** One assumption about Shopify or TikTok, put to the real one: what was asked and what came back. */

export interface LiveFinding {
  /** Not asked: something that the question needs was missing. */
  readonly outcome: 'held' | 'not_held' | 'not_asked';
  /** What was seen, or why nothing was; short, without secrets or people. */
  readonly saw: string;
}

export interface LiveCheck<Needs> {
  /** The line of docs/assumptions.md. */
  readonly id: string;
  readonly asks: string;
  run(needs: Needs): Promise<LiveFinding>;
}

export const held = (saw: string): LiveFinding => ({ outcome: 'held', saw });
export const notHeld = (saw: string): LiveFinding => ({ outcome: 'not_held', saw });
export const notAsked = (saw: string): LiveFinding => ({ outcome: 'not_asked', saw });
