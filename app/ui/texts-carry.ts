/** The words of the page for exporting and importing settings, ready for translation. */

export const CARRY_TEXT = {
  title: 'Export and import settings',
  intro: 'Carry a set-up to another store, or keep a copy of it.',
  export: 'Export',
  exportText:
    'A file with everything under Events, Order sources, Values and products, and Settings. No access tokens, no addresses and no orders are in it.',
  download: 'Download the file',
  import: 'Import',
  importText:
    'Choose a settings file from Tock, or paste it. You see what would change before anything does. Pixels are matched by their code, then by their name; a file with one pixel fits every pixel here.',
  file: 'Choose a settings file',
  paste: 'Or paste it',
  look: 'Show what would change',
  changes: 'What would change',
  nothing: 'Nothing would change. The file says what is set here already.',
  apply: 'Apply these changes',
  sure: (changes: number): string =>
    changes === 1 ? 'Change this setting of your store?' : `Change ${changes} settings of your store?`,
  surePoints: [
    'From now on your store works by the settings of the file: which events and orders are sent, with what value, and under which consent.',
    'You can undo it. What was sent or kept back until then stays as it is.',
  ],
  cancel: 'Leave it as it is',
  refused: 'This file cannot be used. Nothing was changed.',
  changedMeanwhile: 'The settings were changed meanwhile. Look again at what would change.',
  unused: (names: string[]): string =>
    `In the file, but not here: ${names.join(', ')}. These pixels are left out.`,
  untouched: (names: string[]): string =>
    `Here, but not in the file: ${names.join(', ')}. These pixels stay as they are.`,
  empty: 'Choose a file or paste its text first.',
} as const;
