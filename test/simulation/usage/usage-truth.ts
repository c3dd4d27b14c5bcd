import { addUsage, type UsageCounts } from '../../../shared/domain/usage-counts.ts';
import type { RunControl } from '../../../shared/domain/run.ts';
import { readTruths } from '../checks/check-all.ts';
import type { Records } from '../records.ts';
import type { OpenHistory } from '../history.ts';
import type { RunTruth } from '../run-truth.ts';
import type { Truth } from '../truth.ts';
import { deletedUsage } from './deleted-usage.ts';
import { NOTHING, pagesOf, type UsageTruth } from './what-was-used.ts';

/** The usage of each workspace, by its uid, from what was recorded of pages and what receivers were to be sent. */
export async function usageTruths({
  records,
  truth,
  ...history
}: OpenHistory): Promise<ReadonlyMap<string, UsageTruth>> {
  const found = new Map<string, UsageTruth>();
  const add = ({ workspaceUid }: RunControl, { counts, mayLack, isOpen }: UsageTruth): void => {
    const before = found.get(workspaceUid) ?? NOTHING;
    found.set(workspaceUid, {
      counts: addUsage(before.counts, counts),
      mayLack: before.mayLack || mayLack,
      isOpen: before.isOpen || isOpen,
    });
  };
  for (const run of await readTruths({ ...history, records, truth })) {
    // The end of a stopped run is settled when nothing can land any more; such faults let a page land after that.
    const wasStopped = run.control.history.some(({ status }) => status === 'STOPPED');
    add(run.control, {
      ...NOTHING,
      counts: asyncUsage(run, history.observer.failures.get(run.control.uid)),
      mayLack: wasStopped,
    });
  }
  for (const uid of records.runUids()) {
    const control = records.control(uid);
    if (control?.mode === 'LIVE') add(control, { ...NOTHING, counts: await liveUsage(records, truth, control) });
  }
  for (const uid of history.observer.deleted.keys()) {
    const control = records.control(uid);
    if (control !== null) add(control, deletedUsage(history.observer, truth, control));
  }
  return found;
}

function asyncUsage(
  { inputs, callbacks, finishes, definition }: RunTruth,
  failures: ReadonlySet<string> | undefined,
): UsageCounts {
  const records = inputs.flatMap((input) => input.pages).map(({ pageRecord }) => pageRecord);
  const pages = pagesOf(records, failures);
  const outputs = inputs.flatMap((input) => input.pages).reduce((sum, { results }) => sum + results.length, 0);
  const told = callbacks.length + (definition.callback === null ? 0 : finishes.length);
  return { runs: 1, liveCalls: 0, pages, outputs, callbacks: told };
}

/** A queued page, or one that was kept under a key, is recorded; any other is what the action gave, unless it failed. */
async function liveUsage(records: Records, truth: Truth, { uid, status }: RunControl): Promise<UsageCounts> {
  const [recorded] = await records.pages(uid, 0);
  const given = truth.pages.findLast(({ runUid }) => runUid === uid);
  const { results } = recorded ?? (status === 'SUCCEEDED' ? given : undefined) ?? { results: [] };
  return { runs: 0, liveCalls: 1, pages: 1, outputs: results.length, callbacks: 0 };
}
