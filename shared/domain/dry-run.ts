import type { ValidationError } from './errors.ts';
import type { RunEstimate } from './estimate.ts';
import type { StatusReason } from './run-status.ts';

/** A warning to the caller of an accepted launch. */
export interface LaunchWarning {
  readonly code: 'DEADLINE_TOO_SHORT';
  readonly message: string;
}

/** What a launch would do. Nulls: its inputs are in an upload, which is not read. */
export interface DryRun {
  readonly valid: number | null;
  readonly invalid: number | null;
  /** The first hundred faults of inputs that the action refuses. */
  readonly validationErrors: readonly ValidationError[];
  readonly estimate: RunEstimate | null;
  /** What the run would wait for first; null: it would start, or fail, at once. */
  readonly wouldWait: StatusReason | null;
  readonly warnings: readonly LaunchWarning[];
}
