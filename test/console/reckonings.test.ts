import { expect, test } from 'vitest';
import { addSample, reckon, type Sample } from '../../functions/console/run/reckon.ts';
import { daysOfFires } from '../../functions/console/schedules/days-of-fires.ts';

const samplesOf = (...samples: readonly Sample[]): readonly Sample[] =>
  samples.reduce<readonly Sample[]>((before, sample) => addSample(before, sample), []);

test('the end of a run is reckoned from the pace of the last half minute', () => {
  const samples = samplesOf({ at: 0, done: 0 }, { at: 40_000, done: 10 }, { at: 50_000, done: 30 });
  expect(reckon(samples, 130)).toEqual({ rate: 2, restMs: 50_000 });
});

test('no end is reckoned too early, where nothing moves, or across a retry', () => {
  expect(reckon(samplesOf({ at: 0, done: 0 }, { at: 1_000, done: 5 }), 10)).toBeNull();
  expect(reckon(samplesOf({ at: 0, done: 5 }, { at: 9_000, done: 5 }), 10)).toEqual({ rate: 0, restMs: null });
  expect(reckon(samplesOf({ at: 0, done: 9 }, { at: 9_000, done: 2 }), 10)).toBeNull();
  expect(reckon(samplesOf({ at: 0, done: 0 }, { at: 9_000, done: 5 }), null)).toBeNull();
});

test('a strip has each day with its times, in the zone of the schedule, and what the clocks do', () => {
  const fires = ['2027-03-27T02:30:00+01:00', '2027-03-27T14:30:00+01:00', '2027-03-29T02:30:00+02:00'];
  const note = { local: '2027-03-28T02:30:00+01:00', note: 'skipped' };
  const days = daysOfFires(
    '2027-03-27',
    3,
    fires.map((local) => ({ local })),
    [note],
  );
  expect(days).toEqual([
    { date: '2027-03-27', fires: 2, times: ['02:30', '14:30'], notes: [] },
    { date: '2027-03-28', fires: 0, times: [], notes: ['02:30 skipped'] },
    { date: '2027-03-29', fires: 1, times: ['02:30'], notes: [] },
  ]);
});
