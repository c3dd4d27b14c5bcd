import { MAKES_WAY_MS, ON_TIME_MS } from './timing.ts';
import type { Schedule } from './schedule.ts';
import { isTime, jitterMs, nextTime, singleTime } from './schedule-times.ts';

/** The decision about a time. `none`: it is not a time of the schedule, and nothing is recorded. */
export type FireDecision =
  | { readonly outcome: 'FIRED'; readonly cancelsLast: boolean }
  | { readonly outcome: 'SKIPPED'; readonly reason: 'OVERLAP' | 'PAUSED' }
  | { readonly outcome: 'MISSED'; readonly reason: 'TOO_LATE' | 'SUPERSEDED' }
  | { readonly outcome: 'none' };

const NONE: FireDecision = { outcome: 'none' };

/** Decides about a time that has come, by the current schedule. `isLastUnfinished`: its last run has not ended. */
export function decideFire(
  schedule: Schedule,
  nominalAt: number,
  now: number,
  isLastUnfinished: boolean,
): FireDecision {
  if (!isTime(schedule, nominalAt)) return NONE;
  if (schedule.status === 'PAUSED') return decidePaused(schedule, nominalAt);
  if (schedule.status !== 'ACTIVE') return NONE;
  if (singleTime(schedule) === null && nominalAt <= schedule.activeSince) return decidePaused(schedule, nominalAt);
  const missed = whyMissed(schedule, nominalAt, now);
  if (missed !== null) return { outcome: 'MISSED', reason: missed };
  if (!isLastUnfinished || schedule.overlap === 'allow') return { outcome: 'FIRED', cancelsLast: false };
  // An earlier time that comes late does not stop the run of a later one.
  const isOvertaken = schedule.lastNominalAt !== null && nominalAt < schedule.lastNominalAt;
  if (schedule.overlap === 'skip' || isOvertaken) return { outcome: 'SKIPPED', reason: 'OVERLAP' };
  return { outcome: 'FIRED', cancelsLast: true };
}

/**
 * Decides about a time of a schedule that is or was paused. A time that had come by the pause is SKIPPED, or MISSED
 * where it was too late even then; the result does not depend on who asks or whether its fire was lost. A single time
 * is not decided: it waits for the resume.
 */
function decidePaused(schedule: Schedule, nominalAt: number): FireDecision {
  const { pausedAt, createdAt } = schedule;
  if (singleTime(schedule) !== null || pausedAt === null) return NONE;
  if (nominalAt > pausedAt || nominalAt <= createdAt) return NONE;
  const missed = whyMissed(schedule, nominalAt, pausedAt);
  return missed === null ? { outcome: 'SKIPPED', reason: 'PAUSED' } : { outcome: 'MISSED', reason: missed };
}

/** Why a time of the schedule may no longer fire at `now`; null: it may. */
function whyMissed(schedule: Schedule, nominalAt: number, now: number): 'TOO_LATE' | 'SUPERSEDED' | null {
  const lateMs = now - nominalAt - jitterMs(schedule);
  if (lateMs > Math.max(schedule.catchUpSeconds * 1_000, ON_TIME_MS)) return 'TOO_LATE';
  const next = nextTime(schedule, nominalAt);
  if (lateMs <= MAKES_WAY_MS || next === null) return null;
  return next + jitterMs(schedule) <= now ? 'SUPERSEDED' : null;
}
