import { describe, expect, test } from 'vitest';
import { findBug, PLANTED_BUGS, SEEDS_TO_FIND } from './planted/plant-bugs.ts';
import { faultOfPlace } from './planted/place-of.ts';
import { REGRESSIONS } from './regressions.ts';
import { runBatch } from './run-batch.ts';
import { type Outcome, runHistories } from './run-histories.ts';

/** Some seconds of a core; `npm run simulate`, which CI runs too, has more, and aims at the points they leave out. */
const HISTORIES = 40;
/** So many of them are run twice. */
const TWICE = 10;
/** Against hanging only. */
const HOUR_MS = 3_600_000;

/** Planted bugs of several kinds of history, each found within a few seeds: the checker can fail. */
const PLANTED_HERE = [
  'page-record-without-condition',
  'key-taken-twice',
  'last-line-without-an-end-forgotten',
  'letter-under-another-id',
  'never-taken-for-away',
  'unfinished-run-deleted',
];

describe('the engine under a seeded adversary', () => {
  test(
    'keeps every promise in some histories, and runs the same seed the same way',
    async () => {
      const outcome = await runHistories({ first: 1, count: TWICE }, { twice: true });
      expect(brokenIn(outcome)).toEqual([]);
      expect(outcome.unlike).toEqual([]);
    },
    HOUR_MS,
  );

  test(
    'keeps every promise in some more',
    async () => {
      expect(brokenIn(await runHistories({ first: TWICE + 1, count: HISTORIES - TWICE }))).toEqual([]);
    },
    HOUR_MS,
  );

  test.each(REGRESSIONS)('keeps its promises in seed $seed, where $was', async ({ seed, scenario }) => {
    expect(brokenIn(await runBatch({ first: seed, step: 1, count: 1 }, { scenario: scenario ?? 'everyday' }))).toEqual(
      [],
    );
  });
});

describe('the checker', () => {
  test('has every planted bug, and the one that undoes each regression, in its place', async () => {
    const faults = await Promise.all(PLANTED_BUGS.map(faultOfPlace));
    expect(faults.filter((fault) => fault !== null)).toEqual([]);
    const names = PLANTED_BUGS.map(({ name }) => name);
    expect(REGRESSIONS.filter(({ undoneBy }) => !names.includes(undoneBy))).toEqual([]);
  });

  test.each(PLANTED_BUGS.filter(({ name }) => PLANTED_HERE.includes(name)))(
    'finds the planted bug $name',
    async (bug) => {
      expect((await findBug(bug, SEEDS_TO_FIND, 1)).check).not.toBeNull();
    },
    HOUR_MS,
  );
});

function brokenIn({ failed }: Pick<Outcome, 'failed'>): readonly string[] {
  return failed.map(
    ({ seed, violations: [first] }) =>
      `${first?.check ?? ''}: ${first?.message ?? ''} (npm run simulate -- --seed ${seed})`,
  );
}
