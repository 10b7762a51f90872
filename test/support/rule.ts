/** A test that shows one rule of Shopify or TikTok, with the fact it stands for and how sure that fact is. */

import { test } from 'vitest';

export type Fact = {
  /** Where the fact is written down. */
  fact: string;
} & (
  | {
      /** verified: read in the owner's own text or run; second-hand: others say so. */
      mark: 'verified' | 'second-hand';
    }
  | {
      /** Nobody could be asked. */
      mark: 'assumed';
      /** Its line in docs/assumptions.md; a test holds every name to that page. */
      assumption: string;
    }
);

export function rule(says: string, { fact, mark }: Fact, shows: () => Promise<void> | void): void {
  test(`${says} (${mark}: ${fact})`, shows);
}
