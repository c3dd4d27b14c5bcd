import { DAY_MS } from './calendar.ts';
import type { CronExpression } from './cron-expression.ts';
import { formatLocal, formatOffset } from './format-local.ts';
import { nextLocalMatch } from './match-local.ts';
import { firesBetween } from './next-fires.ts';
import { clockChangesBetween, MAX_OFFSET_MS, MIN_OFFSET_MS, offsetAt } from './zone-offsets.ts';
import type { ClockChange } from './zone-offsets.ts';

/** A local time of the expression that a clock change skips or repeats, and what happens then. */
export interface ClockNote {
  readonly local: string;
  readonly note: string;
}

/** The fires of an expression, with notes on clock changes. */
export interface CronPreview {
  readonly fires: readonly { readonly atMs: number; readonly local: string }[];
  readonly notes: readonly ClockNote[];
}

/** At most this many notes are listed, the others counted: a clock change can skip a whole day (Apia, 2011). */
const MAX_NOTES = 100;

/** The first `count` fires at or after `fromMs`, and notes on the clock changes between `fromMs` and the last. */
export function previewFires(cron: CronExpression, zone: string, fromMs: number, count: number): CronPreview {
  const fires = firesBetween(cron, zone, fromMs - 1, Number.POSITIVE_INFINITY, count);
  return {
    fires: fires.map((atMs) => {
      const offsetMs = offsetAt(zone, atMs);
      return { atMs, local: formatLocal(atMs + offsetMs, offsetMs) };
    }),
    // An expression whose times are always skipped has no fire; the notes of one year then say why.
    notes: clockNotes(cron, zone, fromMs, fires.at(-1) ?? fromMs + 366 * DAY_MS),
  };
}

/** Notes on each local time of the expression that is skipped or comes twice in `fromMs` ≤ time ≤ `untilMs`. */
export function clockNotes(cron: CronExpression, zone: string, fromMs: number, untilMs: number): readonly ClockNote[] {
  const notes: ClockNote[] = [];
  let left = 0;
  // The loop goes over the expression's times, not over clock changes: a hundred fires of a rare date span 4,000 years.
  // Of a repeated time only one of the two passes may be in the span, hence the wider bounds.
  const high = untilMs + DAY_MS + MAX_OFFSET_MS;
  const low = fromMs - DAY_MS + MIN_OFFSET_MS;
  for (let at = nextLocalMatch(cron, low, high); at !== null; at = nextLocalMatch(cron, at + 1, high)) {
    const change = changeOver(zone, at);
    if (change === null || !touchesSpan(change, at, fromMs, untilMs)) continue;
    if (notes.length < MAX_NOTES) notes.push(describe(cron, change, at));
    else left += 1;
  }
  const last = notes.at(-1);
  if (left > 0 && last !== undefined)
    notes.push({ local: last.local, note: `and ${left} more local times after this one` });
  return notes;
}

/** The clock change that skips or repeats a local time; null: the time comes once. */
function changeOver(zone: string, localMs: number): ClockChange | null {
  const changes = clockChangesBetween(zone, localMs - MAX_OFFSET_MS, localMs - MIN_OFFSET_MS + 1);
  const isOver = ({ atMs, beforeMs, afterMs }: ClockChange): boolean =>
    localMs >= atMs + Math.min(beforeMs, afterMs) && localMs < atMs + Math.max(beforeMs, afterMs);
  return changes.find(isOver) ?? null;
}

function touchesSpan(change: ClockChange, localMs: number, fromMs: number, untilMs: number): boolean {
  const isSkipped = change.afterMs > change.beforeMs;
  const moments = isSkipped ? [change.atMs] : [localMs - change.beforeMs, localMs - change.afterMs];
  return moments.some((moment) => moment >= fromMs && moment <= untilMs);
}

function describe(cron: CronExpression, change: ClockChange, localMs: number): ClockNote {
  const local = formatLocal(localMs, change.beforeMs);
  const before = formatOffset(change.beforeMs);
  const after = formatOffset(change.afterMs);
  if (change.afterMs > change.beforeMs) {
    return { local, note: `skipped: the clocks go forward from ${before} to ${after}; the schedule does not fire` };
  }
  const passes = cron.hour.startsWithStar ? 'fires both times' : 'fires the first time only';
  return { local, note: `repeated: the clocks go back from ${before} to ${after}; ${passes}` };
}
