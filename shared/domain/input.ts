import type { Pace } from './pace.ts';
import type { Totals } from './run.ts';

/** Number of inputs in a shard. Their pages share a partition, and the notes of their failures share an item. */
export const SHARD_SIZE = 32;

/** Number of shards in a block. The records and the delivery log of their inputs' callbacks share a partition. */
export const BLOCK_SHARDS = 16;
const BLOCK_SIZE = SHARD_SIZE * BLOCK_SHARDS;

/** One input as it is stored: the action's input, and the custom data that only the caller's receiver sees. */
export interface StoredInput {
  readonly input: Readonly<Record<string, unknown>>;
  /** Null where the launch gave none. */
  readonly customData: Readonly<Record<string, unknown>> | null;
  /** Why a line of an upload cannot be an input; absent where it is one. */
  readonly fault?: string;
}

/** Inputs that are stored together; `first` is the index of the first. */
export interface InputChunk {
  readonly first: number;
  readonly inputs: readonly StoredInput[];
}

/**
 * The note of a failed input. It is written before the window counts the input, since failures are found only by it.
 */
export interface FailedInput {
  readonly input: number;
  /** The epoch in which it failed. */
  readonly epoch: number;
  /** The page that failed, which is also the number of pages before it. */
  readonly page: number;
  readonly outputs: number;
  readonly callbacks: number;
  /** The input itself was refused (BAD_INPUT): trying again is of no use. */
  readonly refused: boolean;
}

/** One position of a run's order: its input, and what is already counted of that input. */
export interface Position {
  readonly input: number;
  /** What the input had recorded when the attempt before ended. */
  readonly pages: number;
  readonly outputs: number;
  readonly callbacks: number;
}

/** The shard an input lies in. */
export function shardOf(input: number): number {
  return Math.floor(input / SHARD_SIZE);
}

/** The block an input lies in. */
export function blockOf(input: number): number {
  return Math.floor(input / BLOCK_SIZE);
}

/** How many shards a run of so many inputs has. */
function shardCount(inputsTotal: number): number {
  return Math.ceil(inputsTotal / SHARD_SIZE);
}

/** How many blocks a run of so many inputs has. */
export function blockCount(inputsTotal: number): number {
  return Math.ceil(inputsTotal / BLOCK_SIZE);
}

/** How many shards may have records: as far as the window has come. In a retry all, as every input has had its turn. */
export function shardsBegun(
  window: Pick<RunWindow, 'next' | 'order'> | null,
  { inputsTotal }: { readonly inputsTotal: number },
): number {
  if (window === null) return 0;
  return shardCount(window.order > 0 ? inputsTotal : Math.min(window.next, inputsTotal));
}

/** How many blocks may have records, as {@link shardsBegun} for shards. */
export function blocksBegun(
  window: Pick<RunWindow, 'next' | 'order'> | null,
  run: { readonly inputsTotal: number },
): number {
  return Math.ceil(shardsBegun(window, run) / BLOCK_SHARDS);
}

/** What an open input waits for, and what it has tried. */
export interface Wait {
  /** The page it was written for. Pages that succeeded since are only in the log. */
  readonly page: number;
  /** Attempts spent on that page. */
  readonly attempt: number;
  /** Epoch ms until which it waits, or null. */
  readonly until: number | null;
  /** `until` is a place that is reserved for this page in the line of the action's pace; absent: it is not. */
  readonly reserved?: boolean;
  /**
   * How often in a row the page was asked to wait (0: by its pace or a quota only), and since when, epoch ms; absent: it
   * was not. `quota`: the quota pages_per_day of so many pages holds it back until `until`; absent: it does not.
   */
  readonly limited?: { readonly times: number; readonly since: number; readonly quota?: number };
  /** Short hash of the message that wrote this. Only that message sends what follows. Empty: no message wrote it. */
  readonly by: string;
}

/** The wait of an input that has neither waited nor been tried again. */
export const NO_WAIT: Wait = { page: 0, attempt: 0, until: null, by: '' };

/**
 * A wait as the window of a later epoch takes it over. Whoever opens that window sends the input on; what a quota held
 * back asks again, because the quota may have been raised.
 */
export function takenOver(wait: Wait): Wait {
  if (wait.limited?.quota === undefined) return { ...wait, by: TAKEN_OVER };
  const { page, attempt } = wait;
  return { page, attempt, until: null, by: TAKEN_OVER };
}

/** Whether an input was asked to wait by a call of its action, which spends no attempt: its page is counted already. */
export function hasBeenAsked({ limited }: Pick<Wait, 'limited'>): boolean {
  return (limited?.times ?? 0) > 0;
}

/** Whether an input is in a window as it was opened, no worker having written since: the opener sends it. */
export function isFromOpening({ position, by }: Pick<OpenInput, 'position' | 'by'>, { begun }: RunWindow): boolean {
  return position < begun && (by === NO_WAIT.by || by === TAKEN_OVER);
}

const TAKEN_OVER = 'before';

/** An open input: it has a place in the run's window. */
export interface OpenInput extends Wait {
  /** Its place in the window, from 0. */
  readonly place: number;
  /** Its position in the run's order. */
  readonly position: number;
  /** What the attempt before already counted of it. */
  readonly counted: Omit<Position, 'input'>;
}

/**
 * The window of a run: its open inputs, each in a place, and how far the run has come. Ending an input counts it and
 * gives its place to the next position in the same write, so each input is counted once.
 */
export interface RunWindow {
  readonly epoch: number;
  /** 0: positions are the inputs themselves. Else the epoch of the retry whose list of failed inputs they count. */
  readonly order: number;
  /** How many positions there are; 0: the window is closed, and the run is being ended. */
  readonly length: number;
  /** The first position that has no place yet. */
  readonly next: number;
  /** The input at position `next`: it and later inputs had no turn yet. The run's total where none is left. */
  readonly front: number;
  /** `next` when this epoch began. Positions before it were sent by whoever opened the window. */
  readonly begun: number;
  /** The open inputs, by input. */
  readonly open: ReadonlyMap<number, OpenInput>;
  /** Sums over all inputs that have ended. */
  readonly totals: Totals;
}

/** Places of a run of ordinary size, and the fewest of a larger run. */
const LEAST_PLACES = 20;
/** A larger run has one place per this many inputs: with pages of one second it ends within ten minutes. */
export const INPUTS_A_PLACE = 500;

/**
 * How many inputs of a run are open at once: more for a larger run, up to the owner's limit. With a pace, no more than
 * the pace allows in a minute: the others would only wait, and each wait costs a write.
 */
export function placesOf(
  inputsTotal: number,
  { limit, inputsAPlace, pace }: { readonly limit: number; readonly inputsAPlace: number; readonly pace: Pace | null },
): number {
  const bySize = Math.max(LEAST_PLACES, Math.ceil(inputsTotal / inputsAPlace));
  const byPace = pace === null ? Infinity : Math.max(LEAST_PLACES, Math.ceil((pace.calls * 60_000) / pace.perMs));
  return Math.min(limit, bySize, byPace);
}

/** Whether all inputs of a run have ended. */
export function isComplete({ open, length }: RunWindow): boolean {
  return open.size === 0 && length > 0;
}

/** How an input ended, by the window and the note of its failure; null: it has not ended, or a retry begins it anew. */
export function endOf(
  input: number,
  window: RunWindow | null,
  failed: FailedInput | undefined,
  { restartEpoch }: { readonly restartEpoch: number },
): 'SUCCEEDED' | 'FAILED' | null {
  if (window === null || window.open.has(input)) return null;
  if (failed !== undefined && isFailed(failed, restartEpoch)) return 'FAILED';
  if (window.order < restartEpoch) return failed === undefined ? 'SUCCEEDED' : null; // retried just now
  const hadItsTurn = window.order > 0 && failed === undefined ? true : input < window.front;
  return hadItsTurn ? 'SUCCEEDED' : null;
}

/** Whether a failure still counts: no retry has begun the input anew since. */
export function isFailed({ refused, epoch }: FailedInput, restartEpoch: number): boolean {
  return refused || epoch >= restartEpoch;
}
