/** Many rows in one statement: columns become arrays, `unnest` makes them rows again. */

interface Column<Row> {
  name: string;
  /** PostgreSQL's element type, such as `bigint` or `text`. */
  type: string;
  value: (row: Row) => unknown;
}

export interface Multirow<Row> {
  /** `a, b, c` */
  names: string;
  /** `r.a, r.b, r.c` */
  chosen: string;
  /** `unnest($1::bigint[], …) AS r(a, b, c)`, its parameters beginning after `before` others. */
  from(before?: number): string;
  values(rows: readonly Row[]): unknown[][];
}

export function multirow<Row>(columns: readonly Column<Row>[]): Multirow<Row> {
  const names = columns.map(({ name }) => name).join(', ');
  return {
    names,
    chosen: columns.map(({ name }) => `r.${name}`).join(', '),
    from: (before = 0) =>
      `unnest(${columns.map(({ type }, at) => `$${before + at + 1}::${type}[]`).join(', ')}) AS r(${names})`,
    values: (rows) => columns.map(({ value }) => rows.map(value)),
  };
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
