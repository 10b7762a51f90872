/** What an image is made of agrees with what the project says of itself. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const text = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const pack: {
  engines: { node: string };
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
} = JSON.parse(text('package.json'));
const dockerfile = text('Dockerfile');
const version = (written: string): number[] =>
  (/\d+(\.\d+)*/.exec(written)?.[0] ?? '').split('.').map(Number);

describe('Node', () => {
  const pinned = pack.devDependencies['node'] ?? '';

  test('is pinned once, and .node-version names the same', () => {
    expect(pinned).toMatch(/^\d+\.\d+\.\d+$/);
    expect(text('.node-version').trim()).toBe(pinned);
  });

  test('is of the line that engines, the start and the image ask for', () => {
    const [major, minor] = version(pinned);
    const [needed, neededMinor] = version(pack.engines.node);
    expect(needed).toBe(major);
    expect(minor).toBeGreaterThanOrEqual(neededMinor ?? 0);
    expect(text('app/start.js')).toContain(`const NEEDED = [${needed}, ${neededMinor}];`);
    for (const [, image] of dockerfile.matchAll(/^FROM (\S+)/gm)) expect(image).toBe(`node:${major}-slim`);
  });
});

test('every version is exact', () => {
  for (const list of [pack.dependencies, pack.optionalDependencies, pack.devDependencies])
    for (const [name, pinned] of Object.entries(list)) expect(pinned, name).toMatch(/^\d/);
});

describe('the image', () => {
  const copied = [...dockerfile.matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map(([, name]) => name);

  test('holds what runs, and neither sandbox nor tests nor a compiler', () => {
    expect(copied.sort()).toEqual(['app', 'build', 'node_modules', 'package.json', 'prisma']);
    expect(dockerfile).toContain('npm prune --omit=dev');
    for (const name of ['sandbox', 'test']) expect(text('.dockerignore').split('\n')).toContain(name);
  });

  test('builds from what .dockerignore lets in', () => {
    const ignored = text('.dockerignore').split('\n').filter(Boolean);
    for (const needed of ['app', 'extensions', 'prisma', 'tools', 'package-lock.json', 'vite.config.ts']) {
      expect(ignored).not.toContain(needed);
      expect(existsSync(new URL(`../../../${needed}`, import.meta.url))).toBe(true);
    }
  });

  test('does not run as root, says how it is, and starts what npm start starts', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^HEALTHCHECK /m);
    expect(last).toContain('/healthz');
    const command: unknown = JSON.parse(/^CMD (\[.+\])$/m.exec(last)?.[1] ?? 'null');
    expect(Array.isArray(command) ? command.join(' ') : null).toBe(pack.scripts['start']);
  });
});
