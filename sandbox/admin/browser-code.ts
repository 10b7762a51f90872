/** Compiles the scripts that run in the browser, once for each process. */

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const sources = {
  'app-bridge': new URL('./browser/app-bridge.ts', import.meta.url),
  shell: new URL('./browser/shell.ts', import.meta.url),
};

const compiled = new Map<string, Promise<string>>();

export function browserCode(name: keyof typeof sources): Promise<string> {
  const known = compiled.get(name);
  if (known) return known;
  const code = build({
    entryPoints: [fileURLToPath(sources[name])],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? '');
  compiled.set(name, code);
  return code;
}
