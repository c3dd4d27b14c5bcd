import { hash } from 'node:crypto';
import { hashedUuid, runUidOf } from './ids.ts';
import type { FireCounts } from './schedule.ts';

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
  OVERLAP: 'The last run of the schedule was unfinished.',
  PAUSED: 'The schedule was paused before the run was started.',
  TOO_LATE: 'The time was more than catch_up_seconds late.',
  SUPERSEDED: 'The time was late, and a later time was already due.',
  LOST: 'The run could not be started because of an error on our side, despite several attempts.',
} as const;
export type FireReason = keyof typeof FIRE_REASONS;

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
