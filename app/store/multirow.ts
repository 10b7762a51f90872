/** Many rows in one statement: columns become arrays, `unnest` makes them rows again. */
import { UnstorableRow } from './arrivals.ts';

export interface Column<Row> {
  name: string;
  type: keyof typeof ELEMENTS;
  value: (row: Row) => Value;
}

type Value = string | number | bigint | boolean | Date | Buffer | null;

export interface Multirow<Row> {
  /** `a, b, c` */
  names: string;
  /** `r.a, r.b, r.c` */
  chosen: string;
  /** `unnest($1::bigint[], …) AS r(a, b, c)`, its parameters beginning after `before` others. */
  from(before?: number): string;
  /** One array for each column, in PostgreSQL's own binary form: nothing is written out in digits and read again. */
  values(rows: readonly Row[]): Buffer[];
}

export function multirow<Row>(columns: readonly Column<Row>[]): Multirow<Row> {
  const names = columns.map(({ name }) => name).join(', ');
  return {
    names,
    chosen: columns.map(({ name }) => `r.${name}`).join(', '),
    from: (before = 0) =>
      `unnest(${columns.map(({ type }, at) => `$${before + at + 1}::${type}[]`).join(', ')}) AS r(${names})`,
    values: (rows) => columns.map(({ type, value }) => arrayOf(ELEMENTS[type], rows.map(value))),
  };
}

interface Element {
  /** As PostgreSQL's catalogue numbers the type. */
  oid: number;
  bytes(value: NonNullable<Value>): number;
  /** Into a place that has as many bytes as that. */
  write(value: NonNullable<Value>, into: Buffer, at: number): void;
}

const DAY_MS = 86_400_000;
/** PostgreSQL counts its days and microseconds from there. */
const EPOCH_MS = Date.UTC(2000, 0);

function unstorable(value: Value, type: string): never {
  throw new UnstorableRow(`A value of the kind ${typeof value} cannot be stored as ${type}.`);
}

const whole = (bytes: 2 | 4, oid: number, type: string): Element => ({
  oid,
  bytes: () => bytes,
  write(value, into, at) {
    const limit = 2 ** (bytes * 8 - 1);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < -limit || value >= limit)
      return unstorable(value, type);
    into.writeIntBE(value, at, bytes);
  },
});

function writeLong(value: number, into: Buffer, at: number): void {
  const high = Math.floor(value / 2 ** 32);
  into.writeInt32BE(high, at);
  into.writeUInt32BE(value - high * 2 ** 32, at + 4);
}

const ELEMENTS = {
  bool: {
    oid: 16,
    bytes: () => 1,
    write: (value, into, at) => void into.writeInt8(value === true ? 1 : 0, at),
  },
  bytea: {
    oid: 17,
    bytes: (value) => (value instanceof Buffer ? value.length : unstorable(value, 'bytea')),
    write: (value, into, at) => void (value instanceof Buffer && value.copy(into, at)),
  },
  bigint: {
    oid: 20,
    bytes: () => 8,
    write(value, into, at) {
      if (!/^-?\d{1,19}$/.test(String(value))) return unstorable(value, 'bigint');
      const number = Number(value);
      if (Number.isSafeInteger(number)) return writeLong(number, into, at);
      const long = BigInt(String(value));
      if (BigInt.asIntN(64, long) !== long) return unstorable(value, 'bigint');
      into.writeBigInt64BE(long, at);
    },
  },
  smallint: whole(2, 21, 'smallint'),
  int: whole(4, 23, 'int'),
  text: {
    oid: 25,
    bytes: (value) => (typeof value === 'string' ? Buffer.byteLength(value) : unstorable(value, 'text')),
    write: (value, into, at) => void (typeof value === 'string' && into.write(value, at)),
  },
  date: {
    oid: 1082,
    bytes: () => 4,
    write(value, into, at) {
      const day = typeof value === 'string' ? (Date.parse(`${value}T00:00:00Z`) - EPOCH_MS) / DAY_MS : NaN;
      if (!Number.isInteger(day)) return unstorable(value, 'date');
      into.writeInt32BE(day, at);
    },
  },
  timestamptz: {
    oid: 1184,
    bytes: () => 8,
    write(value, into, at) {
      const micros = value instanceof Date ? (value.getTime() - EPOCH_MS) * 1_000 : NaN;
      if (!Number.isSafeInteger(micros)) return unstorable(value, 'timestamptz');
      writeLong(micros, into, at);
    },
  },
} satisfies Record<string, Element>;

/** Dimensions, whether there are nulls, the type; then the length and where counting begins. */
const HEAD_BYTES = 20;
const NULL_LENGTH = -1;

function arrayOf(element: Element, values: readonly Value[]): Buffer {
  let size = HEAD_BYTES;
  const lengths = values.map((value) => {
    const bytes = value === null ? NULL_LENGTH : element.bytes(value);
    size += 4 + Math.max(0, bytes);
    return bytes;
  });
  const array = Buffer.allocUnsafe(size);
  array.writeInt32BE(1, 0);
  array.writeInt32BE(lengths.includes(NULL_LENGTH) ? 1 : 0, 4);
  array.writeInt32BE(element.oid, 8);
  array.writeInt32BE(values.length, 12);
  array.writeInt32BE(1, 16);
  let at = HEAD_BYTES;
  values.forEach((value, place) => {
    const bytes = lengths[place] ?? NULL_LENGTH;
    array.writeInt32BE(bytes, at);
    at += 4;
    if (value === null) return;
    element.write(value, array, at);
    at += bytes;
  });
  return array;
}

/** Text as PostgreSQL takes it: without NUL, without half a surrogate pair. */
export function storable(text: string): string {
  const whole = text.includes('\u0000') ? text.replaceAll('\u0000', '') : text;
  return whole.isWellFormed() ? whole : whole.toWellFormed();
}

/** Shop and number order, in which every statement takes its locks, so that two groups never wait for each other. */
export function byNumber(a: string, b: string): number {
  return a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
}
