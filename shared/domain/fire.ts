import { hash } from 'node:crypto';
import { hashedUuid, runUidOf } from './ids.ts';
import type { FireCounts } from './schedule.ts';

/** A time of a schedule and its outcome: one row of the schedule's ledger, written once. */
export interface Fire {
  readonly uid: string;
  readonly scheduleUid: string;
  /** The time itself, epoch ms; for a trigger the moment of the call. */
  readonly nominalAt: number;
  /** When the outcome was decided, epoch ms. */
  readonly at: number;
  readonly cause: 'cron' | 'once' | 'trigger';
  readonly outcome: FireOutcome;
  /** Null where it fired. */
  readonly reason: FireReason | null;
  /** Null unless it fired. */
  readonly runUid: string | null;
  /** The run that this fire stops; null: none. */
  readonly cancelsRunUid: string | null;
  /** The schedule's stored definition and inputs that the run is made from. */
  readonly definitionRef: string;
  readonly inputsRef: string;
}

/** `SKIPPED`: because of the overlap rule or a pause. `MISSED`: too late, superseded or lost. */
export type FireOutcome = 'FIRED' | 'SKIPPED' | 'MISSED';

/** Why a time did not fire, in the words that the API shows. */
export const FIRE_REASONS = {
  OVERLAP: 'The last run of the schedule was unfinished.',
  PAUSED: 'The schedule was paused before the run was started.',
  TOO_LATE: 'The time was more than catch_up_seconds late.',
  SUPERSEDED: 'The time was late, and a later time was already due.',
  LOST: 'The run could not be started because of an error on our side, despite several attempts.',
} as const;
export type FireReason = keyof typeof FIRE_REASONS;

/** The counts with one more fire of this outcome. */
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

/** The uid of a time's run. It follows from the schedule and the time, so a time delivered twice starts one run. */
export function runUidOfFire(scheduleUid: string, nominalAt: number): string {
  return runUidOf(hash('sha256', `run of ${scheduleUid} at ${nominalAt}`, 'buffer'));
}

/** The uid of a trigger's row in the ledger. It follows from the run, so one run has one row. */
export function triggerUidOf(runUid: string): string {
  return hashedUuid(`trigger of ${runUid}`);
}

/** The uid of a time's row in the ledger. */
export function fireUidOf(scheduleUid: string, nominalAt: number): string {
  return hashedUuid(`fire of ${scheduleUid} at ${nominalAt}`);
}
