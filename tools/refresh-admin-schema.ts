/** Takes the newest introspection of Shopify's Admin API out of npm's @shopify/dev-mcp and puts it into sandbox/data. */

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, type IntrospectionQuery } from 'graphql';

const version = process.argv[2] ?? '2026-10';
const file = `admin_${version}.json.gz`;
const target = path.join(import.meta.dirname, '..', 'sandbox', 'data', file);
const folder = mkdtempSync(path.join(tmpdir(), 'tock-admin-schema-'));

try {
  execFileSync('npm', ['pack', '@shopify/dev-mcp', '--silent', '--pack-destination', folder], {
    stdio: 'inherit',
  });
  const packed = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (!packed) throw new Error('npm pack wrote no package');
  const inside = `package/dist/data/${file}`;
  execFileSync('tar', ['-xzf', path.join(folder, packed), '-C', folder, inside]);
  const read: { data: IntrospectionQuery } = JSON.parse(
    gunzipSync(readFileSync(path.join(folder, inside))).toString(),
  );
  const types = Object.keys(buildClientSchema(read.data, { assumeValid: true }).getTypeMap()).length;
  copyFileSync(path.join(folder, inside), target);
  console.log(`${file} from ${packed}: ${types} types`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
