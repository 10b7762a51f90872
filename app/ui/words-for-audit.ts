/** Turns entries of the audit log into what staff read: who, when, what, and the old and new value of each thing that changed. */
import { parseSettings } from '../conversion/settings.ts';
import type { StoredAuditEntry } from '../store/audit.ts';
import { actionWords, actorWords, PART_LABELS, PIXEL_STATE_WORDS, SETTING_WORDS } from './texts-audit.ts';
import { momentWords, type ShopWords } from './words-for.ts';
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
  return {
    id: entry.id,
    who: actorWords(entry.actor),
    when: momentWords(entry.at, shop),
    what: actionWords(entry.action),
    target: entry.target === 'settings' ? '' : entry.target,
    // What was there from the start is no change: a first version has no old value to tell.
    changes: entry.action === 'settings.first' ? [] : changedWords(spoken(entry.before), spoken(entry.after)),
  };
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

function partText(name: string, part: unknown, shop: ShopWords): string {
  if (part === null || part === '') return SETTING_WORDS.none;
  if (typeof part === 'boolean') return part ? SETTING_WORDS.on : SETTING_WORDS.off;
  if (Array.isArray(part))
    return part.map((member) => (typeof member === 'string' ? member : JSON.stringify(member))).join(', ');
  if (name === 'state') return PIXEL_STATE_WORDS[String(part)] ?? String(part);
  if (typeof part === 'string')
    return /^\d{4}-\d\d-\d\dT/.test(part) ? momentWords(new Date(part), shop) : part;
  return typeof part === 'object' ? JSON.stringify(part) : String(part);
}
