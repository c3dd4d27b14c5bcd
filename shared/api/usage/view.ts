import type * as z from 'zod';
import { addUsage, NO_USAGE, type UsageCounts } from '../../domain/usage-counts.ts';
import { usdOf } from '../../domain/usage-cost.ts';
import type { usageRow } from './schemas.ts';

type UsageRow = z.output<typeof usageRow>;

/** Usage as the API shows it. */
export function countsView(counts: UsageCounts): Omit<UsageRow, 'day' | 'action_name'> {
  const { runs, liveCalls, pages, outputs, callbacks } = counts;
  return { runs, live_calls: liveCalls, pages, outputs, callbacks, estimated_usd: usdOf(counts) };
}

/** The rows of a usage, by day and action; with `by`, the other is summed. */
export function usageView(
  days: ReadonlyMap<string, ReadonlyMap<string, UsageCounts>>,
  by: 'day' | 'action' | undefined,
): readonly UsageRow[] {
  const rows = new Map<string, { day: string | null; action: string | null; counts: UsageCounts }>();
  for (const [ofDay, actions] of days) {
    for (const [ofAction, counts] of actions) {
      const day = by === 'action' ? null : ofDay;
      const action = by === 'day' ? null : ofAction;
      const key = `${day ?? ''} ${action ?? ''}`;
      rows.set(key, { day, action, counts: addUsage(rows.get(key)?.counts ?? NO_USAGE, counts) });
    }
  }
  return [...rows]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { day, action, counts }]) => ({ day, action_name: action, ...countsView(counts) }));
}
