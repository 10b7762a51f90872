/** Makes received text storable: PostgreSQL takes neither NUL nor half a surrogate pair, in whatever disguise. */

/** A pair of escapes that belongs together, any other \u escape, or any other escape: read left to right. */
const ESCAPES = /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u([0-9a-fA-F]{4})|\\[^u]/g;
const SUSPICIOUS = /\\u(?:0000|[dD][89a-fA-F])/;

/**
 * Cleans JSON text without parsing it, so that long integers stay as they are: NUL is taken out, lone surrogates
 * become U+FFFD. Text without either is returned as it is, for the price of one search.
 */
export function cleanJsonText(raw: string): string {
  let text = raw.includes('\u0000') ? raw.replaceAll('\u0000', '') : raw;
  if (SUSPICIOUS.test(text)) {
    text = text.replace(ESCAPES, (escape: string, unit: string | undefined) => {
      if (unit === undefined) return escape;
      const code = Number.parseInt(unit, 16);
      if (code === 0) return '';
      return code >= 0xd800 && code <= 0xdfff ? '\\ufffd' : escape;
    });
  }
  return text.isWellFormed() ? text : text.toWellFormed();
}
