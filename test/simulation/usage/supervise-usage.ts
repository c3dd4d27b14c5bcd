import { isDeepStrictEqual } from 'node:util';
import { encodeMessage } from '../../../shared/aws/messages.ts';
import { addUsage, NO_USAGE, type UsageCounts } from '../../../shared/domain/usage-counts.ts';
import { workspaceUid } from '../callers.ts';
import type { OpenHistory } from '../history.ts';
import type { Onlookers } from '../onlookers.ts';
import { comeToRest } from '../rest.ts';
import type { Workload } from '../workload.ts';
import { usageTruths } from './usage-truth.ts';
import type { UsageWorkload } from './usage-workload.ts';
import { NOTHING } from './what-was-used.ts';

type Row = Readonly<Record<'runs' | 'live_calls' | 'pages' | 'outputs' | 'callbacks', number>>;

/** Has usage summed in the course of a history. */
export function sumWhileAtWork(
  { stage, deployment }: OpenHistory,
  { sumsAt }: UsageWorkload,
  workspaces: number,
): void {
  for (const at of sumsAt) stage.timeline.after(at, () => sumAll(deployment, workspaces));
}

function sumAll({ queues }: OpenHistory['deployment'], workspaces: number): void {
  for (let workspace = 0; workspace < workspaces; workspace += 1) {
    queues.control.send('sweep', encodeMessage({ kind: 'usage', workspaceUid: workspaceUid(workspace) }), 0);
  }
}

/**
 * Holds the usage of each workspace against what really happened: as it is read once all is at rest, and, where the
 * history is about usage, as its records have it once all runs are summed.
 */
export async function checkUsage(history: OpenHistory, onlookers: Onlookers, workload: Workload): Promise<void> {
  const workspaces = workload.receivers.length;
  await compare(history, 'usageIsTheTruth', await readAll(history, onlookers, workspaces));
  if (workload.usage === undefined || history.observer.violations.length > 0) return;
  const summed = { isOver: false };
  history.stage.timeline.after(workload.usage.lagMs + 60_000, () => {
    sumAll(history.deployment, workspaces);
    summed.isOver = true;
  });
  await comeToRest(history, () => summed.isOver);
  await compare(history, 'usageIsTheTruth', await readAll(history, onlookers, workspaces));
  await compare(history, 'usageOutlivesRuns', new Map(uids(workspaces).map((uid) => [uid, recorded(history, uid)])));
}

function uids(workspaces: number): readonly string[] {
  return Array.from({ length: workspaces }, (_, workspace) => workspaceUid(workspace));
}

async function compare(
  history: OpenHistory,
  name: 'usageIsTheTruth' | 'usageOutlivesRuns',
  counted: ReadonlyMap<string, UsageCounts>,
): Promise<void> {
  const truths = await usageTruths(history);
  const isLate = history.stage.adversary.kinds().some((kind) => LATE.includes(kind));
  for (const [uid, counts] of counted) {
    const { counts: right, mayLack, isOpen } = truths.get(uid) ?? NOTHING;
    if (isDeepStrictEqual(counts, right) || (mayLack && isLate) || isOpen) continue;
    history.observer.violate(
      name,
      `workspace ${uid} has used ${JSON.stringify(counts)}, correct is ${JSON.stringify(right)}`,
    );
  }
}

/** Faults with which a page may land after the engine must assume that it will not. */
const LATE: readonly string[] = ['frozen_worker', 'lambda_timeout', 'slow_call', 'clock_skew'];

async function readAll(
  history: OpenHistory,
  onlookers: Onlookers,
  workspaces: number,
): Promise<ReadonlyMap<string, UsageCounts>> {
  const found = new Map<string, UsageCounts>();
  history.stage.timeline.after(1, async () => {
    for (const [workspace, uid] of uids(workspaces).entries()) {
      const rows = (await onlookers.readRows(workspace, '/v1/usage')) as readonly Row[]; // cast: as the route declares
      found.set(uid, rows.map(countsOf).reduce(addUsage, NO_USAGE));
    }
  });
  await comeToRest(history, () => found.size === workspaces);
  return found;
}

function countsOf({ runs, live_calls: liveCalls, pages, outputs, callbacks }: Row): UsageCounts {
  return { runs, liveCalls, pages, outputs, callbacks };
}

/** What the records of usage have, without looking at any run. */
function recorded({ records }: OpenHistory, uid: string): UsageCounts {
  return records.usage(uid).reduce(addUsage, NO_USAGE);
}
