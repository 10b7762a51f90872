/** The guides' pictures, drawn here as SVG: schematic, so that they stay right when somebody's page changes its looks. */

const WIDTH = 640;
const INK = '#303030';
const QUIET = '#8a8a8a';
const LINE = '#c9c9c9';
const MARK = '#0b66c2';
const WRONG = '#b3261e';
const RIGHT = '#0c7a43';

const box = (x: number, y: number, width: number, height: number, fill = '#ffffff', stroke = LINE): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${fill}" stroke="${stroke}"/>`;

const words = (
  x: number,
  y: number,
  text: string,
  { bold = false, fill = INK, size = 14, anchor = 'start' } = {},
): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}"${bold ? ' font-weight="600"' : ''}>${text}</text>`;

/** Where the eye goes, in order. */
const step = (x: number, y: number, number: number): string =>
  `<circle cx="${x}" cy="${y}" r="12" fill="${MARK}"/>${words(x, y + 5, String(number), { bold: true, fill: '#ffffff', anchor: 'middle' })}`;

const marked = (x: number, y: number, width: number, height: number): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="#e8f1fb" stroke="${MARK}" stroke-width="2"/>`;

const arrow = (x1: number, y1: number, x2: number, y2: number, stroke: string): string =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${stroke}" stroke-width="2" marker-end="url(#${stroke === WRONG ? 'wrong' : 'right'})"/>`;

const tip = (id: string, fill: string): string =>
  `<marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="${fill}"/></marker>`;

const picture = (height: number, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif">`,
    `<defs>${tip('wrong', WRONG)}${tip('right', RIGHT)}</defs>`,
    `<rect width="${WIDTH}" height="${height}" fill="#f6f6f7"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');

const DRAWN = {
  'two-senders': picture(220, [
    box(20, 80, 120, 60),
    words(80, 115, 'Your store', { bold: true, anchor: 'middle' }),
    box(230, 20, 160, 60),
    words(310, 45, 'TikTok’s own app', { bold: true, anchor: 'middle' }),
    words(310, 65, 'data sharing on', { fill: WRONG, size: 13, anchor: 'middle' }),
    box(230, 140, 160, 60),
    words(310, 175, 'Tock', { bold: true, anchor: 'middle' }),
    box(480, 80, 140, 60),
    words(550, 105, 'Your pixel', { bold: true, anchor: 'middle' }),
    words(550, 125, '1 order counted 2 ×', { fill: WRONG, size: 13, anchor: 'middle' }),
    arrow(140, 98, 228, 56, WRONG),
    arrow(140, 122, 228, 164, RIGHT),
    arrow(390, 54, 478, 96, WRONG),
    arrow(390, 166, 478, 124, RIGHT),
  ]),
  'data-sharing-off': picture(270, [
    box(20, 20, 600, 230),
    box(20, 20, 150, 230, '#ebebeb'),
    words(40, 55, 'Home', { fill: QUIET }),
    words(40, 85, 'Orders', { fill: QUIET }),
    words(40, 115, 'Apps', { bold: true }),
    marked(36, 128, 118, 32),
    words(50, 149, 'TikTok', { bold: true }),
    step(152, 128, 1),
    marked(200, 40, 100, 32),
    words(216, 61, 'Settings', { bold: true }),
    step(298, 40, 2),
    words(330, 61, 'Overview', { fill: QUIET }),
    box(200, 95, 400, 130),
    words(220, 125, 'Data sharing', { bold: true, size: 16 }),
    words(220, 150, 'Standard · Enhanced · Maximum', { fill: QUIET }),
    words(220, 185, 'All three levels send to your pixel.', { size: 13 }),
    words(220, 205, 'Switch sharing off, then save.', { size: 13 }),
    marked(520, 106, 62, 30),
    `<rect x="532" y="112" width="38" height="18" rx="9" fill="#b5b5b5"/><circle cx="541" cy="121" r="7" fill="#ffffff"/>`,
    step(582, 106, 3),
    words(551, 154, 'Off', { bold: true, anchor: 'middle' }),
  ]),
  'app-pixels': picture(230, [
    box(20, 20, 600, 190),
    box(20, 20, 170, 190, '#ebebeb'),
    words(40, 55, 'Settings', { bold: true }),
    words(40, 85, 'General', { fill: QUIET }),
    marked(34, 100, 142, 32),
    words(46, 121, 'Customer events', { bold: true }),
    step(176, 100, 1),
    marked(220, 38, 110, 32),
    words(236, 59, 'App pixels', { bold: true }),
    step(330, 38, 2),
    words(356, 59, 'Custom pixels', { fill: QUIET }),
    box(220, 90, 380, 46),
    words(240, 118, 'TikTok', { bold: true }),
    marked(478, 97, 110, 32),
    words(533, 118, 'Disconnect', { bold: true, anchor: 'middle' }),
    step(588, 97, 3),
    box(220, 146, 380, 46),
    words(240, 174, 'Tock', { bold: true }),
    words(533, 174, 'Connected', { fill: RIGHT, anchor: 'middle' }),
  ]),
  'pixel-code': picture(200, [
    box(20, 20, 600, 160),
    words(40, 52, 'Events Manager', { bold: true, size: 16 }),
    words(40, 78, 'Data sources', { fill: QUIET }),
    box(40, 95, 560, 62),
    words(60, 121, 'My store’s pixel', { bold: true }),
    marked(54, 130, 240, 24),
    words(62, 147, 'C0EXAMPLE0PIXEL0CODE', { size: 13 }),
    step(294, 130, 1),
    words(320, 147, '20 capital letters and digits', { fill: QUIET, size: 13 }),
  ]),
} as const;

export type Drawing = keyof typeof DRAWN;

export const DRAWINGS = Object.keys(DRAWN) as readonly Drawing[];

export const drawingSvg = (drawing: Drawing): string => DRAWN[drawing];
