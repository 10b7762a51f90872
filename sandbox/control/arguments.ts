/** Reads what a control command is given, from JSON or from a form, and says in words what does not fit. */

export interface Arguments {
  all: Record<string, unknown>;
  has(name: string): boolean;
  text(name: string): string;
  /** Absent and empty are the same. */
  optionalText(name: string): string | undefined;
  number(name: string, otherwise: number): number;
  optionalNumber(name: string): number | undefined;
  /** 0 to 1. */
  share(name: string, otherwise: number): number;
  flag(name: string, otherwise: boolean): boolean;
  list(name: string, otherwise: string[]): string[];
  choice<T extends string>(name: string, choices: readonly T[], otherwise: T): T;
}

export function readArguments(given: unknown): Arguments {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new Error('The arguments must be a JSON object.');
  }
  const all: Record<string, unknown> = { ...given };
  const present = (name: string) => all[name] !== undefined && all[name] !== null && all[name] !== '';
  const optionalText = (name: string) => (present(name) ? String(all[name]) : undefined);
  const optionalNumber = (name: string) => {
    if (!present(name)) return undefined;
    const value = Number(all[name]);
    if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number, zero or more.`);
    return value;
  };
  return {
    all,
    has: (name) => name in all,
    optionalText,
    optionalNumber,
    text(name) {
      const value = optionalText(name);
      if (value === undefined) throw new Error(`${name} is missing.`);
      return value;
    },
    number: (name, otherwise) => optionalNumber(name) ?? otherwise,
    share(name, otherwise) {
      const value = optionalNumber(name) ?? otherwise;
      if (value > 1) throw new Error(`${name} must lie between 0 and 1.`);
      return value;
    },
    flag(name, otherwise) {
      if (!present(name)) return otherwise;
      const value = String(all[name]);
      if (['true', 'on', '1', 'yes'].includes(value)) return true;
      if (['false', 'off', '0', 'no'].includes(value)) return false;
      throw new Error(`${name} must be true or false.`);
    },
    list(name, otherwise) {
      const value = all[name];
      if (value === undefined) return otherwise;
      const items: unknown[] = Array.isArray(value) ? value : String(value).split(',');
      return items.map((item) => String(item).trim()).filter((item) => item !== '');
    },
    choice(name, choices, otherwise) {
      const value = optionalText(name);
      if (value === undefined) return otherwise;
      const known = choices.find((choice) => choice === value);
      if (known === undefined) throw new Error(`${name} must be one of ${choices.join(', ')}.`);
      return known;
    },
  };
}
