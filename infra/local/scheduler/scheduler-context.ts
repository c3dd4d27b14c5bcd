import type { SchedulerState } from './scheduler-state.ts';

/** What every operation of the stand-in works on. */
export interface SchedulerContext {
  readonly state: SchedulerState;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** `arn:aws:scheduler:REGION:ACCOUNT`, without a colon at the end. */
  readonly arnPrefix: string;
}
