/**
 * Tables as CSV files, made line by line while they are read, with cells that no spreadsheet runs.
 *
 * How a download reaches staff: the app lives in the admin's frame, where a plain link carries no session token and
 * would be sent to sign in. So a page fetches the file (App Bridge adds the token), makes a file of the answer and saves
 * that: `useDownload` in `ui/download.ts`. The other end is a route that answers `fileAnswer` of `ui/download.ts` with
 * the lines that a room made of `csvLines`. A download is a POST where what it asks for must not be in an address.
 */

/** A whole number, a decimal text, a word; null and undefined are an empty cell. */
export type CsvCell = string | number | bigint | null | undefined;

/** Excel reads UTF-8 as such only behind this mark; everything else skips it. */
const BYTE_ORDER_MARK = '\uFEFF';
/** RFC 4180. */
const LINE_END = '\r\n';
/** Lines that travel together, so that a long file is not a hundred thousand tiny parts. */
const LINES_A_PART = 500;

/**
 * What Excel, LibreOffice and Google Sheets take for a formula by its first sign, whole-width forms and what they skip
 * before it included.
 */
const FORMULA = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\u2212\t\r\n]/u;
const NUMBER = /^-?\d+(\.\d+)?$/;

/** Quoted where it must be; what a spreadsheet would run gets an apostrophe in front, which makes it text. */
export function csvCell(cell: CsvCell): string {
  if (cell === null || cell === undefined) return '';
  const text = String(cell).replaceAll('\u0000', '');
  // A negative amount begins with a formula's sign and is none: it must stay a number.
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The file in parts: its heading, then the rows as they come. Nothing is kept of what was handed on. */
export async function* csvLines(
  heading: readonly string[],
  rows: AsyncIterable<readonly CsvCell[]>,
): AsyncGenerator<string, void> {
  const line = (cells: readonly CsvCell[]): string => cells.map(csvCell).join(',') + LINE_END;
  let part = BYTE_ORDER_MARK + line(heading);
  let lines = 1;
  for await (const row of rows) {
    part += line(row);
    lines += 1;
    if (lines < LINES_A_PART) continue;
    yield part;
    part = '';
    lines = 0;
  }
  if (part !== '') yield part;
}
