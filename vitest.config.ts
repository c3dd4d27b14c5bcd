import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';
import { PATIENCE_MS } from './test/support/patience.ts';

/** Tests that call the API of a system, most of them of the one that the files of a process share. */
const JOURNEYS = ['test/journeys/**/*.test.ts'];
/** Tests that start systems, processes or compilers, or change their process: each file in a process of its own. */
const SYSTEMS = ['test/{simulation,infra,guards,process}/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    // Against hanging only: no test depends on how fast the machine is.
    testTimeout: 2 * PATIENCE_MS,
    hookTimeout: 2 * PATIENCE_MS,
    // Not threads: V8 aborts the whole process now and then where threads of it compile side by side ("Check failed:
    // jit_page.has_value()").
    pool: 'forks',
    // What one process has compiled the next one reads.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compile') },
    sequence: { sequencer: LongestFirst },
    // Journeys mostly wait: also on two cores three files go side by side.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: 'journeys',
          include: JOURNEYS,
          globalSetup: ['test/support/remove-shared-build.ts'],
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'systems', include: SYSTEMS, globalSetup: ['test/support/remove-shared-build.ts'] },
      },
      {
        extends: true,
        // Files share a process, and what they import is warm.
        test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: [...JOURNEYS, ...SYSTEMS], isolate: false },
      },
    ],
  },
});
