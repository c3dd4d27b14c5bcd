import type { ErrorRecord } from '../../domain/errors.ts';
import { type InputStatus, inputStatus, isWaiting, lastPageOf } from '../../domain/input-status.ts';
import {
  type InputMark,
  type OpenInput,
  type ReopenedInput,
  type RunWindow,
  shardOf,
  type StoredInput,
} from '../../domain/input.ts';
import type { PageSlot } from '../../domain/page.ts';
import type { RunControl, RunInfo } from '../../domain/run.ts';
import type { PagePlace, ReadPorts } from './read-ports.ts';
import type { Step } from './steps.ts';
import { together } from '../together.ts';

/** An input of a run with what came of it so far. Instants are epoch ms. */
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

const INPUTS_AT_ONCE = 100;
/** Inputs looked at in one call at most: a filter by status may let few of them through. */
const INPUTS_A_CALL = 2_000;

/** The inputs of a run in their order, after an index; only those of the statuses given, unless that is null. */
export async function* listInputs(
  ports: InputPorts,
  control: RunControl,
  list: { readonly after: number; readonly statuses: readonly InputStatus[] | null; readonly limit: number },
): AsyncGenerator<Step<InputRow, number>> {
  const atOnce = list.statuses === null ? Math.min(INPUTS_AT_ONCE, list.limit + 1) : INPUTS_AT_ONCE;
  // The window first: an input that ends meanwhile is then in hand and marked, and its mark wins.
  const window = control.mode === 'LIVE' ? null : await ports.progress.readWindow(control.uid);
  const begin = list.after + 1;
  for (let at = begin; at < control.inputsTotal;) {
    if (at - begin >= INPUTS_A_CALL) {
      yield { row: null, after: at - 1 };
      return;
    }
    const inputs = (await ports.runs.readInputs(control.uid, at)).slice(0, atOnce);
    if (inputs.length === 0) throw new Error(`Run ${control.uid} lacks its input ${at}.`);
    for (const row of await describeInputs(ports, control, window, at, inputs)) {
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
  first: number,
  inputs: readonly StoredInput[],
): Promise<readonly InputRow[]> {
  if (control.mode === 'LIVE') return inputs.map((stored) => liveRow(control, stored));
  const indices = inputs.map((_, offset) => first + offset);
  const { marks, reopened } = await ports.reader.readMarks(control.uid, [...new Set(indices.map(shardOf))]);
  const places = indices.flatMap((input) => placesToRead(input, marks.get(input), reopened.get(input)));
  const inHand = indices.filter((input) => !marks.has(input) && window?.open.has(input));
  const [slots, lastSlots] = await together([
    ports.reader.readSlots(control.uid, places),
    together(inHand.map((input) => ports.progress.readLastSlot(control.uid, input))),
  ]);
  const slotAt = new Map(slots.map((slot) => [placeText(slot), slot]));
  const lastOf = new Map(lastSlots.flatMap((slot) => (slot === null ? [] : [[slot.input, slot] as const])));
  return inputs.map((stored, offset) => {
    const index = first + offset;
    const mark = marks.get(index) ?? null;
    const lastPage = mark === null ? reopened.get(index)?.pages : lastPageOf(mark);
    const lastKnown = lastPage === undefined ? undefined : slotAt.get(placeText({ input: index, page: lastPage }));
    return asyncRow(ports, control, {
      index,
      stored,
      mark,
      open: (window?.epoch === control.epoch ? window.open.get(index) : undefined) ?? null,
      firstSlot: slotAt.get(placeText({ input: index, page: 0 })) ?? null,
      lastSlot: lastOf.get(index) ?? lastKnown ?? null,
    });
  });
}

/** The slots that say what the mark does not: when the input began, why it failed, what it found to tell. */
function placesToRead(
  input: number,
  mark: InputMark | undefined,
  reopened: ReopenedInput | undefined,
): readonly PagePlace[] {
  const begin = { input, page: 0 };
  if (reopened !== undefined) return [begin, { input, page: reopened.pages }];
  return mark?.status === 'FAILED' || mark?.empty ? [begin, { input, page: lastPageOf(mark) }] : [begin];
}

function placeText({ input, page }: PagePlace): string {
  return `${input} ${page}`;
}

interface Known {
  readonly index: number;
  readonly stored: StoredInput;
  readonly mark: InputMark | null;
  readonly open: OpenInput | null;
  readonly firstSlot: PageSlot | null;
  readonly lastSlot: PageSlot | null;
}

function asyncRow(ports: Pick<ReadPorts, 'clock'>, control: RunControl, known: Known): InputRow {
  const { index, stored, mark, open, firstSlot } = known;
  const lastSlot = known.lastSlot ?? firstSlot;
  const now = ports.clock.now();
  const status = inputStatus({ run: control, mark, open, hasPages: lastSlot !== null, now });
  const outcome = lastSlot?.outcome;
  const refused = control.status === 'INVALID' ? control.lastError : null;
  return {
    index,
    stored,
    status,
    lastError: status !== 'FAILED' ? null : outcome?.kind === 'FAILURE' ? outcome.error : refused,
    lastInfo: outcome?.kind === 'RESULT' ? outcome.info : null,
    outputs: mark?.outputs ?? lastSlot?.results ?? 0,
    tries: mark?.tries ?? triesSoFar(lastSlot, open),
    postponedUntil: status === 'SCHEDULED' ? waitsUntil(control, open, now) : null,
    startedAt: firstSlot?.at ?? null,
    finishedAt: mark?.finishedAt ?? null,
    updatedAt: mark?.finishedAt ?? lastSlot?.at ?? control.createdAt,
  };
}

/** Tries of recorded pages, and of the one in hand. */
function triesSoFar(lastSlot: PageSlot | null, open: OpenInput | null): number {
  const inHand = open !== null && open.page > (lastSlot?.page ?? -1) ? open.attempt : 0;
  return (lastSlot?.tries ?? 0) + inHand;
}

function waitsUntil(control: RunControl, open: OpenInput | null, now: number): number | null {
  return open !== null && isWaiting(open, now) ? open.until : control.postponedUntil;
}

function liveRow(control: RunControl, stored: StoredInput): InputRow {
  return {
    index: 0,
    stored,
    status: inputStatus({ run: control, mark: null, open: null, hasPages: false, now: control.updatedAt }),
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
