import type { ErrorRecord } from '../../domain/errors.ts';
import { type InputStatus, inputStatus, isWaiting } from '../../domain/input-status.ts';
import { endOf, type OpenInput, type RunWindow, SHARD_SIZE, shardOf, type StoredInput } from '../../domain/input.ts';
import type { PageRecord } from '../../domain/page.ts';
import { hasEnded } from '../../domain/run-status.ts';
import type { RunControl, RunInfo } from '../../domain/run.ts';
import type { ReadPorts } from './read-ports.ts';
import type { Step } from './steps.ts';
import { settleAll } from '../settle-all.ts';

/** An input of a run with its status and progress. Instants are epoch ms. */
export interface InputRow {
  readonly index: number;
  readonly stored: StoredInput;
  readonly status: InputStatus;
  readonly lastError: ErrorRecord | null;
  readonly lastInfo: RunInfo | null;
  readonly outputs: number;
  /** Attempts the engine spent beyond the first of each page. */
  readonly tries: number;
  readonly postponedUntil: number | null;
  /** When its first page was recorded. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly updatedAt: number;
}

type InputPorts = Pick<ReadPorts, 'clock' | 'reader' | 'runs' | 'progress'>;

interface ListOptions {
  readonly after: number;
  readonly statuses: readonly InputStatus[] | null;
  readonly limit: number;
}

const INPUTS_AT_ONCE = 100;
/** How many inputs one call reads at most: a filter by status may match few of them. */
const INPUTS_A_CALL = 2_000;

/** The inputs of a run in order, after an index; only those with one of the statuses, unless `statuses` is null. */
export async function* listInputs(
  ports: InputPorts,
  control: RunControl,
  list: ListOptions,
): AsyncGenerator<Step<InputRow, number>> {
  // The window is read first: an input that ends meanwhile still counts as open, and its failure note is read later.
  const window = control.mode === 'LIVE' ? null : await ports.progress.readWindow(control.uid);
  const onlyFailed = list.statuses !== null && list.statuses.every((status) => status === 'FAILED');
  // Failed inputs are found by their notes; but in an INVALID run all have failed, and a live run's record says it.
  if (onlyFailed && window !== null && control.status !== 'INVALID') yield* listFailed(ports, control, window, list);
  else yield* walkInputs(ports, control, window, list);
}

async function* listFailed(
  ports: InputPorts,
  control: RunControl,
  window: RunWindow,
  { after }: ListOptions,
): AsyncGenerator<Step<InputRow, number>> {
  let looked = 0;
  for await (const noted of ports.progress.listFailed(control.uid, { input: after + 1, direction: 'up' })) {
    const failed = noted.filter((one) => endOf(one.input, window, one, control) === 'FAILED');
    const inputs = await settleAll(failed.map(({ input }) => ports.runs.readInput(control.uid, input)));
    const wanted = failed.map(({ input }, index) => [input, inputs[index]] as const);
    for (const row of await describeInputs(ports, control, window, new Map(wanted.filter(isRead)))) {
      yield { row, after: row.index };
    }
    looked += SHARD_SIZE;
    const last = noted.at(-1)?.input;
    if (looked < INPUTS_A_CALL || last === undefined) continue;
    yield { row: null, after: last };
    return;
  }
}

function isRead(pair: readonly [number, StoredInput | undefined]): pair is readonly [number, StoredInput] {
  return pair[1] !== undefined;
}

async function* walkInputs(
  ports: InputPorts,
  control: RunControl,
  window: RunWindow | null,
  list: ListOptions,
): AsyncGenerator<Step<InputRow, number>> {
  const atOnce = list.statuses === null ? Math.min(INPUTS_AT_ONCE, list.limit + 1) : INPUTS_AT_ONCE;
  const begin = list.after + 1;
  for (let at = begin; at < control.inputsTotal;) {
    if (at - begin >= INPUTS_A_CALL) {
      yield { row: null, after: at - 1 };
      return;
    }
    const inputs = (await ports.runs.readInputs(control.uid, at)).slice(0, atOnce);
    if (inputs.length === 0) throw new Error(`Run ${control.uid} lacks its input ${at}.`);
    const first = at;
    const byIndex = new Map(inputs.map((stored, offset) => [first + offset, stored]));
    for (const row of await describeInputs(ports, control, window, byIndex)) {
      const wanted = list.statuses === null || list.statuses.includes(row.status);
      if (wanted) yield { row, after: row.index };
    }
    at += inputs.length;
  }
}

async function describeInputs(
  ports: InputPorts,
  control: RunControl,
  window: RunWindow | null,
  inputs: ReadonlyMap<number, StoredInput>,
): Promise<readonly InputRow[]> {
  if (control.mode === 'LIVE') return Array.from(inputs.values(), (stored) => liveRow(control, stored));
  const indices = [...inputs.keys()];
  const noted = await ports.progress.readFailed(control.uid, [...new Set(indices.map(shardOf))]);
  // An input without a turn has no records. Of a run that ended under release 0.1.0 only pages are known.
  const isOld = window === null && hasEnded(control.status);
  const begun = indices.filter((index) => isOld || (window !== null && (window.order > 0 || index < window.front)));
  const [firstPageRecords, lastPageRecords] = await settleAll([
    ports.reader.readPageRecords(
      control.uid,
      begun.map((input) => ({ input, page: 0 })),
    ),
    settleAll(begun.map((input) => ports.progress.readLastPageRecord(control.uid, input))),
  ]);
  const firstOf = new Map(firstPageRecords.map((pageRecord) => [pageRecord.input, pageRecord]));
  const lastOf = new Map(
    lastPageRecords.flatMap((pageRecord) => (pageRecord === null ? [] : [[pageRecord.input, pageRecord] as const])),
  );
  return Array.from(inputs, ([index, stored]) => {
    const lastPageRecord = lastOf.get(index) ?? null;
    return asyncRow(ports, control, {
      index,
      stored,
      end: isOld ? endWith(lastPageRecord) : endOf(index, window, noted.get(index), control),
      open: (window?.epoch === control.epoch ? window.open.get(index) : undefined) ?? null,
      firstPageRecord: firstOf.get(index) ?? null,
      lastPageRecord,
    });
  });
}

function endWith(lastPageRecord: PageRecord | null): 'SUCCEEDED' | 'FAILED' | null {
  if (lastPageRecord?.outcome.kind === 'FAILURE') return 'FAILED';
  return lastPageRecord?.outcome.last === true ? 'SUCCEEDED' : null;
}

interface Known {
  readonly index: number;
  readonly stored: StoredInput;
  readonly end: 'SUCCEEDED' | 'FAILED' | null;
  readonly open: OpenInput | null;
  readonly firstPageRecord: PageRecord | null;
  readonly lastPageRecord: PageRecord | null;
}

function asyncRow(ports: Pick<ReadPorts, 'clock'>, control: RunControl, known: Known): InputRow {
  const { index, stored, end, open, firstPageRecord, lastPageRecord } = known;
  const now = ports.clock.now();
  const status = inputStatus({ run: control, end, open, hasPages: lastPageRecord !== null, now });
  const outcome = lastPageRecord?.outcome;
  const refused = control.status === 'INVALID' ? control.lastError : null;
  return {
    index,
    stored,
    status,
    lastError: status !== 'FAILED' ? null : outcome?.kind === 'FAILURE' ? outcome.error : refused,
    lastInfo: outcome?.kind === 'RESULT' ? outcome.info : null,
    outputs: lastPageRecord?.results ?? 0,
    tries: triesSoFar(lastPageRecord, end === null ? open : null),
    postponedUntil: status === 'SCHEDULED' ? waitsUntil(control, open, now) : null,
    startedAt: firstPageRecord?.at ?? null,
    finishedAt: end === null ? null : (lastPageRecord?.at ?? null),
    updatedAt: lastPageRecord?.at ?? control.createdAt,
  };
}

/** Attempts beyond the first of each page: those of the recorded pages and of the page at work. */
function triesSoFar(lastPageRecord: PageRecord | null, open: OpenInput | null): number {
  const inHand = open !== null && open.page > (lastPageRecord?.page ?? -1) ? open.attempt : 0;
  return (lastPageRecord?.tries ?? 0) + inHand;
}

function waitsUntil(control: RunControl, open: OpenInput | null, now: number): number | null {
  return open !== null && isWaiting(open, now) ? open.until : control.postponedUntil;
}

function liveRow(control: RunControl, stored: StoredInput): InputRow {
  return {
    index: 0,
    stored,
    status: inputStatus({ run: control, end: null, open: null, hasPages: false, now: control.updatedAt }),
    lastError: control.lastError,
    lastInfo: control.lastInfo,
    outputs: control.totals.outputs,
    tries: 0,
    postponedUntil: null,
    startedAt: control.startedAt,
    finishedAt: control.finishedAt,
    updatedAt: control.updatedAt,
  };
}
