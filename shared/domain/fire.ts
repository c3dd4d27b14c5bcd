import { hash } from 'node:crypto';
import { hashedUuid, runUidOf } from './ids.ts';
import type { FireCounts, Schedule } from './schedule.ts';
import { isTime, jitterMs, nextTime, singleTime } from './schedule-times.ts';

/** A time of a schedule and what came of it: a row of its ledger, put once. */
export interface Fire {
  readonly uid: string;
  readonly scheduleUid: string;
  /** Epoch ms; for a trigger the moment at which it was asked for. */
  readonly nominalAt: number;
  /** When it was decided. */
  readonly at: number;
  readonly cause: 'cron' | 'once' | 'trigger';
  readonly outcome: FireOutcome;
  /** Null where it fired. */
  readonly reason: FireReason | null;
  /** Null unless it fired. */
  readonly runUid: string | null;
  /** The run that is stopped for it; null: none. */
  readonly cancelsRunUid: string | null;
  /** What the run is made of. */
  readonly definitionRef: string;
  readonly inputsRef: string;
}

export type FireOutcome = 'FIRED' | 'SKIPPED' | 'MISSED';

/** Why a time did not fire, in words. */
export const FIRE_REASONS = {
  OVERLAP: 'The last run was unfinished.',
  PAUSED: 'The schedule was paused before this time was carried out.',
  TOO_LATE: 'It was over catch_up_seconds late.',
  SUPERSEDED: 'It was late, and a later time had come.',
  LOST: 'It could not be carried out on our side, however often it was tried.',
} as const;
export type FireReason = keyof typeof FIRE_REASONS;

/** EventBridge fires within a minute and the queue hands on within seconds: up to this much is no lateness. */
export const ON_TIME_MS = 120_000;

/**
 * By so much a time may be late before it makes way for the next one. A sweep finds what did not arrive within a minute
 * after ON_TIME_MS: in a schedule that fires every minute each time would make way else, and none fire.
 */
const MAKES_WAY_MS = ON_TIME_MS + 65_000;

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

/** The counts with one fire more. */
export function countFire(counts: FireCounts, outcome: FireOutcome): FireCounts {
  switch (outcome) {
    case 'FIRED':
      return { ...counts, fired: counts.fired + 1 };
    case 'SKIPPED':
      return { ...counts, skipped: counts.skipped + 1 };
    case 'MISSED':
      return { ...counts, missed: counts.missed + 1 };
  }
}

/** The run of a time: the same whoever asks, so that a time that is delivered twice starts one run. */
export function runUidOfFire(scheduleUid: string, nominalAt: number): string {
  return runUidOf(hash('sha256', `run of ${scheduleUid} at ${nominalAt}`, 'buffer'));
}

/** The row of a trigger: the same for the same run. */
export function triggerUidOf(runUid: string): string {
  return hashedUuid(`trigger of ${runUid}`);
}

export function fireUidOf(scheduleUid: string, nominalAt: number): string {
  return hashedUuid(`fire of ${scheduleUid} at ${nominalAt}`);
}
