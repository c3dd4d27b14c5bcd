import type { Pace } from './pace.ts';
import type { Totals } from './run.ts';

/** Inputs of one shard: their pages share a partition, and what is noted of their failures an item. */
export const SHARD_SIZE = 32;

/** Shards of one block: the records and the delivery log of their inputs' callbacks share a partition. */
export const BLOCK_SHARDS = 16;
const BLOCK_SIZE = SHARD_SIZE * BLOCK_SHARDS;

/** One input as it is stored: the action's input, and beside it what only the consumer's receiver sees. */
export interface StoredInput {
  readonly input: Readonly<Record<string, unknown>>;
  /** Null where the launch gave none. */
  readonly customData: Readonly<Record<string, unknown>> | null;
  /** Why a line of an upload cannot be an input; absent where it is one. */
  readonly fault?: string;
}

/** Inputs that lie together, from the index of the first. */
export interface InputChunk {
  readonly first: number;
  readonly inputs: readonly StoredInput[];
}

/** What an input had recorded when it failed. Noted before the window counts it: what failed is found by this alone. */
export interface FailedInput {
  readonly input: number;
  /** Under which it failed. */
  readonly epoch: number;
  /** The page that failed: so many pages stand before it. */
  readonly page: number;
  readonly outputs: number;
  readonly callbacks: number;
  /** The input itself was refused (BAD_INPUT): trying again is of no use. */
  readonly refused: boolean;
}

/** One position of a run's order: whose it is, and what is counted of it already. */
export interface Position {
  readonly input: number;
  /** What it had recorded when the attempt before ended. */
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

/** Shards in which something may be recorded: as far as the window has come. In a retry all inputs have had their turn. */
export function shardsBegun(
  window: Pick<RunWindow, 'next' | 'order'> | null,
  { inputsTotal }: { readonly inputsTotal: number },
): number {
  if (window === null) return 0;
  return shardCount(window.order > 0 ? inputsTotal : Math.min(window.next, inputsTotal));
}

/** The same in blocks. */
export function blocksBegun(
  window: Pick<RunWindow, 'next' | 'order'> | null,
  run: { readonly inputsTotal: number },
): number {
  return Math.ceil(shardsBegun(window, run) / BLOCK_SHARDS);
}

/** What an input in hand waits for, or has tried. */
export interface Wait {
  /** The page it was written for; pages that went well since are in the log only. */
  readonly page: number;
  /** Attempts spent on that page. */
  readonly attempt: number;
  /** Epoch ms until which it waits, or null. */
  readonly until: number | null;
  /** `until` is a place in the line of the action's pace, kept for this page; absent: no. */
  readonly held?: boolean;
  /** How often in a row the page was asked to wait, and since when (epoch ms); absent: it was not. */
  readonly limited?: { readonly times: number; readonly since: number };
  /** Short hash of the message that wrote this: only that one sends what follows from it. Empty: no message did. */
  readonly by: string;
}

/** Of an input that has neither waited nor been tried again. */
export const NO_WAIT: Wait = { page: 0, attempt: 0, until: null, by: '' };

/** What a window of a later epoch takes over: whoever opens it sends it on. */
export function takenOver(wait: Wait): Wait {
  return { ...wait, by: TAKEN_OVER };
}

/** Whether what stands in a window was sent, or is to be sent, by who opened it: no worker has written since. */
export function isFromOpening({ position, by }: Pick<OpenInput, 'position' | 'by'>, { begun }: RunWindow): boolean {
  return position < begun && (by === NO_WAIT.by || by === TAKEN_OVER);
}

const TAKEN_OVER = 'before';

/** An input that is in hand: it has a place in the run's window. */
export interface OpenInput extends Wait {
  /** Of the window's places. */
  readonly place: number;
  /** In the run's order. */
  readonly position: number;
  /** What is counted of it already, from the attempt before. */
  readonly counted: Pick<Position, 'outputs' | 'callbacks'>;
}

/**
 * The window of a run: the inputs in hand, each in a place, and how far it has come. Whoever ends an input counts it and
 * gives its place to the next position in the same write, so each is counted once.
 */
export interface RunWindow {
  readonly epoch: number;
  /** What positions count: 0 the inputs themselves; else the failed ones, as the retry of this epoch listed them. */
  readonly order: number;
  /** How many positions there are; 0: it is closed, and the run is being ended. */
  readonly length: number;
  /** The first position that has no place yet. */
  readonly next: number;
  /** The input at that position; from here on no input has had its turn. The run's total where none is left. */
  readonly front: number;
  /** `next` when this epoch began: inputs before it were sent by who opened the window. */
  readonly begun: number;
  /** By input. */
  readonly open: ReadonlyMap<number, OpenInput>;
  /** Of all inputs that have ended. */
  readonly totals: Totals;
}

/** Places of a run of ordinary size. */
const LEAST_PLACES = 20;
/** A larger run has a place for every so many inputs: with pages of a second it ends within ten minutes. */
export const INPUTS_A_PLACE = 500;

/**
 * How many inputs of a run are in hand at once: more of a larger run, up to the owner's limit. Of an action that has a
 * pace no more than it lets through in a minute: the others would only wait, and each wait is written down.
 */
export function placesOf(
  inputsTotal: number,
  { limit, inputsAPlace, pace }: { readonly limit: number; readonly inputsAPlace: number; readonly pace: Pace | null },
): number {
  const bySize = Math.max(LEAST_PLACES, Math.ceil(inputsTotal / inputsAPlace));
  const byPace = pace === null ? Infinity : Math.max(LEAST_PLACES, Math.ceil((pace.calls * 60_000) / pace.perMs));
  return Math.min(limit, bySize, byPace);
}

/** Whether all of a run has ended. */
export function isComplete({ open, length }: RunWindow): boolean {
  return open.size === 0 && length > 0;
}

/** How an input has ended, seen from a window and what is noted of its failure; null: it has not, or begins anew. */
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

/** Whether a failure still counts: no retry has taken the input up since. */
export function isFailed({ refused, epoch }: FailedInput, restartEpoch: number): boolean {
  return refused || epoch >= restartEpoch;
}
