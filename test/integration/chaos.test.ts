/** The short form of `npm run chaos`: real processes are killed while people buy, and both sides are counted. */
import { describe, expect, it } from 'vitest';
import { runChaos } from '../chaos/chaos.ts';

describe('while processes, database and connections are killed', () => {
  it('no order and no page event is lost or counted twice', { timeout: 300_000 }, async () => {
    const report = await runChaos({ seed: 20_261_121, kills: 3, orders: 24 });
    expect(report.examples).toEqual([]);
    expect(report).toMatchObject({ lost: 0, doubled: 0, unexplained: 0, kills: 3, orders: 24 });
    expect(report.events).toBeGreaterThan(0);
  });
});
