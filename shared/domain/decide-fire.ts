import { MAKES_WAY_MS, ON_TIME_MS } from './timing.ts';
import type { Schedule } from './schedule.ts';
import { isTime, jitterMs, nextTime, singleTime } from './schedule-times.ts';

/** What is to be done about a time. `none`: it is not the schedule's, and nothing is recorded. */
export type FireDecision =
  | { readonly outcome: 'FIRED'; readonly cancelsLast: boolean }
  | { readonly outcome: 'SKIPPED'; readonly reason: 'OVERLAP' | 'PAUSED' }
  | { readonly outcome: 'MISSED'; readonly reason: 'TOO_LATE' | 'SUPERSEDED' }
  | { readonly outcome: 'none' };

const NONE: FireDecision = { outcome: 'none' };

/** Decides about a time that has come, by the schedule as it is now. `isLastUnfinished`: its last run is at work. */
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
 * Decides about a time that a pause came before or after. One that had come by then is SKIPPED, unless it was MISSED
 * already: whoever asks, and whether its fire was on its way or lost. A single time waits for the resume instead.
 */
function decidePaused(schedule: Schedule, nominalAt: number): FireDecision {
  const { pausedAt, createdAt } = schedule;
  if (singleTime(schedule) !== null || pausedAt === null) return NONE;
  if (nominalAt > pausedAt || nominalAt <= createdAt) return NONE;
  const missed = whyMissed(schedule, nominalAt, pausedAt);
  return missed === null ? { outcome: 'SKIPPED', reason: 'PAUSED' } : { outcome: 'MISSED', reason: missed };
}

/** Why a time of the schedule may not fire any more at an instant; null: it may. */
function whyMissed(schedule: Schedule, nominalAt: number, now: number): 'TOO_LATE' | 'SUPERSEDED' | null {
  const lateMs = now - nominalAt - jitterMs(schedule);
  if (lateMs > Math.max(schedule.catchUpSeconds * 1_000, ON_TIME_MS)) return 'TOO_LATE';
  const next = nextTime(schedule, nominalAt);
  if (lateMs <= MAKES_WAY_MS || next === null) return null;
  return next + jitterMs(schedule) <= now ? 'SUPERSEDED' : null;
}
