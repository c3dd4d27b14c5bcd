import { dayOf, usageOfDay } from '../../domain/usage.ts';
import type { RunControl } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import type { ListedRun } from '../read/read-ports.ts';
import { settleAll } from '../settle-all.ts';
import { addActions, sumRuns } from './sum-runs.ts';
import type { UsagePorts } from './usage-ports.ts';
import type { UsageDay } from './usage-store.ts';

const RUNS_A_STEP = 400;

/**
 * Sums a workspace's runs into the records of their days, in the order of their creation, up to those created two hours
 * ago; it begins no step after `until` (epoch ms). A run that has not ended is marked, and counts itself when it ends.
 * False: there are more. Idempotent: a sum goes on from where the record says, and of two workers one writes.
 */
export async function rollUpUsage(
  ports: UsagePorts & Pick<CorePorts, 'runs' | 'settings'>,
  workspaceUid: string,
  until: number,
): Promise<boolean> {
  const createdBefore = ports.clock.now() - ports.settings.usageLagMs;
  let latest = await ports.usage.readLatestDay(workspaceUid);
  while (ports.clock.now() < until) {
    const after = latest?.through ?? null;
    const range = { order: 'ascending', after, createdFrom: after?.createdAt ?? 0, createdBefore } as const;
    const { rows, more } = await ports.reader.listRuns(workspaceUid, { ...range, limit: RUNS_A_STEP });
    for (const ofDay of Map.groupBy(rows, ({ createdAt }) => dayOf(createdAt)).values()) {
      const controls = await ports.usage.readControls(ofDay.map(({ uid }) => uid));
      const next = await addToDay(ports, { rows: ofDay, controls }, latest);
      if (next === null) continue;
      const before: UsageDay['through'] | null = latest?.day === next.day ? latest.through : null;
      if (!(await ports.usage.putDay(workspaceUid, next, before))) return true; // another worker is at it
      latest = next;
      // A deleted run was in the index only until it is summed.
      const deleted = controls.filter(({ isDeleted }) => isDeleted);
      await settleAll(deleted.map(({ uid }) => ports.runs.unlist(uid)));
    }
    if (!more) return true;
  }
  return false;
}

/** The record of the day of these runs with them in it. Null: there are none. */
async function addToDay(
  ports: Pick<CorePorts, 'runs'>,
  { rows, controls }: { readonly rows: readonly ListedRun[]; readonly controls: readonly RunControl[] },
  latest: UsageDay | null,
): Promise<UsageDay | null> {
  const last = rows.at(-1);
  if (last === undefined) return null;
  const decided = await settleAll(controls.map((control) => decide(ports, control)));
  const actions = sumRuns(decided, usageOfDay);
  const day = dayOf(last.createdAt);
  const before = latest?.day === day ? latest.actions : new Map();
  return { day, actions: addActions(before, actions), through: { createdAt: last.createdAt, uid: last.uid } };
}

/** The run once it is decided what its day counts of it: a run that has not ended counts itself later. */
async function decide({ runs }: Pick<CorePorts, 'runs'>, control: RunControl): Promise<RunControl> {
  let read: RunControl | undefined = control;
  for (; read !== undefined; read = (await runs.readOrDeleted(control.uid))?.control) {
    if (usageOfDay(read) !== null || (await runs.countLater(read))) return read;
  }
  return control; // it is gone
}
