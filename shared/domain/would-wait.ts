import type { RunStatus, StatusReason } from './run-status.ts';
import { dependencyState, type RunDependency } from './run.ts';

/** A run that is not launched yet, and what it would meet. Times in epoch ms. */
export interface Prospect {
  readonly now: number;
  /** It does not start before; null: at once. */
  readonly startsAt: number | null;
  readonly dependencies: readonly (RunDependency & { readonly status: RunStatus })[];
  readonly slots: { readonly taken: number; readonly limit: number };
}

/** What a run launched now would wait for first; null: it would start, or fail, at once. */
export function wouldWait({ now, startsAt, dependencies, slots }: Prospect): StatusReason | null {
  const reason = { since: now, retryAt: null, blockingUids: [] };
  if (startsAt !== null && startsAt > now) return { ...reason, code: 'SCHEDULED_START', retryAt: startsAt };
  const states = dependencies.map((dependency) => dependencyState(dependency, dependency.status));
  if (states.includes('unmet')) return null;
  const open = dependencies.filter((_, index) => states[index] === 'open');
  if (open.length > 0) return { ...reason, code: 'DEPENDENCY', blockingUids: open.map(({ uid }) => uid) };
  return slots.taken < slots.limit ? null : { ...reason, code: 'CONCURRENCY_LIMIT' };
}
