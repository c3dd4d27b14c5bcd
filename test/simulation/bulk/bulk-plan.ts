import type { RunStatus } from '../../../shared/domain/run-status.ts';
import type { Verb } from '../truth.ts';

/** A bulk that a caller creates. */
export interface BulkPlan {
  readonly action: Verb;
  readonly filter: { readonly status?: readonly RunStatus[]; readonly created_after?: string };
  /** So long after its answer its caller cancels it; null: never. */
  readonly cancelAfterMs: number | null;
}
