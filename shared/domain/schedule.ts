import type { LaunchTerms } from './launch-terms.ts';
import type { RunCallback } from './run.ts';

/** All statuses of a schedule; CANCELLED and COMPLETED are final. */
export const SCHEDULE_STATUSES = ['ACTIVE', 'PAUSED', 'CANCELLED', 'COMPLETED'] as const;
export type ScheduleStatus = (typeof SCHEDULE_STATUSES)[number];

interface Verb {
  readonly from: readonly ScheduleStatus[];
  /** Null: the status stays. */
  readonly to: ScheduleStatus | null;
  readonly what: string;
}

/**
 * What may be done to a schedule and in which statuses. The guard ({@link allowsVerb}), its message and the status ×
 * verb test are derived from this table. The last fire does `complete`; callers do the others.
 */
export const SCHEDULE_VERBS = {
  update: { from: ['ACTIVE', 'PAUSED'], to: null, what: 'changes what and when it starts' },
  pause: { from: ['ACTIVE'], to: 'PAUSED', what: 'nothing fires until it is resumed' },
  resume: { from: ['PAUSED'], to: 'ACTIVE', what: 'fires again from now on' },
  cancel: { from: ['ACTIVE', 'PAUSED'], to: 'CANCELLED', what: 'deleted: nothing fires any more' },
  trigger: { from: ['ACTIVE', 'PAUSED'], to: null, what: 'fires now, whatever the overlap rule' },
  complete: { from: ['ACTIVE'], to: 'COMPLETED', what: 'its last time has come' },
} as const satisfies Readonly<Record<string, Verb>>;
export type ScheduleVerb = keyof typeof SCHEDULE_VERBS;

/** Whether a schedule in this status takes the verb. */
export function allowsVerb(status: ScheduleStatus, verb: ScheduleVerb): boolean {
  const { from }: Verb = SCHEDULE_VERBS[verb];
  return from.includes(status);
}

/** The statuses from which a verb may be done. */
export function statusesFor(verb: ScheduleVerb): readonly ScheduleStatus[] {
  return SCHEDULE_VERBS[verb].from;
}

/** Whether a schedule in this status never fires again. */
export function isFinal(status: ScheduleStatus): boolean {
  return status === 'CANCELLED' || status === 'COMPLETED';
}

/** When a schedule fires: by its cron (from `scheduleAt` on, where both are given), or once, at `scheduleAt`. */
export interface ScheduleTiming {
  readonly cron: string | null;
  /** Epoch ms. */
  readonly scheduleAt: number | null;
  readonly timezone: string;
}

/** What happens when a time comes while the schedule's last run is unfinished. */
export type Overlap = 'skip' | 'allow' | 'cancel_previous';

/** The defaults of a schedule's fields, besides the terms of its runs. */
export const SCHEDULE_DEFAULTS = {
  timezone: 'UTC',
  overlap: 'skip',
  catchUpSeconds: 3_600,
  jitterSeconds: 0,
} as const;

/** What each run of a schedule is started with. It is never changed: an update writes a new one. */
export interface ScheduleDefinition extends LaunchTerms {
  /** The schedule's uid. */
  readonly uid: string;
  /** The name by which the schedule refers to this definition. */
  readonly ref: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Its headers are sealed under the schedule's uid; null: runs have no callbacks. */
  readonly callback: RunCallback | null;
}

/** Why a schedule is in its status, as the API words it. */
export const SCHEDULE_REASONS = {
  PAUSED_BY_CALLER: 'Paused by a caller. Resume the schedule to continue with its next time.',
  CANCELLED_BY_CALLER: 'Cancelled by a caller.',
  NO_MORE_TIMES: 'The last time of the schedule has passed.',
} as const;

/** Why a schedule is in its status. */
export interface ScheduleReason {
  readonly code: keyof typeof SCHEDULE_REASONS;
  /** The caller's note, or null. */
  readonly note: string | null;
  readonly since: number;
}

/** The part of a schedule that changes: one small item. Every write is conditioned on its version. */
export interface Schedule extends ScheduleTiming {
  readonly uid: string;
  readonly workspaceUid: string;
  readonly actionName: string;
  readonly name: string | null;
  readonly status: ScheduleStatus;
  readonly reason: ScheduleReason | null;
  readonly overlap: Overlap;
  readonly catchUpSeconds: number;
  readonly jitterSeconds: number;
  readonly inputsTotal: number;
  /** Raised by each write. */
  readonly version: number;
  /** Raised by each change by a caller. EventBridge entries belong to one revision. */
  readonly revision: number;
  /** The current definition and inputs. Each is written before the schedule refers to it. */
  readonly definitionRef: string;
  readonly inputsRef: string;
  /** The revision for which EventBridge has entries; 0: none yet. */
  readonly armedRevision: number;
  /** Times up to this one (epoch ms) are settled: fired, skipped, missed, or not a time of the schedule. */
  readonly settledUntil: number;
  /** Since when it is ACTIVE without a pause, epoch ms. */
  readonly activeSince: number;
  /** When it was last paused, epoch ms; null: never. */
  readonly pausedAt: number | null;
  readonly counts: FireCounts;
  /** The latest time that fired by cron or once, epoch ms. */
  readonly lastNominalAt: number | null;
  /** When anything last fired, a trigger too, epoch ms. */
  readonly lastExecutedAt: number | null;
  readonly lastRunUid: string | null;
  /** Runs that the ledger has and that may not be started yet. */
  readonly openRuns: readonly OpenRun[];
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Epoch seconds; null until it is final. */
  readonly expiresAt: number | null;
}

/** A run that was decided: what it is made from, and the run that it stops. */
export interface OpenRun {
  readonly runUid: string;
  /** When it was decided, epoch ms. */
  readonly at: number;
  readonly cancelsRunUid: string | null;
  readonly definitionRef: string;
  readonly inputsRef: string;
}

/** How many times of a schedule had each outcome. */
export interface FireCounts {
  readonly fired: number;
  readonly skipped: number;
  readonly missed: number;
}

/** The schedule after one more write. */
export function changed(schedule: Schedule, now: number, change: Partial<Schedule>): Schedule {
  return { ...schedule, ...change, version: schedule.version + 1, updatedAt: Math.max(now, schedule.updatedAt) };
}

/** The schedule after a write that no caller sees: `updatedAt` stays. */
export function bookkept(
  schedule: Schedule,
  change: Pick<Partial<Schedule>, 'armedRevision' | 'settledUntil' | 'openRuns'>,
): Schedule {
  return changed(schedule, schedule.updatedAt, change);
}
