/** Turns entries of the audit log into what staff read: who, when, what, and the old and new value of each thing that changed. */
import { parseSettings } from '../conversion/settings.ts';
import type { StoredAuditEntry } from '../store/audit.ts';
import { actionWords, actorWords, AUDIT_TEXT, PART_LABELS, SETTING_WORDS } from './texts-audit.ts';
import { PIXEL_STATE_WORDS } from './texts-pixels.ts';
import { fullMomentWords, type ShopWords } from './words-for.ts';
import { changedWords, spokenSettings, type ChangeWords, type Spoken } from './words-for-settings.ts';

export interface AuditWords {
  id: string;
  who: string;
  when: string;
  what: string;
  /** What it was done to; empty where the action says it all. */
  target: string;
  changes: ChangeWords[];
}

export function auditWords(
  entry: StoredAuditEntry,
  pixelNames: ReadonlyMap<string, string>,
  shop: ShopWords,
): AuditWords {
  const spoken = (text: string | null): Spoken =>
    text === null
      ? new Map()
      : entry.action.startsWith('settings.')
        ? settingsOf(text, pixelNames)
        : partsOf(text, shop);
  const [before, after] = [spoken(entry.before), spoken(entry.after)];
  const whole = entry.action.startsWith('settings.') && entry.before !== null;
  return {
    id: entry.id,
    who: actorWords(entry.actor),
    when: fullMomentWords(entry.at, shop),
    what: actionWords(entry.action),
    target: entry.target === 'settings' ? '' : entry.target,
    // What was there from the start is no change: a first version has no old value to tell.
    changes:
      entry.action === 'settings.first'
        ? []
        : [
            ...(whole ? comeAndGone(before, after, pixelNames) : []),
            ...changedWords(
              withoutPixels(before, whole ? after : before),
              withoutPixels(after, whole ? before : after),
            ),
          ].filter((change) => change.before !== null || change.after !== SETTING_WORDS.none),
  };
}

const PIXEL_KEY = /^pixel (\d+) /;
const pixelsIn = (spoken: Spoken): Set<string> =>
  new Set([...spoken.keys()].flatMap((key) => PIXEL_KEY.exec(key)?.[1] ?? []));

/** A pixel that comes or goes does so with all of its settings: one line says it. */
function comeAndGone(before: Spoken, after: Spoken, names: ReadonlyMap<string, string>): ChangeWords[] {
  const [was, is] = [pixelsIn(before), pixelsIn(after)];
  const name = (id: string): string => AUDIT_TEXT.settingsOf(names.get(id) ?? id);
  return [
    ...[...is.difference(was)].map((id) => ({ label: name(id), before: null, after: AUDIT_TEXT.asDefault })),
    ...[...was.difference(is)].map((id) => ({ label: name(id), before: AUDIT_TEXT.own, after: null })),
  ];
}

/** Without the pixels that the other side does not have. */
function withoutPixels(spoken: Spoken, other: Spoken): Spoken {
  const known = pixelsIn(other);
  return new Map(
    [...spoken].filter(([key]) => {
      const id = PIXEL_KEY.exec(key)?.[1];
      return id === undefined || known.has(id);
    }),
  );
}

function settingsOf(text: string, names: ReadonlyMap<string, string>): Spoken {
  const read = parseSettings(text);
  return read.ok ? spokenSettings(read.value, (id) => names.get(id) ?? id) : new Map();
}

/** Pixels and everything else: the parts of one JSON object; a part within a part is told as it is. */
function partsOf(text: string, shop: ShopWords): Spoken {
  const value = read(text);
  const parts = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { value };
  return new Map(
    Object.entries(parts).map(([name, part]) => [
      name,
      { label: PART_LABELS[name] ?? name, value: partText(name, part, shop) },
    ]),
  );
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A pixel may be called like the beginning of a moment. */
const isMoment = (text: string): boolean => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));

function partText(name: string, part: unknown, shop: ShopWords): string {
  if (part === null || part === '') return SETTING_WORDS.none;
  if (typeof part === 'boolean') return part ? SETTING_WORDS.on : SETTING_WORDS.off;
  if (Array.isArray(part))
    return part.map((member) => (typeof member === 'string' ? member : JSON.stringify(member))).join(', ');
  if (name === 'state')
    return Object.entries(PIXEL_STATE_WORDS).find(([state]) => state === part)?.[1] ?? String(part);
  if (typeof part === 'string') return isMoment(part) ? fullMomentWords(new Date(part), shop) : part;
  return typeof part === 'object' ? JSON.stringify(part) : String(part);
}
