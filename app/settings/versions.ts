/** Reads a shop's settings and saves a changed copy as the next version, with who changed what. */
import { canonicalJson } from '../conversion/canonical.ts';
import {
  defaultSettings,
  parseSettings,
  type SettingsProblem,
  type ShopSettingsVersion,
} from '../conversion/settings.ts';

interface StoredVersion {
  readonly version: number;
  readonly settings: string;
}

/** What this room asks of the store, for one shop. */
export interface SettingsRows {
  current(): Promise<StoredVersion | null>;
  add(change: {
    settings: string;
    expected: number;
    actor: string;
    action?: string | undefined;
    target?: string | undefined;
  }): Promise<
    { readonly ok: true; readonly version: number } | { readonly ok: false; readonly current: number }
  >;
}

export interface CurrentSettings {
  /** 0 before the first version is saved. */
  readonly version: number;
  readonly value: ShopSettingsVersion;
}

export async function currentSettings(rows: SettingsRows): Promise<CurrentSettings> {
  const stored = await rows.current();
  if (!stored) return { version: 0, value: { shop: defaultSettings(), pixels: {} } };
  return { version: stored.version, value: readVersion(stored) };
}

export interface SettingsChange {
  /** Given the newest version; answers the whole next one. The same value back means there is nothing to save. */
  readonly change: (current: ShopSettingsVersion) => ShopSettingsVersion;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
}

/** Two people may save at once: whoever comes second makes the change again on top of the first one's. */
const TRIES = 5;

export async function changeSettings(rows: SettingsRows, wish: SettingsChange): Promise<CurrentSettings> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const current = await currentSettings(rows);
    const next = wish.change(structuredClone(current.value));
    const text = canonicalJson(next);
    if (current.version > 0 && text === canonicalJson(current.value)) return current;
    const checked = parseSettings(text);
    if (!checked.ok) throw new InvalidSettings(checked.problem);
    const saved = await rows.add({
      settings: text,
      expected: current.version,
      actor: wish.actor,
      action: wish.action,
      target: wish.target,
    });
    if (saved.ok) return { version: saved.version, value: checked.value };
  }
  throw new Error(`The settings changed ${TRIES} times while they were being saved.`);
}

/** A change that would make settings which the heart refuses; forms check before, so this is a fault of ours. */
export class InvalidSettings extends Error {
  override name = 'InvalidSettings';
  readonly problems: readonly SettingsProblem[];
  constructor(problems: readonly SettingsProblem[]) {
    super(
      `These settings are not possible: ${problems.map(({ field, message }) => `${field}: ${message}`).join('; ')}`,
    );
    this.problems = problems;
  }
}

function readVersion(stored: StoredVersion): ShopSettingsVersion {
  const parsed = parseSettings(stored.settings);
  if (!parsed.ok) throw new InvalidSettings(parsed.problem);
  return parsed.value;
}
