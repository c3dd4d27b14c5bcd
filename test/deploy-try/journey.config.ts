import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from '../support/patience.ts';

/** The journey of deploy:try, apart from the tests of `npm test`: it needs a deployed stage. */
export default defineConfig({
  test: {
    include: ['test/deploy-try/journey.ts'],
    reporters: ['verbose'],
    testTimeout: 2 * PATIENCE_MS,
    pool: 'forks', // they take the preload of deploy:try from NODE_OPTIONS
  },
});
