import { rowsOf, SETTLES_MS, shown } from './ledger-checks.ts';
import type { ScheduleCheck } from './schedule-aftermath.ts';
import { possibleStates, type ScheduleTruth } from './schedule-truth.ts';
import type { LedgerRow, Snapshot } from './schedule-watch.ts';

/** A decision is written within this time after the last run was read. */
const LOOKED_MS = 60_000;
/**
 * A run that was decided longer ago than this and does not exist yet does not count as unfinished (as in the engine).
 */
const STARTING_MS = 900_000;

export const OVERLAP_CHECKS: readonly ScheduleCheck[] = [
  {
    name: 'skipStartsNothingBeside',
    proves: 'With overlap "skip", a time fires only if the last run has ended.',
    check: ({ schedules, atRest }) =>
      eachTime(schedules, atRest, ({ row, before, overlaps }) => {
        if (row.fire.outcome !== 'FIRED' || before === null || overlaps.some((overlap) => overlap !== 'skip'))
          return null;
        const last = atRest.runs.get(before.fire.runUid ?? '');
        const isUnfinished = last !== undefined && last.startedAt < row.writtenAt && !hadEnded(last, row.writtenAt);
        return isUnfinished ? `the run of ${shown(before.fire)} had not ended` : null;
      }),
  },
  {
    name: 'skippedForARun',
    proves: 'A time is SKIPPED for an overlap only if the last run had not ended or was about to be made.',
    check: ({ schedules, atRest, isLate }) =>
      eachTime(schedules, atRest, ({ row, before }) => {
        if (row.fire.reason !== 'OVERLAP' || isLate) return null;
        if (before === null) return 'there was no run before';
        const last = atRest.runs.get(before.fire.runUid ?? '');
        const isStarting = last === undefined || last.startedAt > row.writtenAt - LOOKED_MS;
        if (isStarting && row.writtenAt < before.writtenAt + STARTING_MS + LOOKED_MS) return null;
        const ended = last !== undefined && hadEnded(last, row.writtenAt - LOOKED_MS);
        return ended ? `the run of ${shown(before.fire)} had ended` : null;
      }),
  },
  {
    name: 'previousIsCancelled',
    proves: 'With overlap "cancel_previous", the run before ends soon after a later fire is decided.',
    check: ({ schedules, atRest, stormEndedAt }) =>
      eachTime(schedules, atRest, ({ row, before, overlaps }) => {
        const { cause, outcome } = row.fire;
        if (outcome !== 'FIRED' || cause === 'trigger' || before === null) return null;
        if (overlaps.some((overlap) => overlap !== 'cancel_previous')) return null;
        const last = atRest.runs.get(before.fire.runUid ?? '');
        const endsBy = Math.max(row.writtenAt, stormEndedAt) + SETTLES_MS;
        if (last === undefined || last.startedAt > row.writtenAt || hadEnded(last, endsBy)) return null;
        return `the run of ${shown(before.fire)} did not end soon`;
      }),
  },
];

interface Decided {
  readonly row: LedgerRow;
  /** The last row before it that has a run. */
  readonly before: LedgerRow | null;
  /** What the overlap rule may have been when it was decided. */
  readonly overlaps: readonly string[];
}

/** Applies a rule to each fire of each schedule, in the order of their decisions. */
function eachTime(
  schedules: readonly ScheduleTruth[],
  snapshot: Snapshot,
  rule: (decided: Decided) => string | null,
): readonly string[] {
  return schedules.flatMap((schedule) => {
    const rows = rowsOf(snapshot, schedule.uid).toSorted((a, b) => a.writtenAt - b.writtenAt);
    return rows.flatMap((row, at) => {
      if (row.fire.cause === 'trigger') return [];
      const before = rows.slice(0, at).findLast(({ fire }) => fire.runUid !== null) ?? null;
      const states = possibleStates(schedule, row.writtenAt, row.writtenAt);
      const overlaps = states.flatMap((state) => (state === null ? [] : [state.overlap]));
      const wrong = rule({ row, before, overlaps });
      return wrong === null ? [] : [`${schedule.name}: ${shown(row.fire)}: ${wrong}`];
    });
  });
}

function hadEnded({ endedAt }: { readonly endedAt: number | null }, by: number): boolean {
  return endedAt !== null && endedAt <= by;
}
