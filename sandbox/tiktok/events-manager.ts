/** The Events Manager: what TikTok made of everything that arrived, as JSON and as a page that shows it live. */

import { readFileSync } from 'node:fs';
import { html, json, script, type Router, type SandboxRequest } from '../http.ts';
import type { World } from '../world.ts';
import {
  conversionsOf,
  tiktokOf,
  type ArrivedCopy,
  type Business,
  type Conversion,
  type ConversionFilter,
  type TiktokPixel,
} from './business.ts';
import type { Verdict } from './dedupe.ts';
import { displayName } from './rules.ts';

export type SourceShown = 'Server' | 'Browser' | 'Both';

export interface EventSummary {
  pixel: string;
  event: string;
  /** The names it was sent under. */
  sentAs: string[];
  total: number;
  server: number;
  browser: number;
  both: number;
  /** Copies that did not count: repeats and late second legs. */
  discarded: number;
  value: Record<string, number>;
  matchKeys: Record<string, number>;
  lastAt: string;
}

export function sourceShown(conversion: Conversion): SourceShown {
  if (conversion.channels.length > 1) return 'Both';
  return conversion.channels[0] === 'browser' ? 'Browser' : 'Server';
}

export function sayVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'counted':
      return verdict.why === 'first'
        ? 'Counted: the first copy.'
        : 'Counted again: the same event came more than 48 hours ago.';
    case 'counted-instead':
      return `Counted in place of #${verdict.of}, which came from the server without an event id.`;
    case 'merged':
      return `Merged into #${verdict.into}: the other channel's copy within five minutes, so its fields were added.`;
    case 'discarded':
      if (verdict.why === 'same-channel') {
        return `Discarded: repeats #${verdict.from}, the same channel sent it already within 48 hours.`;
      }
      if (verdict.why === 'after-5-minutes') {
        return `Discarded: a copy of #${verdict.from} that came more than five minutes later, so nothing of it was added.`;
      }
      return `Discarded: no event id, and the same visitor's browser sent this event less than five minutes ago (#${verdict.from}).`;
  }
}

export function summarise(conversions: Conversion[]): EventSummary[] {
  const rows = new Map<string, EventSummary>();
  for (const one of conversions) {
    const event = displayName(one.event);
    const key = `${one.pixel} ${event}`;
    const row = rows.get(key) ?? {
      pixel: one.pixel,
      event,
      sentAs: [],
      total: 0,
      server: 0,
      browser: 0,
      both: 0,
      discarded: 0,
      value: {},
      matchKeys: {},
      lastAt: one.at,
    };
    rows.set(key, row);
    if (!row.sentAs.includes(one.event)) row.sentAs.push(one.event);
    row.total += 1;
    const source = sourceShown(one);
    if (source === 'Both') row.both += 1;
    else if (source === 'Server') row.server += 1;
    else row.browser += 1;
    row.discarded += one.discarded;
    if (one.value !== undefined) {
      const currency = one.currency ?? 'without currency';
      // A display sum in cents, so that 0.1 + 0.2 reads 0.3.
      row.value[currency] = Math.round(((row.value[currency] ?? 0) + one.value) * 100) / 100;
    }
    for (const key of one.matchKeys) row.matchKeys[key] = (row.matchKeys[key] ?? 0) + 1;
    if (one.at > row.lastAt) row.lastAt = one.at;
  }
  return [...rows.values()].sort((a, b) => a.pixel.localeCompare(b.pixel) || b.total - a.total);
}

export interface Hour {
  /** Start of the UTC hour. */
  hour: string;
  server: number;
  browser: number;
  both: number;
  discarded: number;
}

export function countHours(conversions: Conversion[]): Hour[] {
  const hours = new Map<string, Hour>();
  for (const one of conversions) {
    const hour = `${one.at.slice(0, 13)}:00:00.000Z`;
    const row = hours.get(hour) ?? { hour, server: 0, browser: 0, both: 0, discarded: 0 };
    hours.set(hour, row);
    const source = sourceShown(one);
    if (source === 'Both') row.both += 1;
    else if (source === 'Server') row.server += 1;
    else row.browser += 1;
    row.discarded += one.discarded;
  }
  return [...hours.values()].sort((a, b) => a.hour.localeCompare(b.hour));
}

function showCopy(copy: ArrivedCopy) {
  return { ...copy, says: sayVerdict(copy.verdict) };
}

export function showConversion(business: Business, conversion: Conversion) {
  return {
    ...conversion,
    name: displayName(conversion.event),
    source: sourceShown(conversion),
    copies: conversion.copies.flatMap((id) => {
      const copy = business.copies.get(id);
      return copy ? [showCopy(copy)] : [];
    }),
  };
}

function publicPixel(pixel: TiktokPixel) {
  return { code: pixel.code, name: pixel.name, shop: pixel.shop, active: pixel.active };
}

function filterOf(request: SandboxRequest): ConversionFilter {
  const after = request.query.get('after');
  return {
    pixel: request.query.get('pixel') ?? undefined,
    event: request.query.get('event') ?? undefined,
    eventId: request.query.get('event_id') ?? undefined,
    after: after === null ? undefined : Number(after),
  };
}

const shownAtOnce = 60;

export function mountEventsManager(router: Router, world: World): void {
  const business = tiktokOf(world);

  /** The whole picture, as the page shows it. */
  router.get('/events-manager/api', (request) => {
    const filter = filterOf(request);
    const conversions = conversionsOf(business, filter);
    const ofPixel = <T extends { pixel: string | undefined }>(list: T[]) =>
      list.filter((one) => filter.pixel === undefined || one.pixel === filter.pixel);
    return json({
      now: world.clock.now().toISOString(),
      strict: business.switches.strict,
      pixels: [...business.pixels.values()].map(publicPixel),
      summary: summarise(conversions),
      hours: countHours(conversions).slice(-24),
      conversions: conversions
        .slice(-shownAtOnce)
        .reverse()
        .map((one) => showConversion(business, one)),
      tests: ofPixel(business.tests).slice(-shownAtOnce).reverse(),
      requests: ofPixel(business.requests).slice(-shownAtOnce).reverse(),
      unknownPixelHits: business.unknownPixelHits,
    });
  });

  /** What counts, oldest first, with every copy: `?pixel=&event=&event_id=&after=&limit=`. */
  router.get('/events-manager/api/conversions', (request) => {
    const limit = Number(request.query.get('limit') ?? 1_000);
    const found = conversionsOf(business, filterOf(request));
    return json({
      total: found.length,
      conversions: found.slice(0, limit).map((one) => showConversion(business, one)),
    });
  });

  router.get('/events-manager/api/tests', () => json({ tests: business.tests }));
  router.get('/events-manager/api/requests', () => json({ requests: business.requests }));

  const asset = (name: string) => readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8');
  router.get('/events-manager', () => html(asset('events-manager.html')));
  router.get('/events-manager/page.js', () => script(asset('events-manager.js')));
  router.get('/events-manager/page.css', () => ({
    status: 200,
    headers: { 'content-type': 'text/css; charset=utf-8' },
    body: asset('events-manager.css'),
  }));
}
