/** How fast an action may be called: at most `calls` starts in any `perMs`, and `minGapMs` (0: none) between two. */
export interface Pace {
  readonly calls: number;
  readonly perMs: number;
  readonly minGapMs: number;
}

/** The shortest time from the first of `count` calls to the last, ms. */
export function leastMsOf({ calls, perMs, minGapMs }: Pace, count: number): number {
  if (count === 0) return 0;
  return Math.max(Math.floor((count - 1) / calls) * perMs, (count - 1) * minGapMs);
}

/**
 * What is stored of one pace: the calls that started, and the next free place in the line of waiting calls. Epoch ms.
 */
export interface PaceRecord {
  /** Starts of the last window, oldest first. An entry may count several, all as of the last of them. */
  readonly starts: readonly Starts[];
  /** The next free place in the line of waiting calls; in the past: none waits. */
  readonly lineAt: number;
  /** The same for calls that came back at their place and found the pace spent. They go before the line. */
  readonly lateAt: number;
}

/** Calls that started up to `at` (epoch ms), since the entry before. */
export interface Starts {
  readonly at: number;
  readonly calls: number;
}

/** The record of a pace before its first call. */
export const NO_STARTS: PaceRecord = { starts: [], lineAt: 0, lateAt: 0 };

/** A call that asks for its turn. */
export interface TurnWanted {
  readonly now: number;
  /** It waited for a place that was reserved for it, so it does not join the end of the line again. */
  readonly reserved: boolean;
  /** A turn that is due within this time is given at once; the caller waits for it. */
  readonly patienceMs: number;
  /** Whether a place is reserved for it when it has to wait. */
  readonly queues: boolean;
}

/**
 * `start`: the call is counted at `at` and must start then. `wait`: ask again at `until`; `reserved`: `until` is a
 * reserved place.
 */
export type Turn =
  | { readonly kind: 'start'; readonly at: number }
  | { readonly kind: 'wait'; readonly until: number; readonly reserved: boolean };

/**
 * About how many entries a record has. A window of up to so many calls lists each call, and the item stays under 1 KB.
 */
const ENTRIES = 64;

/** The clocks of two workers may differ by this much (Lambda keeps its clocks within about a millisecond). */
const SKEW_MS = 10;

const MIN_GRACE_MS = 50;
const MAX_GRACE_MS = 2_000;
/** Places are reserved at least this far ahead. A call that would be further back asks again after this time. */
const MIN_HORIZON_MS = 900_000;

/** Places are further apart than needed by this factor, so that a line that fell behind catches up. */
const LINE_SLACK = 1.01;

/**
 * How long after its instant a turn may still be used, ms: 2 % of the period (or of ten gaps), at least 50 ms and at
 * most 2 s. Turns are spaced by that much more than declared, so that the real starts keep the pace too.
 */
export function graceMs({ perMs, minGapMs }: Pace): number {
  const shortest = minGapMs === 0 ? perMs : Math.min(perMs, 10 * minGapMs);
  return Math.min(MAX_GRACE_MS, Math.max(MIN_GRACE_MS, Math.round(shortest / 50)));
}

/**
 * Decides whether a call may start, and what is stored of that. Every start is counted, whatever place it had, so no
 * window has more starts than declared; places only spread the calls that wait. Returns the same record object when
 * there is nothing to store.
 */
export function takeTurn(
  pace: Pace,
  record: PaceRecord,
  wanted: TurnWanted,
): { readonly turn: Turn; readonly record: PaceRecord } {
  const { now, reserved, patienceMs, queues } = wanted;
  const free = earliestStart(pace, record.starts, now);
  const at = reserved ? free : Math.max(free, record.lineAt, record.lateAt);
  const line = reserved ? 'lateAt' : 'lineAt';
  if (at <= now + patienceMs) {
    const starts = addStart(pace, record.starts, at);
    const moves = !reserved && record.lineAt > now;
    return {
      turn: { kind: 'start', at },
      record: { ...record, starts, ...(moves ? { lineAt: at + gapOf(pace) } : {}) },
    };
  }
  const place = Math.max(at, record[line]);
  const horizon = now + Math.max(windowMs(pace), MIN_HORIZON_MS);
  const keeps = queues && place <= horizon;
  const turn = { kind: 'wait', until: Math.min(place, horizon), reserved: reserved || keeps } as const;
  return { turn, record: keeps ? { ...record, [line]: place + gapOf(pace) } : record };
}

/** From when on a record has no effect and can be deleted (epoch ms). */
export function forgottenAt(pace: Pace, { starts, lineAt, lateAt }: PaceRecord): number {
  return Math.max(starts.at(-1)?.at ?? 0, lineAt, lateAt) + windowMs(pace);
}

/** The first moment from `now` on at which one more start keeps the pace, never before the last start. */
function earliestStart(pace: Pace, starts: readonly Starts[], now: number): number {
  const last = starts.at(-1);
  if (last === undefined) return now;
  const gap = pace.minGapMs === 0 ? 0 : pace.minGapMs + graceMs(pace) + SKEW_MS;
  const afterLast = Math.max(now, last.at + gap);
  let calls = 0;
  for (const entry of starts.toReversed()) {
    calls += entry.calls;
    if (calls >= pace.calls) return Math.max(afterLast, entry.at + windowMs(pace));
  }
  return afterLast;
}

function addStart(pace: Pace, starts: readonly Starts[], at: number): readonly Starts[] {
  const counted = starts.filter((entry) => entry.at + windowMs(pace) > at);
  const last = counted.at(-1);
  if (last === undefined || last.calls >= Math.ceil(pace.calls / ENTRIES)) return [...counted, { at, calls: 1 }];
  return [...counted.slice(0, -1), { at, calls: last.calls + 1 }];
}

function windowMs(pace: Pace): number {
  return pace.perMs + graceMs(pace) + SKEW_MS;
}

/** The time from one place in the line to the next, ms. */
function gapOf(pace: Pace): number {
  const gap = pace.minGapMs === 0 ? 0 : pace.minGapMs + graceMs(pace) + SKEW_MS;
  return Math.max((windowMs(pace) * LINE_SLACK) / pace.calls, gap);
}
