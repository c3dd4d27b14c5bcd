import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from '../support/patience.ts';

/** The tests of deploy:try, apart from the tests of `npm test`: they need a deployed stage. */
export default defineConfig({
  test: {
    include: ['test/deploy-try/{journey,changes}.ts'],
    reporters: ['verbose'],
    testTimeout: 2 * PATIENCE_MS,
    pool: 'forks', // they take the preload of deploy:try from NODE_OPTIONS
  },
});
