import type { Change } from '../mirror.ts';
import type { Past } from './past.ts';

/** A promise that each single write must keep. `check` gives what is wrong with the write, or null. */
export interface StepCheck {
  readonly name: string;
  readonly proves: string;
  readonly check: (change: Change, limits: StepLimits, past: Past) => string | null;
}

export interface StepLimits {
  readonly runsAtOnce: number;
  /** Of pages, and of callbacks. */
  readonly workers: number;
}
