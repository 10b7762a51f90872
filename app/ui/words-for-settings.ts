/** Settings as staff read them: every setting with its name and its value in words, and what differs between two versions. */
import type { PixelSettings, ShopSettingsVersion, SourceRule } from '../conversion/settings.ts';
import {
  FIELD_CHOICES,
  FIELD_WORDS,
  OPERATOR_WORDS,
  settingWords,
  SOURCES_TEXT,
  SWITCH_WORDS,
  VALUES_TEXT,
} from './texts-settings.ts';
import { MOMENTS, SALE_OPT_OUT, SETTINGS_TEXT, WITHOUT_EVIDENCE } from './texts-settings-page.ts';
import { MARK_WORDS, SETTING_WORDS } from './texts-audit.ts';
import { eventWord } from './texts.ts';

/** By a key that stays the same from version to version. */
export type Spoken = Map<string, { label: string; value: string }>;

export interface ChangeWords {
  label: string;
  /** Null where there was nothing. */
  before: string | null;
  after: string | null;
}

export function changedWords(before: Spoken, after: Spoken): ChangeWords[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)];
    if (was?.value === is?.value) return [];
    return [{ label: is?.label ?? was?.label ?? key, before: was?.value ?? null, after: is?.value ?? null }];
  });
}

export function spokenSettings(
  { shop, pixels }: ShopSettingsVersion,
  pixelName: (id: string) => string,
): Spoken {
  const spoken: Spoken = new Map();
  const say = (key: string, label: string, value: string): void => void spoken.set(key, { label, value });
  const chosen = (list: readonly { value: string; label: string }[], value: string): string =>
    list.find((choice) => choice.value === value)?.label ?? value;

  say('moment', SETTINGS_TEXT.moment, chosen(MOMENTS, shop.purchaseMoment));
  say('hold', SETTINGS_TEXT.hold, `${shop.holdSeconds} ${SETTINGS_TEXT.seconds}`);
  say('window', SETTINGS_TEXT.window, `${shop.clickWindowDays} ${SETTINGS_TEXT.days}`);
  say('evidence', SETTINGS_TEXT.withoutEvidence, chosen(WITHOUT_EVIDENCE, shop.consent.withoutEvidence));
  say('optout', SETTINGS_TEXT.saleOptOut, chosen(SALE_OPT_OUT, shop.consent.saleOptOut));
  say('visitor', SETTINGS_TEXT.visitorId, onOff(shop.visitorId));
  say('cartClick', SETTING_WORDS.cartClick, onOff(shop.embed.cartClick));
  say('identify', SETTING_WORDS.identify, onOff(shop.embed.identify));
  say('country', SETTING_WORDS.country, shop.country || SETTING_WORDS.none);
  say('host', SETTING_WORDS.host, shop.host || SETTING_WORDS.none);
  for (const [name, words] of Object.entries(SWITCH_WORDS)) {
    const side = Object.entries(shop.sources).find(([known]) => known === name)?.[1];
    say(`source ${name}`, words.name, side === 'allow' ? SOURCES_TEXT.allow : SOURCES_TEXT.block);
  }
  shop.rules.forEach((rule, place) => say(`rule ${rule.id}`, SETTING_WORDS.rule, ruleText(rule, place)));
  for (const [name, entries] of Object.entries(shop.tiktokShop))
    say(`mark ${name}`, markName(name), entries.join(', ') || SETTING_WORDS.none);
  for (const [id, pixel] of Object.entries(pixels)) sayPixel(say, id, pixelName(id), pixel);
  return spoken;
}

function sayPixel(
  say: (key: string, label: string, value: string) => void,
  id: string,
  name: string,
  { events, contentId, value }: PixelSettings,
): void {
  const own = (key: string, label: string, text: string): void =>
    say(`pixel ${id} ${key}`, `${name}: ${label}`, text);
  for (const [event, { on, name: tiktok }] of Object.entries(events))
    own(`event ${event}`, eventWord(event), on ? SETTING_WORDS.sentAs(tiktok) : SETTING_WORDS.off);
  own('contentId', VALUES_TEXT.contentId, settingWords(contentId));
  own(
    'basis',
    VALUES_TEXT.basis,
    value.basis === 'total' ? VALUES_TEXT.basisTotal : VALUES_TEXT.basisSubtotal,
  );
  for (const part of ['tax', 'shipping', 'tips', 'duties', 'giftCards'] as const)
    own(part, VALUES_TEXT[part], onOff(value[part]));
  own('profit', VALUES_TEXT.profit, profitText(value.profit));
  own(
    'currency',
    VALUES_TEXT.currency,
    value.currency === 'shop' ? VALUES_TEXT.currencyShop : VALUES_TEXT.currencyBuyer,
  );
  own(
    'unlisted',
    VALUES_TEXT.unlisted,
    value.unlisted === 'convert' ? VALUES_TEXT.unlistedConvert : VALUES_TEXT.unlistedOmit,
  );
}

const onOff = (on: boolean): string => (on ? SETTING_WORDS.on : SETTING_WORDS.off);

function profitText(profit: PixelSettings['value']['profit']): string {
  if (!profit) return VALUES_TEXT.profitNone;
  const what = profit.kind === 'margin' ? VALUES_TEXT.percentMargin : VALUES_TEXT.percentCost;
  return `${what}: ${profit.percent}%`;
}

/** "1. Keep back: Order tag is wholesale". */
export function ruleText(rule: SourceRule, place: number): string {
  const choices = FIELD_CHOICES[rule.field];
  const values = rule.values.map(
    (value) => choices?.find((choice) => choice.value === value)?.label ?? value,
  );
  const action = rule.action === 'allow' ? SOURCES_TEXT.allow : SOURCES_TEXT.block;
  const text = `${FIELD_WORDS[rule.field]} ${OPERATOR_WORDS[rule.operator]} ${values.join(SETTING_WORDS.or)}`;
  return `${place + 1}. ${action}: ${text}${rule.on ? '' : ` (${SETTING_WORDS.switchedOff})`}`;
}

function markName(name: string): string {
  const words = Object.entries(MARK_WORDS).find(([known]) => known === name)?.[1];
  return `${SWITCH_WORDS.tiktokShop.name}: ${words?.label ?? name}`;
}
