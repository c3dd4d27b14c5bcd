/** How fast an action may be called: at most `calls` starts in any `perMs`, and `minGapMs` (0: none) between two. */
export interface Pace {
  readonly calls: number;
  readonly perMs: number;
  readonly minGapMs: number;
}

/** From the first of so many calls to the last, at the least. */
export function leastMsOf({ calls, perMs, minGapMs }: Pace, count: number): number {
  if (count === 0) return 0;
  return Math.max(Math.floor((count - 1) / calls) * perMs, (count - 1) * minGapMs);
}

/** What is kept of one pace: who has started, and how far the line of those that wait is given away. Epoch ms. */
export interface PaceRecord {
  /** Starts of the last window, oldest first. An entry may stand for several, all counted as of its last one. */
  readonly starts: readonly Starts[];
  /** The next free place in the line of those that wait; in the past: nobody waits. */
  readonly lineAt: number;
  /** The same for those that came to their place and found the pace spent: they go before the line. */
  readonly lateAt: number;
}

export interface Starts {
  readonly at: number;
  readonly calls: number;
}

/** Before the first call. */
export const NO_STARTS: PaceRecord = { starts: [], lineAt: 0, lateAt: 0 };

/** A call that asks for its turn. */
export interface TurnWanted {
  readonly now: number;
  /** It waited for a place that was kept for it: it need not stand behind the line again. */
  readonly held: boolean;
  /** A turn this near is taken at once; the caller waits for it. */
  readonly patienceMs: number;
  /** Whether a place is kept for it where it has to wait. */
  readonly queues: boolean;
}

/** `start`: the call is counted at `at` and must start then. `wait`: ask again at `until`; `held`: a place is kept. */
export type Turn =
  | { readonly kind: 'start'; readonly at: number }
  | { readonly kind: 'wait'; readonly until: number; readonly held: boolean };

/** Entries a record holds about: up to so many calls a window are told one by one, and the item stays under 1 KB. */
const ENTRIES = 64;

/** Clocks of workers may differ by so much (Lambda's are kept within about a millisecond). */
const SKEW_MS = 10;

const MIN_GRACE_MS = 50;
const MAX_GRACE_MS = 2_000;
/** A place is kept this far ahead at least; whoever is further back asks again then. */
const MIN_HORIZON_MS = 900_000;

/** Places lie by so much further apart than they need, so that a line that fell behind catches up. */
const LINE_SLACK = 1.01;

/**
 * How long after its instant a turn may still be used. Turns are spaced by that much more than was declared, so that
 * the starts themselves keep the pace: 2 % of the period (or of ten gaps), 50 ms at least and 2 s at most.
 */
export function graceMs({ perMs, minGapMs }: Pace): number {
  const shortest = minGapMs === 0 ? perMs : Math.min(perMs, 10 * minGapMs);
  return Math.min(MAX_GRACE_MS, Math.max(MIN_GRACE_MS, Math.round(shortest / 50)));
}

/**
 * Decides whether a call may start, and what is kept of that. Whoever starts is counted, whatever place it had, so no
 * window ever holds more starts than declared; places only spread those that wait. The record comes back as it was
 * where nothing is to be kept.
 */
export function takeTurn(
  pace: Pace,
  record: PaceRecord,
  wanted: TurnWanted,
): { readonly turn: Turn; readonly record: PaceRecord } {
  const { now, held, patienceMs, queues } = wanted;
  const free = earliestStart(pace, record.starts, now);
  const at = held ? free : Math.max(free, record.lineAt, record.lateAt);
  const line = held ? 'lateAt' : 'lineAt';
  if (at <= now + patienceMs) {
    const starts = addStart(pace, record.starts, at);
    const moves = !held && record.lineAt > now;
    return {
      turn: { kind: 'start', at },
      record: { ...record, starts, ...(moves ? { lineAt: at + gapOf(pace) } : {}) },
    };
  }
  const place = Math.max(at, record[line]);
  const horizon = now + Math.max(windowMs(pace), MIN_HORIZON_MS);
  const keeps = queues && place <= horizon;
  const turn = { kind: 'wait', until: Math.min(place, horizon), held: held || keeps } as const;
  return { turn, record: keeps ? { ...record, [line]: place + gapOf(pace) } : record };
}

/** When a record says nothing any more (epoch ms). */
export function forgottenAt(pace: Pace, { starts, lineAt, lateAt }: PaceRecord): number {
  return Math.max(starts.at(-1)?.at ?? 0, lineAt, lateAt) + windowMs(pace);
}

/** The first moment from `now` on at which one more start keeps the pace. Starts never go back in time. */
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

/** From one place in the line to the next. */
function gapOf(pace: Pace): number {
  const gap = pace.minGapMs === 0 ? 0 : pace.minGapMs + graceMs(pace) + SKEW_MS;
  return Math.max((windowMs(pace) * LINE_SLACK) / pace.calls, gap);
}
