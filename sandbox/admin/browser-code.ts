/** Compiles the scripts that run in the browser, once for each process. */

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const compiled = new Map<string, Promise<string>>();

export function browserCode(name: 'app-bridge' | 'shell'): Promise<string> {
  const known = compiled.get(name);
  if (known) return known;
  const code = build({
    entryPoints: [fileURLToPath(new URL(`browser/${name}.ts`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? '');
  compiled.set(name, code);
  return code;
}
