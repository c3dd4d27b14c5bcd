import { describe, expect, it } from 'vitest';
import { endOf, NO_WAIT, placesOf, type RunWindow } from '../../shared/domain/input.ts';
import { NO_TOTALS } from '../../shared/domain/run.ts';

const HELD = { place: 0, position: 0, counted: { pages: 0, outputs: 0, callbacks: 0 }, ...NO_WAIT };
const FAILED = { input: 3, epoch: 1, page: 0, outputs: 0, callbacks: 1, refused: false };
const window: RunWindow = {
  epoch: 1,
  order: 0,
  length: 10,
  next: 5,
  front: 5,
  begun: 2,
  open: new Map([[4, HELD]]),
  totals: NO_TOTALS,
};

describe('how an input has ended', () => {
  it.each([
    [2, undefined, 'SUCCEEDED'],
    [3, FAILED, 'FAILED'],
    [4, undefined, null], // in hand
    [4, { ...FAILED, input: 4 }, null], // noted, and not counted yet
    [5, undefined, null], // its turn has not come
  ])('is told of input %i', (input, failed, end) => {
    expect(endOf(input, window, failed, { restartEpoch: 0 })).toBe(end);
  });

  it('begins anew in a retry, for what failed and was not refused', () => {
    const retried = { restartEpoch: 2 };
    const ends = (stored: RunWindow | null): unknown[] => [
      endOf(2, stored, undefined, retried),
      endOf(3, stored, FAILED, retried),
      endOf(3, stored, { ...FAILED, refused: true }, retried),
      endOf(3, stored, { ...FAILED, epoch: 2 }, retried),
    ];
    const ended = { ...window, next: 10, front: 10, open: new Map() };
    expect(ends(ended)).toEqual(['SUCCEEDED', null, 'FAILED', 'FAILED']); // not laid out yet
    const laidOut = { ...ended, epoch: 2, order: 2, length: 1, next: 0, front: 3 };
    expect(ends(laidOut)).toEqual(['SUCCEEDED', null, 'FAILED', 'FAILED']);
    expect(ends({ ...laidOut, next: 1, front: 10 })).toEqual(['SUCCEEDED', 'SUCCEEDED', 'FAILED', 'FAILED']);
    expect(ends(null)).toEqual([null, null, null, null]);
  });
});

it.each([
  [1, null, 20],
  [10_000, null, 20],
  [100_000, null, 200],
  [1_000_000, null, 500],
  [100_000, { calls: 10, perMs: 60_000, minGapMs: 0 }, 20],
  [100_000, { calls: 2, perMs: 1_000, minGapMs: 0 }, 120],
])('a run of %i inputs has its places by its size and its pace', (inputs, pace, places) => {
  expect(placesOf(inputs, { limit: 500, inputsAPlace: 500, pace })).toBe(places);
  expect(placesOf(inputs, { limit: 5, inputsAPlace: 500, pace })).toBe(5);
});
