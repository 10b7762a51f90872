/** Draws a product: a plain shape in its colour, so that the sandbox needs no photographs. */

import type { SandboxProduct } from '../world.ts';

const shapes: [words: RegExp, path: string][] = [
  [/jacket|coat/i, 'M72 62l28-14 28 14 26 30-16 16-10-10v54H72V98L62 108 46 92z'],
  [
    /bag|pack/i,
    'M70 78c0-18 12-30 30-30s30 12 30 30v66c0 8-4 12-12 12H82c-8 0-12-4-12-12zM82 108h36v28H82zM86 78h28',
  ],
  [/hat|cap/i, 'M58 112c0-26 18-46 42-46s42 20 42 46c20 2 28 8 28 14H58z'],
  [
    /kitchen|küche|mug/i,
    'M64 68h62v62c0 10-6 16-16 16H80c-10 0-16-6-16-16zM126 82h10c10 0 16 6 16 14s-6 14-16 14h-10',
  ],
  [/sock/i, 'M82 46h34v58l24 20c10 8 4 26-10 26h-14L82 124z'],
  [/bottle/i, 'M90 44h20v14l8 10v80c0 5-3 8-8 8H90c-5 0-8-3-8-8V68l8-10z'],
  [/stationery|paper/i, 'M68 50h64c4 0 6 2 6 6v88c0 4-2 6-6 6H68zM68 50v100M84 74h38M84 90h38M84 106h24'],
  [/gift|geschenk/i, 'M52 70h96v62H52zM100 70v62M52 92h96M100 70c-20-26-34-4 0 0 34-4 20-26 0 0'],
  [
    /bett|decke/i,
    'M56 72h76c10 0 14 5 14 12v60H68c-8 0-12-5-12-12zM56 90h76c8 0 14 4 14 12M56 108h76c8 0 14 4 14 12M76 72v72',
  ],
  [/kerze/i, 'M82 84h36v66H82zM100 84V72M100 48c10 12 10 22 0 24-10-2-10-12 0-24z'],
  [
    /kaffee|coffee/i,
    'M72 56h56l6 14v76H66V70zM100 86c-16 10-16 30 0 40 16-10 16-30 0-40zM100 86c-6 12 6 28 0 40',
  ],
];

export function productPicture(product: SandboxProduct): string {
  const subject = `${product.type} ${product.title}`;
  const path = shapes.find(([words]) => words.test(subject))?.[1] ?? 'M60 60h80v80H60z';
  const { colour } = product;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200"><defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${colour}" stop-opacity=".16"/><stop offset="1" stop-color="${colour}" stop-opacity=".34"/></linearGradient></defs><rect width="200" height="200" fill="#fff"/><rect width="200" height="200" fill="url(#g)"/><ellipse cx="100" cy="164" rx="52" ry="7" fill="${colour}" opacity=".25"/><path d="${path}" fill="${colour}" stroke="#fff" stroke-width="3" stroke-linejoin="round" stroke-linecap="round"/></svg>`;
}
