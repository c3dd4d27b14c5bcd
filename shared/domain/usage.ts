import { isoOf } from './instant.ts';
import { hasEnded } from './run-status.ts';
import { endingsOf, type RunControl } from './run.ts';
import { subtractUsage, type UsageCounts } from './usage-counts.ts';

/*
 * What a workspace uses, by the UTC day on which a run was created and by action. It is summed from the control records
 * of runs that have ended, so that neither a page nor a run writes anything for it. Once a day's runs are summed into
 * the day's record, a run that ends later, or is resumed or retried, adds a record of its own.
 */

type Ended = Pick<
  RunControl,
  'mode' | 'status' | 'attempt' | 'epoch' | 'totals' | 'totalsEpoch' | 'callsBack' | 'usageBefore'
>;

/**
 * What a run has done; null while it may do more without a resume or retry: it works or waits, or it was stopped and a
 * page of it may still be recorded.
 */
function usageOf(run: Ended): UsageCounts | null {
  const { mode, status, epoch, totals, totalsEpoch, callsBack } = run;
  if (!hasEnded(status) || (status === 'STOPPED' && totalsEpoch !== epoch)) return null;
  const isLive = mode === 'LIVE';
  return {
    runs: isLive ? 0 : 1,
    liveCalls: isLive ? 1 : 0,
    pages: totals.pages,
    outputs: totals.outputs,
    callbacks: totals.callbacks + (callsBack ? endingsOf(run) : 0),
  };
}

/** What the record of its day counts of a run. Null: that is not decided yet, because the run has not ended. */
export function usageOfDay(run: Ended): UsageCounts | null {
  return run.usageBefore ?? usageOf(run);
}

/** What an ended run has done beyond what the record of its day counts; null: nothing, or the run has not ended. */
export function usageBeyondDay(run: Ended): UsageCounts | null {
  const usage = usageOf(run);
  return usage === null || run.usageBefore === null ? null : subtractUsage(usage, run.usageBefore);
}

const DAY_MS = 86_400_000;

/** The UTC day of a time (epoch ms), such as `2026-11-30`. */
export function dayOf(at: number): string {
  return isoOf(at).slice(0, 10);
}

/** When a UTC day begins (epoch ms). */
export function dayStart(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** When a UTC day ends: the first moment of the next (epoch ms). */
export function dayEnd(day: string): number {
  return dayStart(day) + DAY_MS;
}
