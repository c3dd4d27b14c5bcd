import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { partStarts } from '../../shared/domain/callback-body.ts';
import { LIMITS } from '../../shared/domain/limits.ts';
import { type CycleCheck, cutPage, stepCycleCheck } from '../../shared/domain/page.ts';

/** Steps until the check says stop over a path of `tail` cursors that runs into a cycle of `cycle`. */
function stepsToStop(tail: number, cycle: number, atMost: number): number | null {
  let state: CycleCheck | null = null;
  for (let step = 0; step < atMost; step += 1) {
    const cursor = step < tail ? step : tail + ((step - tail) % cycle);
    const next = stepCycleCheck(state, String(cursor));
    if (next === null) return step;
    state = next;
  }
  return null;
}

test('every cycle of cursors is found soon, however long the way into it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 300 }), (tail, cycle) => {
      expect(stepsToStop(tail, cycle, 5 * (tail + cycle) + 10)).not.toBeNull();
    }),
  );
});

test('cursors that never come back are never stopped', () => {
  expect(stepsToStop(20_000, 1, 20_000)).toBeNull();
});

test.each([
  ['a page that fits goes on', [1, 2], 'c', { resultsBefore: 0, maxResults: 5 }, [1, 2], 'c', false],
  ['no cursor ends the input', [1, 2], null, { resultsBefore: 0, maxResults: 5 }, [1, 2], null, true],
  ['the maximum cuts and ends', [1, 2, 3], 'c', { resultsBefore: 4, maxResults: 6 }, [1, 2], null, true],
  ['reaching the maximum ends', [1, 2], 'c', { resultsBefore: 4, maxResults: 6 }, [1, 2], null, true],
  ['an empty page with a cursor goes on', [], 'c', { resultsBefore: 0, maxResults: 6 }, [], 'c', false],
])('%s', (_, results, cursor, at, kept, next, last) => {
  expect(cutPage(results, cursor, at)).toEqual({ results: kept, nextCursor: next, last });
});

test('parts keep every item once and in order, and each part below the limit', () => {
  const sizes = fc.array(fc.integer({ min: 2, max: LIMITS.resultItemBytes }), { maxLength: 40 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 2, max: LIMITS.inputBytes }), (items, inputBytes) => {
      const starts = partStarts(items, inputBytes);
      expect(starts[0]).toBe(0);
      for (const [part, start] of starts.entries()) {
        const end = starts[part + 1] ?? items.length;
        expect(end).toBeGreaterThanOrEqual(start);
        const bytes = items.slice(start, end).reduce((sum, size) => sum + size + 1, 0);
        expect(bytes + inputBytes + 1_024).toBeLessThanOrEqual(LIMITS.callbackBytes);
      }
    }),
  );
});
