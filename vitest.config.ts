import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';
import { PATIENCE_MS } from './test/support/patience.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    globalSetup: ['test/support/remove-shared-build.ts'],
    // Against hanging only: no test depends on how fast the machine is.
    testTimeout: 2 * PATIENCE_MS,
    hookTimeout: 2 * PATIENCE_MS,
    // Not threads: V8 aborts the whole process now and then where threads of it compile side by side ("Check failed:
    // jit_page.has_value()").
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    // Journeys mostly wait: also on two cores three files go side by side.
    maxWorkers: Math.max(3, availableParallelism() - 1),
  },
});
