/** Puts together what the heart needs to decide about an event now. */
import { weighConsent } from '../conversion/consent.ts';
import { decide } from '../conversion/eligibility.ts';
import type { Decision } from '../conversion/eligibility.ts';
import type {
  ConsentObservation,
  MatchData,
  OrderFacts,
  PageFacts,
  RegionPolicy,
} from '../conversion/facts.ts';
import type { OrderSource } from '../store/orders.ts';
import type { Joined } from '../visitors/join.ts';
import type { PixelInForce, VersionInForce } from './shop.ts';

/** What consent the region of an order's buyer asks for, as the shop has set it. */
export type RegionOf = (shop: { id: string }, facts: OrderFacts) => RegionPolicy;

interface Judged {
  /** The settings in force when the event was received. */
  version: VersionInForce;
  pixel: Pick<PixelInForce, 'id' | 'activeFrom'>;
  receivedAt: Date;
  now: Date;
}

export interface OrderJudged extends Judged {
  facts: OrderFacts;
  joined: Joined;
  region: RegionPolicy;
  source: OrderSource;
}

export function judgeOrder(order: OrderJudged): Decision {
  const { facts, joined, version, pixel, receivedAt, now } = order;
  return decide({
    facts,
    match: joined.match,
    settings: version.settings,
    settingsVersion: version.version,
    pixel: version.settingsOf(pixel.id),
    consentEvidence: weighConsent(joined.observations, order.region),
    contextKnown: joined.owner !== null,
    receivedAt,
    activeFrom: pixel.activeFrom,
    backfill: order.source === 'backfill',
    now,
  });
}

export interface PageJudged extends Judged {
  facts: PageFacts;
  match: MatchData;
  consent: ConsentObservation;
}

export function judgePage(page: PageJudged): Decision {
  const { facts, match, consent, version, pixel, receivedAt, now } = page;
  return decide({
    facts,
    match,
    settings: version.settings,
    settingsVersion: version.version,
    pixel: version.settingsOf(pixel.id),
    // A page event carries its visitor's choice, so no region is asked.
    consentEvidence: weighConsent([consent], 'unknown'),
    contextKnown: true,
    receivedAt,
    activeFrom: pixel.activeFrom,
    now,
  });
}
