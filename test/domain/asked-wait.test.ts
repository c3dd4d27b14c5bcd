import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundWait, instantOfNumber, MAX_WAITING_MS, waitingLeft } from '../../shared/domain/asked-wait.ts';
import { isoOf } from '../../shared/domain/instant.ts';

const NOW = Date.UTC(2026, 10, 30, 12);
const SECOND = 1_000;
const DAY = 86_400_000;

describe('the instant a number stands for', () => {
  test.each<[string, number, number | null]>([
    ['seconds to wait', 30, NOW + 30 * SECOND],
    ['parts of a second', 0.25, NOW + 250],
    ['none to wait', 0, NOW],
    ['less than none', -1, NOW - SECOND],
    ['the most that is a wait', 31_622_400, NOW + 366 * DAY],
    ['a wait of over a year', 31_622_401, null],
    ['epoch seconds', 1_796_100_000, 1_796_100_000_000],
    ['epoch seconds that are past', 1_000_000_000, 1_000_000_000_000],
    ['epoch seconds of a far year', 3_600_000_000, null],
    ['epoch milliseconds', 1_796_100_000_000, 1_796_100_000_000],
    ['what is neither', 999_999_999_999_999, null],
    ['1e20', 1e20, null],
    ['the largest number', Number.MAX_VALUE, null],
    ['the least number', -Number.MAX_VALUE, null],
    ['Infinity', Infinity, null],
    ['NaN', NaN, null],
  ])('%s', (_, said, at) => {
    expect(instantOfNumber(said, NOW)).toBe(at);
  });
});

describe('a wait', () => {
  const wait = (said: number, waitsBefore = 0, random = 0): number | null => {
    const until = boundWait(said, { now: NOW, waitsBefore, random });
    return until === null ? null : until - NOW;
  };

  test('lasts at least a second, and twice as long with each one in a row, up to a minute', () => {
    const floors = Array.from({ length: 9 }, (_, before) => wait(0, before));
    expect(floors).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * SECOND));
    expect(wait(0, 100_000)).toBe(60 * SECOND);
  });

  test('lasts as long as was asked where that is longer', () => {
    expect(wait(NOW + 7_000, 2)).toBe(7_000);
    expect(wait(NOW + 7_000, 3)).toBe(8_000);
  });

  test('lasts a day at most', () => {
    expect(wait(NOW + DAY)).toBe(DAY);
    expect(wait(NOW + 20 * DAY)).toBe(DAY);
    expect(wait(NOW + 367 * DAY)).toBeNull();
  });

  test('is only lengthened by chance, and is always an instant that can be said', () => {
    const anything = fc.oneof(fc.double(), fc.integer(), fc.integer({ min: NOW - DAY, max: NOW + 40 * DAY }));
    const random = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(anything, fc.nat(60), random, (said, before, fraction) => {
        const least = wait(said, before);
        const waits = wait(said, before, fraction);
        if (least === null || waits === null) {
          expect(waits).toBe(least);
          return;
        }
        expect(waits).toBeGreaterThanOrEqual(least);
        expect(least).toBeGreaterThanOrEqual(SECOND);
        expect(waits).toBeLessThanOrEqual(DAY);
        expect(Number.isInteger(waits)).toBe(true);
        expect(Date.parse(isoOf(NOW + waits))).toBe(NOW + waits);
      }),
    );
  });
});

test('a run waits 30 days in all, and not for a last few seconds', () => {
  expect(waitingLeft(0)).toBe(MAX_WAITING_MS);
  expect(waitingLeft(29.5 * DAY)).toBe(DAY / 2);
  expect(waitingLeft(30 * DAY - 59_999)).toBeNull();
  expect(waitingLeft(31 * DAY)).toBeNull();
});
