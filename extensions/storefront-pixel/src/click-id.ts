/** Finds TikTok's click id in an address, however it was wrapped on its way. */

/** An id longer than this is no click id but an accident; TikTok speaks of up to 1,000 characters. */
const LONGEST = 2_000;
/** An address inside an address inside an address: ad networks and link shorteners wrap no deeper. */
const LAYERS = 4;

/**
 * The value of `ttclid` in any letter case, in the query, the fragment or an encoded address within them.
 * The value itself is never changed: the case of a click id matters.
 */
export function clickIdIn(address: string): string | undefined {
  let text = address;
  for (let layer = 0; layer < LAYERS; layer += 1) {
    const found = /[?&#;]ttclid=([^&#;\s"'<>]+)/i.exec(text)?.[1];
    const value = found && decoded(found);
    if (value && isClickId(value)) return value;
    const next = decoded(text);
    if (next === text) return undefined;
    text = next;
  }
  return undefined;
}

/** Ad macros that were never filled in (`__CLICKID__`) and impossible lengths are no click. */
function isClickId(value: string): boolean {
  return value.length <= LONGEST && !/^__\w*__$/.test(value) && !/[\s{}]/.test(value);
}

/** A broken escape anywhere would make decodeURIComponent throw for the whole text, so each run is tried alone. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}
