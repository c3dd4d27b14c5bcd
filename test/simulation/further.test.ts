import { describe, expect, test } from 'vitest';
import { Coverage } from './coverage.ts';
import { ALL_FURTHER_KINDS } from './fault-kinds.ts';
import { MOVES_OF_LETTERS } from './find-holes.ts';
import { findBug } from './planted.ts';
import { FURTHER_BUGS } from './planted-further-bugs.ts';
import { LIVE_BUGS } from './planted-live-bugs.ts';
import { runThreads } from './run-threads.ts';
import type { Scenario } from './workload.ts';

const MINUTE_MS = 60_000;

/** How many histories of each are run here; `npm run simulate -- --scenario NAME` runs more. */
const HISTORIES: readonly (readonly [scenario: Scenario, count: number, first?: number])[] = [
  ['schedules-calm', 15],
  ['schedules', 80],
  ['consumers-calm', 15],
  ['consumers', 120],
  ['verbs', 80],
  ['paced-calm', 15],
  ['paced', 60],
  ['live-calm', 20],
  ['live', 60],
  ['letters', 90, 1_001],
];

/** What calls and fires must have come to in these histories, by the names coverage has for it. */
const MUST_HIT = [
  'fire:cron FIRED',
  'fire:cron SKIPPED OVERLAP',
  'fire:cron SKIPPED PAUSED',
  'fire:cron MISSED TOO_LATE',
  'fire:cron MISSED SUPERSEDED',
  'fire:once FIRED',
  'fire:trigger FIRED',
  'schedule:update 200',
  'schedule:patch 200',
  'schedule:resume 200',
  'consumer:launch 202',
  'consumer:launch 409',
  'consumer:verbs 202',
  'live:inline 200',
  'live:inline 429 LIMIT_REACHED',
  'live:waited 200',
  'live:waited 202',
  'live:waited 409 IDEMPOTENCY_IN_FLIGHT',
  'live:waited 409 IDEMPOTENCY_MISMATCH',
  'live:waited 424 ACTION_FAILED',
  'live:waited 200 again',
  'live:waited 202 again',
  'live:cancel 200',
  'live:cancel 409',
  'live:handed over, then SUCCEEDED',
  'live:handed over, then STOPPED',
  'live:handed over by the sweep',
  'burial:page INPUT_FAILED',
  'burial:page CARRIED_ON',
  'burial:page NOTHING',
  'burial:dispatch RUN_ENDED',
  'burial:dispatch CARRIED_ON',
  'burial:dispatch NOTHING',
  'burial:callback CALLBACK_FAILED',
  'burial:callback NOTHING',
  'burial:fire FIRE_MISSED',
  'burial:fire CARRIED_ON',
  'burial:tend NOTHING',
  ...MOVES_OF_LETTERS.map((move) => `move:${move}`),
];

const coverage = new Coverage();

describe('schedules, careful consumers, paced actions and dead letters under a seeded adversary', () => {
  test.each(HISTORIES.map(([scenario, count, first = 1]) => ({ scenario, count, first })))(
    'keep every promise in histories of $scenario',
    async ({ scenario, count, first }) => {
      const outcome = await runThreads({ first, count }, { scenario });
      coverage.add(outcome.coverage.counts);
      const broken = outcome.failed.map(
        ({ seed, violations: [first] }) =>
          `${first?.check ?? ''}: ${first?.message ?? ''} (npm run simulate -- --seed ${seed} --scenario ${scenario})`,
      );
      expect(broken).toEqual([]);
    },
    5 * MINUTE_MS,
  );

  test.each(['schedules', 'consumers', 'live'] as const)(
    'go the same way with the same seed in histories of %s',
    async (scenario) => {
      const { unlike } = await runThreads({ first: 11, count: 10 }, { scenario, twice: true });
      expect(unlike).toEqual([]);
    },
    2 * MINUTE_MS,
  );

  test('meet every further fault and everything that can come of a time', () => {
    const lacking = [...ALL_FURTHER_KINDS.map((kind) => `fault:${kind}`), ...MUST_HIT];
    expect(lacking.filter((name) => coverage.count(name) === 0)).toEqual([]);
  });
});

test.each(
  [...FURTHER_BUGS, ...LIVE_BUGS].filter(({ name }) =>
    ['deleted-schedule-fires', 'key-taken-twice', 'one-call-more-a-window', 'link-to-the-same-page'].includes(name),
  ),
)(
  'the checker finds the planted bug $name',
  async (bug) => {
    expect((await findBug(bug, 100)).check).not.toBeNull();
  },
  MINUTE_MS,
);
