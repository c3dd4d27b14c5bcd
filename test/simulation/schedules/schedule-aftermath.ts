import type { Letters } from '../dead-letters.ts';
import type { Records } from '../records.ts';
import type { Truth } from '../truth.ts';
import type { ToldSchedule } from './ask-schedules.ts';
import type { ScheduleTruth } from './schedule-truth.ts';
import type { Snapshot } from './schedule-watch.ts';

/** All that checks of schedules need of a history: its state while the schedules existed, and at rest. */
export interface ScheduleAftermath {
  readonly schedules: readonly ScheduleTruth[];
  /** The state after the faults, while the schedules exist. */
  readonly stored: Snapshot;
  /** The state at rest, after all schedules are deleted. */
  readonly atRest: Snapshot;
  readonly told: readonly ToldSchedule[];
  readonly records: Records;
  readonly truth: Truth;
  readonly letters: Letters;
  readonly stormEndedAt: number;
  readonly isCalm: boolean;
  readonly isLate: boolean;
  /** Clocks of processes are wrong by up to this much. */
  readonly skewMs: number;
}

export interface ScheduleCheck {
  readonly name: string;
  readonly proves: string;
  readonly check: (aftermath: ScheduleAftermath) => readonly string[];
}
