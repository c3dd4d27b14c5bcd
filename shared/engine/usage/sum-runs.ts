import type { RunControl } from '../../domain/run.ts';
import { addUsage, NO_USAGE, type UsageCounts } from '../../domain/usage-counts.ts';
import type { UsageByAction } from './usage-store.ts';

/** The sum of two usages by action. */
export function addActions(one: UsageByAction, other: UsageByAction): UsageByAction {
  const sum = new Map(one);
  for (const [name, counts] of other) sum.set(name, addUsage(sum.get(name) ?? NO_USAGE, counts));
  return sum;
}

/** The usage of these runs by action, as `countsOf` gives it for each; null counts nothing. */
export function sumRuns(runs: readonly RunControl[], countsOf: (run: RunControl) => UsageCounts | null): UsageByAction {
  return runs.reduce<UsageByAction>((sum, run) => {
    const counts = countsOf(run);
    return counts === null || isNothing(counts) ? sum : addActions(sum, new Map([[run.actionName, counts]]));
  }, new Map());
}

function isNothing(counts: UsageCounts): boolean {
  return Object.values(counts).every((count) => count === 0);
}
