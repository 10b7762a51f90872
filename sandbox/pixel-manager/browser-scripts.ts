/** Builds the sandbox's own browser scripts once per process; they are small and made of a few files each. */

import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

export interface BrowserScript {
  text: string;
  /** Changes with the content, so that browsers may keep it for ever. */
  version: string;
}

const built = new Map<string, BrowserScript>();

export function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

export function browserScript(entry: URL): BrowserScript {
  const known = built.get(entry.href);
  if (known) return known;
  const result = buildSync({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    minify: true,
    logLevel: 'silent',
  });
  const text = result.outputFiles[0]?.text ?? '';
  const made = { text, version: versionOf(text) };
  built.set(entry.href, made);
  return made;
}
