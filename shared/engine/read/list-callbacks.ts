import type { CallbackStatus } from '../../domain/callback.ts';
import { isVisible } from './find-run.ts';
import { type CallbackRow, listRunCallbacks } from './list-run-callbacks.ts';
import { listRuns, type RunFilter } from './list-runs.ts';
import type { ReadPorts, Run, RunPlace, RunRange } from './read-ports.ts';
import { createBudget, type Step } from './steps.ts';

/** A place in the list of a workspace's callbacks: a run and a place within it. */
export interface CallbackPlace {
  readonly run: RunPlace;
  readonly within: string;
}

/** How many reads, of runs and shards, one call makes at most. */
const READS_A_CALL = 100;
const RUNS_AT_ONCE = 20;
/** Sorts after every place within a run. */
const RUN_IS_OVER = '~';

/** A workspace's callback records, ordered by the creation of their run, then by input, page and part. */
export async function* listCallbacks(
  ports: ReadPorts,
  list: {
    readonly workspaceUid: string;
    readonly order: RunRange['order'];
    readonly runUids: readonly string[] | null;
    readonly statuses: readonly CallbackStatus[] | null;
    readonly after: CallbackPlace | null;
  },
): AsyncGenerator<Step<CallbackRow, CallbackPlace>> {
  const { workspaceUid, order, after, statuses } = list;
  const budget = createBudget(READS_A_CALL);
  const filter: RunFilter = { ...EVERY_RUN, uids: list.runUids };
  const wanted = ({ status }: { readonly status: CallbackStatus }): boolean => statuses?.includes(status) ?? true;

  const begun = after === null ? null : await readBegun(ports, workspaceUid, after.run);
  const further = listRuns(ports, { workspaceUid, filter, order, after: after?.run ?? null, limit: RUNS_AT_ONCE });
  for await (const { row: run, after: place } of startWith(begun, further)) {
    if (run === null) {
      yield { row: null, after: { run: place, within: RUN_IS_OVER } };
      return;
    }
    const within = run === begun?.row && after !== null ? after.within : '';
    if (!budget.spend(1)) {
      yield { row: null, after: { run: place, within } };
      return;
    }
    const steps = listRunCallbacks(ports, run, { after: within, wanted, budget });
    for await (const step of unlessDeleted(ports, run, steps)) {
      yield { row: step.row, after: { run: place, within: step.after } };
      if (step.row === null) return;
    }
  }
}

/** The list of a run that may be deleted while it is read: then it is over. */
async function* unlessDeleted<Row>(
  ports: Pick<ReadPorts, 'runs'>,
  { control }: Run,
  steps: AsyncIterable<Row>,
): AsyncGenerator<Row> {
  try {
    yield* steps;
  } catch (error) {
    if ((await ports.runs.readControl(control.uid)) !== null) throw error;
  }
}

const EVERY_RUN: RunFilter = {
  statuses: null,
  actionNames: null,
  modes: ['ASYNC'], // live runs have no callbacks
  uids: null,
  scheduledRunUids: null,
  names: null,
  tags: null,
  createdFrom: 0,
  createdBefore: Infinity,
};

type BegunRun = Step<Run, RunPlace>;

/** The run in which the previous page of the list ended; null when it has expired since. */
async function readBegun(ports: ReadPorts, workspaceUid: string, place: RunPlace): Promise<BegunRun | null> {
  const run = (await ports.reader.readRuns([place.uid])).get(place.uid);
  if (run === undefined || !isVisible(run.control, workspaceUid, ports.clock.now())) return null;
  return { row: run, after: place };
}

async function* startWith(
  first: BegunRun | null,
  rest: AsyncIterable<Step<Run, RunPlace>>,
): AsyncGenerator<Step<Run, RunPlace>> {
  if (first !== null) yield first;
  yield* rest;
}
