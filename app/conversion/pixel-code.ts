/** What TikTok's pixel codes look like, and what people paste instead; checked as it is typed and again when saved. */

const LENGTH = 20;

/** Drops what copying brings along: spaces around and between. */
export const tidyPixelCode = (text: string): string => text.replace(/\s+/g, '');

/** What is wrong with a tidied pixel code, in words; undefined when nothing is. */
export function pixelCodeProblem(code: string): string | undefined {
  if (code === '') return 'Enter the pixel code. TikTok Events Manager shows it under the pixel’s name.';
  if (/[a-z]/.test(code) && /^[A-Za-z0-9]+$/.test(code))
    return 'A pixel code has capital letters and digits only. Copy it again from Events Manager.';
  if (!/^[A-Z0-9]+$/.test(code)) return 'A pixel code has capital letters and digits only, without signs.';
  if (code.length < LENGTH)
    return `A pixel code has ${LENGTH} characters, this has ${code.length}. Was it cut off while copying?`;
  if (code.length > LENGTH)
    return `A pixel code has ${LENGTH} characters, this has ${code.length}. Is it the access token?`;
  return undefined;
}

/** While it is typed: only what more typing cannot mend. */
export function typedCodeProblem(code: string): string | undefined {
  return code.length < LENGTH && /^[A-Z0-9]*$/.test(code) ? undefined : pixelCodeProblem(code);
}
