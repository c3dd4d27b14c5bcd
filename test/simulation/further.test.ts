import { describe, expect, test } from 'vitest';
import { Coverage } from './coverage.ts';
import { ALL_FURTHER_KINDS } from './fault-kinds.ts';
import { MOVES_OF_UPLOADS } from './find-holes.ts';
import { findBug } from './planted.ts';
import { FURTHER_BUGS } from './planted-further-bugs.ts';
import { UPLOAD_BUGS } from './planted-upload-bugs.ts';
import { runThreads } from './run-threads.ts';
import type { Scenario } from './workload.ts';

const MINUTE_MS = 60_000;

/** How many histories of each are run here; `npm run simulate -- --scenario NAME` runs more. */
const HISTORIES: readonly (readonly [scenario: Scenario, count: number])[] = [
  ['schedules-calm', 15],
  ['schedules', 80],
  ['consumers-calm', 15],
  ['consumers', 120],
  ['verbs', 80],
  ['paced-calm', 15],
  ['paced', 60],
  ['uploads-calm', 15],
  ['uploads', 80],
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
  'upload:put 412',
  'upload:launch 202',
  'upload:launch 409 USED',
  'upload:launch 409 WAITING_FOR_PUT',
  'upload:stranger 404',
  'upload:run INVALID',
  'upload:run PARTIAL_SUCCEEDED',
  'upload:run STOPPED uncounted',
  ...['crash_before', 'throttled'].map((outcome) => `outcome:intake GetObject upload:${outcome}`),
  ...MOVES_OF_UPLOADS.map((move) => `move:${move}`),
];

const coverage = new Coverage();

describe('schedules, careful consumers, paced actions and uploads under a seeded adversary', () => {
  test.each(HISTORIES)(
    'keep every promise in histories of %s',
    async (scenario, count) => {
      const outcome = await runThreads({ first: 1, count }, { scenario });
      coverage.add(outcome.coverage.counts);
      const broken = outcome.failed.map(
        ({ seed, violations: [first] }) =>
          `${first?.check ?? ''}: ${first?.message ?? ''} (npm run simulate -- --seed ${seed} --scenario ${scenario})`,
      );
      expect(broken).toEqual([]);
    },
    5 * MINUTE_MS,
  );

  test.each(['schedules', 'consumers', 'uploads'] as const)(
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
  [...FURTHER_BUGS, ...UPLOAD_BUGS].filter(({ name }) =>
    [
      'deleted-schedule-fires',
      'key-taken-twice',
      'one-call-more-a-window',
      'last-line-without-an-end-forgotten',
    ].includes(name),
  ),
)(
  'the checker finds the planted bug $name',
  async (bug) => {
    expect((await findBug(bug, 100)).check).not.toBeNull();
  },
  MINUTE_MS,
);
