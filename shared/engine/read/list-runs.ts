import { isRunUid } from '../../domain/ids.ts';
import { hasEnded, type RunStatus } from '../../domain/run-status.ts';
import type { ExecutionMode, RunCounts } from '../../domain/run.ts';
import { countRun } from './count-run.ts';
import { isVisible } from './find-run.ts';
import { readNextCursor } from './next-cursor.ts';
import type { ListedRun, ReadPorts, Run, RunPlace, RunRange } from './read-ports.ts';
import type { Step } from './steps.ts';
import { settleAll } from '../settle-all.ts';

/** Which runs a list contains. A run passes a filter that is null or has its value. */
export interface RunFilter {
  readonly statuses: readonly RunStatus[] | null;
  readonly actionNames: readonly string[] | null;
  readonly modes: readonly ExecutionMode[] | null;
  readonly uids: readonly string[] | null;
  readonly scheduledRunUids: readonly string[] | null;
  readonly names: readonly string[] | null;
  /** A run passes with one of them. */
  readonly tags: readonly string[] | null;
  readonly createdFrom: number;
  readonly createdBefore: number;
}

/** A request for a list of runs. */
export interface RunList {
  readonly workspaceUid: string;
  readonly filter: RunFilter;
  readonly order: RunRange['order'];
  readonly after: RunPlace | null;
  /** How many rows the caller wants: without filters, as many are read at once. */
  readonly limit: number;
}

/** How many rows of the index one call reads at most. */
const ROWS_A_CALL = 400;
const ROWS_AT_ONCE = 100;

/** A workspace's runs by creation. Filters may match few runs, so one call reads at most 400. */
export async function* listRuns(
  ports: Pick<ReadPorts, 'clock' | 'reader'>,
  list: RunList,
): AsyncGenerator<Step<Run, RunPlace>> {
  for await (const batch of batchesOf(ports, list)) {
    for (const run of batch.runs) yield { row: run, after: placeOf(run.control) };
    if (batch.pausedAt !== null) yield { row: null, after: batch.pausedAt };
  }
}

/** A run with its counts. */
export interface CountedRun extends Run {
  readonly counts: RunCounts;
  /** See {@link readNextCursor}. */
  readonly nextCursor: string | null;
}

/** As {@link listRuns}, with counts. Those of working runs, which are few, are read from their windows and pages. */
export async function* listCountedRuns(
  ports: Pick<ReadPorts, 'clock' | 'reader' | 'progress' | 'settings'>,
  list: RunList,
): AsyncGenerator<Step<CountedRun, RunPlace>> {
  for await (const batch of batchesOf(ports, list)) {
    const counted = await settleAll(
      batch.runs.map(async (run): Promise<CountedRun> => {
        const isAtWork = run.control.startedAt !== null && !hasEnded(run.control.status);
        const counts = isAtWork
          ? await countRun(ports, run.control)
          : { totals: run.control.totals, open: 0, stalled: null };
        return { ...run, counts, nextCursor: await readNextCursor(ports, run) };
      }),
    );
    for (const run of counted) yield { row: run, after: placeOf(run.control) };
    if (batch.pausedAt !== null) yield { row: null, after: batch.pausedAt };
  }
}

interface Batch {
  readonly runs: readonly Run[];
  /** The place where the call stops because it has read enough; null: it goes on, or the list is over. */
  readonly pausedAt: RunPlace | null;
}

async function* batchesOf(ports: Pick<ReadPorts, 'clock' | 'reader'>, list: RunList): AsyncGenerator<Batch> {
  if (list.filter.uids !== null) {
    yield { runs: await runsByUid(ports, list, list.filter.uids), pausedAt: null };
    return;
  }
  const { createdFrom, createdBefore } = list.filter;
  const atOnce = isSelective(list.filter) ? ROWS_AT_ONCE : Math.min(ROWS_AT_ONCE, list.limit + 1);
  let after = list.after;
  for (let seen = 0; seen < ROWS_A_CALL;) {
    const range = { order: list.order, after, createdFrom, createdBefore, limit: atOnce };
    const { rows, more } = await ports.reader.listRuns(list.workspaceUid, range);
    const wanted = rows.filter((row) => passes(row, list.filter));
    const found = await ports.reader.readRuns(wanted.map(({ uid }) => uid));
    const runs = wanted.flatMap(({ uid }) => found.get(uid) ?? []).filter((run) => isWanted(ports, list, run));
    const last = rows.at(-1);
    after = last === undefined ? after : placeOf(last);
    seen += rows.length;
    yield { runs, pausedAt: more && seen >= ROWS_A_CALL ? after : null };
    if (!more) return;
  }
}

async function runsByUid(
  ports: Pick<ReadPorts, 'clock' | 'reader'>,
  list: RunList,
  uids: readonly string[],
): Promise<readonly Run[]> {
  const { after, order, filter } = list;
  const sign = order === 'ascending' ? 1 : -1;
  const runs = await ports.reader.readRuns(uids.filter(isRunUid));
  const found = [...runs.values()].filter(
    (run) =>
      isWanted(ports, list, run) &&
      passes(run.control, filter) &&
      run.control.createdAt >= filter.createdFrom &&
      run.control.createdAt < filter.createdBefore &&
      (after === null || sign * comparePlaces(run.control, after) > 0),
  );
  return found.toSorted((a, b) => sign * comparePlaces(a.control, b.control));
}

function placeOf({ uid, createdAt }: RunPlace): RunPlace {
  return { uid, createdAt };
}

/** Checks what needs the whole records: whether the workspace may see the run, its status and its tags. */
function isWanted(
  ports: Pick<ReadPorts, 'clock'>,
  { workspaceUid, filter }: RunList,
  { control, definition }: Run,
): boolean {
  return (
    isVisible(control, workspaceUid, ports.clock.now()) &&
    includes(filter.statuses, control.status) &&
    includesAny(filter.tags, definition.tags)
  );
}

/** Checks the filters on fields that the index itself has. */
function passes(row: Omit<ListedRun, 'createdAt'>, filter: RunFilter): boolean {
  return (
    includes(filter.actionNames, row.actionName) &&
    includes(filter.modes, row.mode) &&
    includes(filter.names, row.name) &&
    includes(filter.scheduledRunUids, row.scheduledRunUid)
  );
}

function includes(wanted: readonly string[] | null, value: string | null): boolean {
  return wanted === null || (value !== null && wanted.includes(value));
}

/** Whether a list has one of the wanted values. */
export function includesAny(wanted: readonly string[] | null, values: readonly string[]): boolean {
  return wanted === null || values.some((value) => wanted.includes(value));
}

function isSelective({ statuses, actionNames, modes, scheduledRunUids, names, tags }: RunFilter): boolean {
  return [statuses, actionNames, modes, scheduledRunUids, names, tags].some((values) => values !== null);
}

function comparePlaces(a: RunPlace, b: RunPlace): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  return a.uid < b.uid ? -1 : a.uid === b.uid ? 0 : 1;
}
