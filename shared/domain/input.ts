import type { Totals } from './run.ts';
import { addTotals } from './run.ts';

/** Inputs of one shard: their marks share an item of at most about 2 KB, their pages a partition. */
export const SHARD_SIZE = 32;

/** Children one roll-up item holds; 32 × 64³ covers more inputs than a run may have. */
export const ROLLUP_FANOUT = 64;

/** One input as it is stored: the action's input, and beside it what only the consumer's receiver sees. */
export interface StoredInput {
  readonly input: Readonly<Record<string, unknown>>;
  /** Null where the launch gave none. */
  readonly customData: Readonly<Record<string, unknown>> | null;
  /** Why a line of an upload cannot be an input; absent where it is one. */
  readonly fault?: string;
}

/** How an input ended. Set once per attempt of its run. */
export interface InputMark {
  readonly status: 'SUCCEEDED' | 'FAILED';
  /** Pages recorded with results. */
  readonly pages: number;
  readonly outputs: number;
  /** Attempts the engine spent beyond the first of each page. */
  readonly tries: number;
  readonly callbacks: number;
  /** The action found nothing (NoResult). */
  readonly empty: boolean;
  /** It failed because the input itself was refused (BAD_INPUT): trying again is of no use. */
  readonly refused: boolean;
  readonly finishedAt: number;
}

/** What an input recorded before it was taken up again by a retry; it stands in for the mark it had. */
export type ReopenedInput = Pick<InputMark, 'pages' | 'outputs' | 'callbacks'>;

/** The shard an input lies in. */
export function shardOf(input: number): number {
  return Math.floor(input / SHARD_SIZE);
}

/** How many shards a run of so many inputs has. */
export function shardCount(inputsTotal: number): number {
  return Math.ceil(inputsTotal / SHARD_SIZE);
}

/** How many inputs a shard holds; only the last may hold fewer than {@link SHARD_SIZE}. */
export function shardSize(shard: number, inputsTotal: number): number {
  return Math.min(SHARD_SIZE, inputsTotal - shard * SHARD_SIZE);
}

/**
 * Shards in which something may be recorded: as far as the window has come. A retry begins it anew, over inputs that all
 * had their turn.
 */
export function shardsBegun(
  window: Pick<RunWindow, 'next'> | null,
  { restartEpoch, inputsTotal }: { readonly restartEpoch: number; readonly inputsTotal: number },
): number {
  if (restartEpoch > 0) return shardCount(inputsTotal);
  return window === null ? 0 : shardCount(Math.min(window.next, inputsTotal));
}

/** The totals of a shard's marks. */
export function totalsOf(marks: ReadonlyMap<number, InputMark>): Totals {
  return addTotals(
    Array.from(marks, ([input, mark]) => ({
      succeeded: mark.status === 'SUCCEEDED' ? 1 : 0,
      failed: mark.status === 'FAILED' ? 1 : 0,
      outputs: mark.outputs,
      callbacks: mark.callbacks,
      refused: mark.refused ? 1 : 0,
      lastFailed: mark.status === 'FAILED' ? input : null,
      lastEmpty: mark.empty ? input : null,
    })),
  );
}

/** Levels of the roll-up above the shards: 0 for a run of one shard. */
export function rollupLevels(shards: number): number {
  let levels = 0;
  for (let nodes = shards; nodes > 1; nodes = Math.ceil(nodes / ROLLUP_FANOUT)) levels += 1;
  return levels;
}

/** Nodes on a level of the roll-up (level 0: the shards themselves). */
export function nodesOnLevel(shards: number, level: number): number {
  let nodes = shards;
  for (let below = 0; below < level; below += 1) nodes = Math.ceil(nodes / ROLLUP_FANOUT);
  return nodes;
}

/** Children of a roll-up node. */
export function childrenOf(shards: number, level: number, node: number): number {
  return Math.min(ROLLUP_FANOUT, nodesOnLevel(shards, level - 1) - node * ROLLUP_FANOUT);
}

/** An input that is in hand: it has a place in the run's window. */
export interface OpenInput {
  /** The page the entry was last written for; pages that went well since are in the log only. */
  readonly page: number;
  /** Attempts spent on that page. */
  readonly attempt: number;
  /** Epoch ms until which it waits, or null. */
  readonly until: number | null;
  /** `until` is a place in the line of the action's pace, kept for this page; absent: no. */
  readonly held?: boolean;
  /** How often in a row the page was asked to wait, and since when (epoch ms); absent: it was not. */
  readonly limited?: { readonly times: number; readonly since: number };
  /** Short hash of the message that wrote the entry: only that one sends what follows from it. */
  readonly by: string;
}

/** The window of a run: which inputs are in hand and which comes next. */
export interface RunWindow {
  readonly epoch: number;
  /** The first input never opened in this attempt. */
  readonly next: number;
  readonly open: ReadonlyMap<number, OpenInput>;
  /** What stood before, where it was closed unused, for a later epoch to go on from; absent: it was not. */
  readonly before?: WindowBefore;
}

/** Epoch and next of the window that a closed one took the place of; zeros where there was none. */
export type WindowBefore = Pick<RunWindow, 'epoch' | 'next'>;

/** What a window of a later epoch goes on from. */
export function windowBefore(standing: RunWindow | null): WindowBefore {
  return standing?.before ?? standing ?? { epoch: 0, next: 0 };
}

/** Whether the marks are of this attempt: those of inputs that a retry runs anew go when it is laid out. */
export function isReopened(window: RunWindow, { restartEpoch }: { readonly restartEpoch: number }): boolean {
  return restartEpoch <= windowBefore(window).epoch;
}
