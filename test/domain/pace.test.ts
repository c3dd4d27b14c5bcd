import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  forgottenAt,
  graceMs,
  NO_STARTS,
  type Pace,
  type PaceRecord,
  takeTurn,
  type TurnWanted,
} from '../../shared/domain/pace.ts';

const THREE_A_MINUTE: Pace = { calls: 3, perMs: 60_000, minGapMs: 0 };
/** What a window is reserved to: a minute, its grace of 1.2 s, and 10 ms for clocks that differ. */
const WINDOW = 60_000 + 1_200 + 10;
const NEW: Omit<TurnWanted, 'now'> = { reserved: false, patienceMs: 1_000, queues: true };
const HELD: Omit<TurnWanted, 'now'> = { ...NEW, reserved: true };

/** Asks one after the other; gives what each was told, `start` or `wait`, and for when, and the record behind them. */
function ask(pace: Pace, asked: readonly TurnWanted[], from: PaceRecord = NO_STARTS) {
  let record = from;
  const turns = asked.map((wanted) => {
    const taken = takeTurn(pace, record, wanted);
    record = taken.record;
    const { turn } = taken;
    return turn.kind === 'start' ? (['start', turn.at] as const) : (['wait', Math.round(turn.until)] as const);
  });
  return { turns, record };
}

function at(now: number, wanted = NEW): TurnWanted {
  return { ...wanted, now };
}

describe('a turn', () => {
  it('is now while the window has room, then one place of the line after the other', () => {
    const { turns } = ask(THREE_A_MINUTE, [at(1_000), at(2_000), at(3_000), at(3_000), at(4_000), at(5_000)]);
    const gap = (WINDOW * 1.01) / 3;
    expect(turns).toEqual([
      ['start', 1_000],
      ['start', 2_000],
      ['start', 3_000],
      ['wait', 1_000 + WINDOW],
      ['wait', Math.round(1_000 + WINDOW + gap)],
      ['wait', Math.round(1_000 + WINDOW + 2 * gap)],
    ]);
  });

  it('is taken ahead where it is near enough to wait for it', () => {
    const full = ask(THREE_A_MINUTE, [at(0), at(0), at(0)]).record;
    expect(ask(THREE_A_MINUTE, [at(WINDOW - 1_000)], full).turns).toEqual([['start', WINDOW]]);
    expect(ask(THREE_A_MINUTE, [at(WINDOW - 1_001)], full).turns).toEqual([['wait', WINDOW]]);
  });

  it('is behind everyone who waits, and a kept place is not', () => {
    const full = ask(THREE_A_MINUTE, [at(0), at(0), at(0), at(0), at(0)]).record;
    const later = WINDOW + 500;
    expect(ask(THREE_A_MINUTE, [at(later)], full).turns[0]?.[0]).toBe('wait');
    expect(ask(THREE_A_MINUTE, [at(later, HELD)], full).turns).toEqual([['start', later]]);
  });

  it('taken near the end of the line moves that end', () => {
    const { turns } = ask(THREE_A_MINUTE, [at(0), at(0)], { starts: [], lineAt: 500, lateAt: 0 });
    expect(turns).toEqual([
      ['start', 500],
      ['wait', Math.round(500 + (WINDOW * 1.01) / 3)],
    ]);
  });

  it('that comes late to a spent pace has a new place before the line, one each', () => {
    const full = ask(THREE_A_MINUTE, [at(0), at(0), at(0), at(0), at(0), at(0)]).record;
    const { turns } = ask(THREE_A_MINUTE, [at(9_000, HELD), at(9_000, HELD), at(9_000)], full);
    expect(turns[0]).toEqual(['wait', WINDOW]);
    expect(turns[1]?.[1]).toBeGreaterThan(WINDOW + 20_000);
    expect(turns[2]?.[1]).toBeGreaterThan(WINDOW + 60_000);
  });

  it('keeps the gap to the start before it', () => {
    const pace: Pace = { calls: 100, perMs: 60_000, minGapMs: 2_000 };
    const { turns } = ask(pace, [at(0), at(0), at(0), at(9_000)]);
    const gap = 2_000 + graceMs(pace) + 10;
    expect(turns).toEqual([
      ['start', 0],
      ['wait', gap],
      ['wait', 2 * gap],
      ['start', 9_000],
    ]);
  });

  it('that nobody keeps changes nothing', () => {
    const full = ask(THREE_A_MINUTE, [at(0), at(0), at(0)]).record;
    const { turn, record } = takeTurn(THREE_A_MINUTE, full, { ...at(5_000), queues: false });
    expect(turn).toEqual({ kind: 'wait', until: WINDOW, reserved: false });
    expect(record).toBe(full);
  });

  it('too far off is no place: it is asked for again after a quarter of an hour, or a period', () => {
    const many = Array.from({ length: 100 }, () => at(0));
    const { record } = ask(THREE_A_MINUTE, many);
    const { turn } = takeTurn(THREE_A_MINUTE, record, at(0));
    expect(turn).toEqual({ kind: 'wait', until: 900_000, reserved: false });
    const anHour: Pace = { calls: 1, perMs: 3_600_000, minGapMs: 0 };
    const hourly = ask(anHour, [at(0), at(0), at(0)]);
    expect(hourly.turns[2]).toEqual(['wait', 3_600_000 + 2_000 + 10]);
  });

  it('is there at once for who comes when the places given away are past', () => {
    const { record } = ask(THREE_A_MINUTE, [at(0), at(0), at(0), at(0), at(0)]);
    expect(ask(THREE_A_MINUTE, [at(600_000)], record).turns).toEqual([['start', 600_000]]);
  });
});

it('a record of many calls stays small and is forgotten when it says nothing any more', () => {
  const pace: Pace = { calls: 10_000, perMs: 86_400_000, minGapMs: 0 };
  const { record } = ask(
    pace,
    Array.from({ length: 10_000 }, (_, index) => at(index * 1_000)),
  );
  expect(record.starts.length).toBeLessThanOrEqual(65);
  expect(record.starts.reduce((sum, { calls }) => sum + calls, 0)).toBe(10_000);
  expect(forgottenAt(pace, record)).toBeGreaterThanOrEqual(9_999_000 + 86_400_000);
  expect(ask(pace, [at(forgottenAt(pace, record))], record).turns[0]?.[0]).toBe('start');
});

interface Caller {
  readonly at: number;
  readonly reserved: boolean;
}

/**
 * Callers on workers whose clocks differ, whose messages lag, and some of whom never come back; gives when calls began,
 * by the one true clock.
 */
function play(pace: Pace, arrivals: readonly number[], draw: () => number): readonly number[] {
  let record = NO_STARTS;
  const starts: number[] = [];
  const queue: Caller[] = arrivals.map((at) => ({ at, reserved: false }));
  for (let steps = 0; queue.length > 0 && steps < 20_000; steps += 1) {
    queue.sort((a, b) => b.at - a.at);
    const caller = queue.pop();
    if (caller === undefined) break;
    const skew = Math.round(draw() * 10) - 5;
    const patienceMs = draw() < 0.5 ? 1_000 : 100;
    const wanted = { now: caller.at + skew, reserved: caller.reserved, patienceMs, queues: draw() < 0.8 };
    const taken = takeTurn(pace, record, wanted);
    record = taken.record;
    const { turn } = taken;
    if (turn.kind === 'start') starts.push(turn.at - skew + Math.round(draw() * graceMs(pace)));
    else if (draw() < 0.9)
      queue.push({ at: Math.ceil(turn.until - skew + draw() ** 3 * 10_000), reserved: turn.reserved });
  }
  expect(queue).toHaveLength(0);
  return starts.toSorted((a, b) => a - b);
}

describe('whoever comes, whenever', () => {
  const pace = fc.record({
    calls: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 60, max: 300 })),
    perMs: fc.integer({ min: 1_000, max: 120_000 }),
    minGapMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000 })),
  });
  const arrivals = fc.array(fc.integer({ min: 0, max: 240_000 }), {
    minLength: 1,
    maxLength: 400,
    size: 'max',
  });

  it('no window holds more starts than declared, and no two are nearer than the gap', () => {
    fc.assert(
      fc.property(
        pace,
        arrivals,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (pace, when, drawn) => {
          const starts = play(pace, when, () => drawn.next().value ?? 0);
          for (const [index, start] of starts.entries()) {
            const before = starts[index - pace.calls];
            if (before !== undefined) expect(start - before).toBeGreaterThanOrEqual(pace.perMs);
            const last = starts[index - 1];
            if (last !== undefined) expect(start - last).toBeGreaterThanOrEqual(pace.minGapMs);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('the pace is used: a line that never empties is done within a tenth of the least time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 5_000, max: 120_000 }), (calls, perMs) => {
        const pace = { calls, perMs, minGapMs: 0 };
        const when = Array.from({ length: 20 * calls }, () => 0);
        const last = play(pace, when, () => 0.5).at(-1) ?? 0;
        const leastMs = 19 * perMs;
        expect(last).toBeLessThanOrEqual(leastMs * 1.1 + 2 * perMs);
      }),
      { numRuns: 30 },
    );
  });
});
