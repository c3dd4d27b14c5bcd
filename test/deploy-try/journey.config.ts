import { defineConfig } from 'vitest/config';

/** The journey of deploy:try, apart from the tests of `npm test`: it needs a deployed stage. */
export default defineConfig({
  test: {
    include: ['test/deploy-try/journey.ts'],
    reporters: ['verbose'],
    testTimeout: 240_000,
    pool: 'forks', // they take the preload of deploy:try from NODE_OPTIONS
  },
});
