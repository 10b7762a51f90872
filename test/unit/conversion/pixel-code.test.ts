/** A pixel code as people type and paste it: what is said while they type, and what only at the end. */
import { describe, expect, it } from 'vitest';

import { pixelCodeProblem, tidyPixelCode, typedCodeProblem } from '../../../app/conversion/pixel-code.ts';

const CODE = 'C4A1B2C3D4E5F6G7H8I9';

describe('while it is typed', () => {
  it('nothing is said of a code that is only not finished', () => {
    for (let length = 0; length <= CODE.length; length += 1)
      expect(typedCodeProblem(CODE.slice(0, length))).toBeUndefined();
  });

  it.each([
    ['c4a1', /capital letters/],
    ['C4A1-', /without signs/],
    [`${CODE}J`, /20 characters, this has 21\. Is it the access token/],
  ])('%s is named at once: more typing cannot mend it', (typed, words) => {
    expect(typedCodeProblem(typed)).toMatch(words);
  });

  it('spaces that came along are no mistake', () => {
    expect(typedCodeProblem(tidyPixelCode(` ${CODE.slice(0, 5)} ${CODE.slice(5)}\n`))).toBeUndefined();
  });
});

it('says at the end that it is missing or was cut off', () => {
  expect(pixelCodeProblem('')).toMatch(/Enter the pixel code/);
  expect(pixelCodeProblem(CODE.slice(0, 19))).toMatch(/20 characters, this has 19\. Was it cut off/);
  expect(pixelCodeProblem(CODE)).toBeUndefined();
});
