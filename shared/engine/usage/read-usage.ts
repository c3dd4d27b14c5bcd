import { dayEnd, dayOf, dayStart, usageOfDay } from '../../domain/usage.ts';
import { addActions, sumRuns } from './sum-runs.ts';
import type { UsagePorts } from './usage-ports.ts';
import type { UsageByAction, UsageDay } from './usage-store.ts';

const RUNS_A_STEP = 400;

/** How much one call may read of runs that are not in the records yet. */
export interface UsageBudget {
  readonly runs: number;
  /** No step begins after this (epoch ms). */
  readonly until: number;
}

/** Usage of some days. */
export interface Usage {
  /** Only days on which something was used. */
  readonly days: ReadonlyMap<string, UsageByAction>;
  /** False: runs of the last of these days are missing, because there were more than the budget allowed. */
  readonly isComplete: boolean;
}

/**
 * A workspace's usage from a UTC day to another, both included: what the days' records have, what runs did beyond that,
 * and the runs that are not summed yet. It is exact for runs that have ended; others count nothing yet.
 */
export async function readUsage(
  ports: UsagePorts,
  workspaceUid: string,
  { from, to }: { readonly from: string; readonly to: string },
  budget: UsageBudget,
): Promise<Usage> {
  const days = new Map<string, UsageByAction>();
  const add = (day: string, actions: UsageByAction): void => {
    if (actions.size > 0) days.set(day, addActions(days.get(day) ?? new Map(), actions));
  };
  const recorded = await ports.usage.listDays(workspaceUid, from);
  for (const { day, actions } of recorded) if (day <= to) add(day, actions);
  const after = recorded.at(-1)?.through ?? null;
  const isComplete = await addUnsummed(ports, workspaceUid, { from, to, after }, budget, add);
  // Last: a run that was summed just now, unfinished, may have ended since.
  for (const { day, actionName, counts } of await ports.usage.listBeyondDays(workspaceUid, from, to)) {
    add(day, new Map([[actionName, counts]]));
  }
  return { days: new Map([...days].toSorted(([one], [other]) => (one < other ? -1 : 1))), isComplete };
}

/** Adds the runs that were created after those in the records. False: the budget did not suffice. */
async function addUnsummed(
  ports: UsagePorts,
  workspaceUid: string,
  range: { readonly from: string; readonly to: string; readonly after: UsageDay['through'] | null },
  budget: UsageBudget,
  add: (day: string, actions: UsageByAction) => void,
): Promise<boolean> {
  const createdBefore = dayEnd(range.to);
  let { after } = range;
  for (let read = 0; ;) {
    const createdFrom = after?.createdAt ?? dayStart(range.from);
    const limit = Math.min(RUNS_A_STEP, budget.runs - read);
    if (limit <= 0 || ports.clock.now() >= budget.until) return false;
    const place = { order: 'ascending', after, createdFrom, createdBefore, limit } as const;
    const { rows, more } = await ports.reader.listRuns(workspaceUid, place);
    const controls = await ports.usage.readControls(rows.map(({ uid }) => uid));
    for (const [day, runs] of Map.groupBy(controls, ({ createdAt }) => dayOf(createdAt))) {
      add(day, sumRuns(runs, usageOfDay));
    }
    const last = rows.at(-1);
    if (!more || last === undefined) return true;
    read += rows.length;
    after = { createdAt: last.createdAt, uid: last.uid };
  }
}
