/** Three kinds of tests: unit (values only), integration (real PostgreSQL), browser (real Chromium). */
import { defineConfig } from 'vitest/config';

/**
 * Files share their worker's modules: loading the app anew for each costs more than most of them do. What a file leaves
 * open or changes for the others would show, and `setup.ts` looks for it.
 */
const shared = { setupFiles: ['test/support/setup.ts'], pool: 'forks' as const, isolate: false };

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      { test: { ...shared, name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          ...shared,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          // Nothing is timed: only what hangs is ended, on however busy a machine.
          testTimeout: 90_000,
          hookTimeout: 120_000,
          // They wait for PostgreSQL and for processes most of the time: more files at once than processors.
          maxWorkers: 4,
        },
      },
      {
        test: {
          ...shared,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 90_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
