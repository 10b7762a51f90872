/** Reads as much TOML as Shopify's app and extension files use; anything else is refused with its line. */

export type TomlValue = string | number | boolean | TomlValue[] | TomlTable;
export interface TomlTable {
  [key: string]: TomlValue;
}

export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value);
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): TomlTable {
    const root: TomlTable = {};
    let table = root;
    for (this.#skip(true); this.#at < this.#text.length; this.#skip(true)) {
      if (this.#take('[[')) {
        table = this.#append(root, this.#path());
        this.#demand(']]');
      } else if (this.#take('[')) {
        table = this.#descend(root, this.#path());
        this.#demand(']');
      } else {
        this.#pair(table);
      }
      this.#endOfLine();
    }
    return root;
  }

  #pair(table: TomlTable) {
    const path = this.#path();
    this.#demand('=');
    this.#skip(false);
    const last = path.pop() ?? this.#refuse('a key');
    const owner = this.#descend(table, path);
    if (Object.hasOwn(owner, last)) this.#refuse(`"${last}" only once`);
    owner[last] = this.#value();
  }

  #path(): string[] {
    const path: string[] = [];
    do {
      this.#skip(false);
      const quote = this.#text[this.#at];
      path.push(quote === '"' || quote === "'" ? this.#string() : this.#match(/[A-Za-z0-9_-]+/y, 'a key'));
      this.#skip(false);
    } while (this.#take('.'));
    return path;
  }

  #descend(from: TomlTable, path: string[]): TomlTable {
    let table = from;
    for (const key of path) {
      const next = (table[key] ??= {});
      const last = Array.isArray(next) ? next.at(-1) : next;
      if (!isTable(last)) return this.#refuse(`"${key}" to be a table`);
      table = last;
    }
    return table;
  }

  #append(root: TomlTable, path: string[]): TomlTable {
    const last = path.pop() ?? this.#refuse('a table name');
    const list = (this.#descend(root, path)[last] ??= []);
    if (!Array.isArray(list)) return this.#refuse(`"${last}" to be an array of tables`);
    const table: TomlTable = {};
    list.push(table);
    return table;
  }

  #value(): TomlValue {
    const start = this.#text[this.#at];
    if (start === '"' || start === "'") return this.#string();
    if (this.#take('[')) {
      const list: TomlValue[] = [];
      for (this.#skip(true); !this.#take(']'); this.#skip(true)) {
        list.push(this.#value());
        this.#skip(true);
        if (!this.#take(',') && this.#text[this.#at] !== ']') this.#refuse('a comma or the end of the list');
      }
      return list;
    }
    if (this.#take('{')) {
      const table: TomlTable = {};
      for (this.#skip(false); !this.#take('}'); this.#skip(false)) {
        this.#pair(table);
        this.#skip(false);
        if (!this.#take(',') && this.#text[this.#at] !== '}') this.#refuse('a comma or the end of the table');
      }
      return table;
    }
    const word = this.#match(/[A-Za-z0-9_.+-]+/y, 'a value');
    if (word === 'true') return true;
    if (word === 'false') return false;
    const number = Number(word.replaceAll('_', ''));
    return Number.isNaN(number) ? this.#refuse('a value') : number;
  }

  #string(): string {
    if (this.#take('"""')) {
      const end = this.#text.indexOf('"""', this.#at);
      if (end < 0) return this.#refuse('the end of the text');
      const text = this.#text.slice(this.#at, end).replace(/^\n/, '');
      this.#at = end + 3;
      return text;
    }
    if (this.#take("'")) {
      const text = this.#match(/[^'\n]*/y, 'text');
      this.#demand("'");
      return text;
    }
    const quoted = this.#match(/"(?:[^"\\\n]|\\.)*"/y, 'text in quotes');
    const text: unknown = JSON.parse(quoted);
    return String(text);
  }

  #skip(lines: boolean) {
    const blank = lines ? /(?:\s|#[^\n]*)*/y : /[ \t]*/y;
    blank.lastIndex = this.#at;
    this.#at += blank.exec(this.#text)?.[0].length ?? 0;
  }

  #endOfLine() {
    this.#match(/[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y, 'the end of the line');
  }

  #match(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) return this.#refuse(what);
    this.#at += found[0].length;
    return found[0];
  }

  #take(mark: string): boolean {
    if (!this.#text.startsWith(mark, this.#at)) return false;
    this.#at += mark.length;
    return true;
  }

  #demand(mark: string) {
    this.#skip(false);
    if (!this.#take(mark)) this.#refuse(`"${mark}"`);
  }

  #refuse(expected: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    throw new Error(`Line ${line} of the TOML: expected ${expected}`);
  }
}

export function parseToml(text: string): TomlTable {
  return new Reader(text).read();
}
