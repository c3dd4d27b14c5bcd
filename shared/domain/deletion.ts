import { blockCount } from './input.ts';
import { LIMITS } from './limits.ts';
import type { RunControl, Totals } from './run.ts';
import { LATE_WRITES_MS } from './timing.ts';

/**
 * The deletion of a run. Its control record stays until its expiry, without anything that a caller or an action gave:
 * it says how the run ended to runs that depend on it, keeps what was counted, and keeps the uid from being used again.
 * Everything else goes in two rounds: at once, and once more when nothing that began before can write any more.
 */
export interface Deletion {
  /** Epoch ms. */
  readonly at: number;
  /** The upload with its inputs; null: they came in the launch's body. */
  readonly uploadUid: string | null;
  /** The round that is under way or comes next; over {@link ROUNDS}: the deletion is complete. */
  readonly round: number;
  /** The first block of inputs that this round has not deleted; the number of blocks: what belongs to no block. */
  readonly block: number;
  /** When this was written (epoch ms); it grows with each write. */
  readonly movedAt: number;
}

const ROUNDS = 2;

/** A deletion that has just begun. */
export function newDeletion(at: number, uploadUid: string | null): Deletion {
  return { at, uploadUid, round: 1, block: 0, movedAt: at };
}

/** Whether nothing of the run is left but its control record. */
export function isComplete({ round }: Deletion): boolean {
  return round > ROUNDS;
}

/** Whether this is the round after which nothing is written any more. */
export function isLastRound({ round }: Deletion): boolean {
  return round === ROUNDS;
}

/** When the round begins (epoch ms). */
export function roundBeginsAt(deletion: Deletion): number {
  return isLastRound(deletion) ? deletion.at + LATE_WRITES_MS : deletion.at;
}

/** The deletion after a step. `block`: where the round goes on; null: the round is over. */
export function afterStep(deletion: Deletion, block: number | null, now: number): Deletion {
  const movedAt = Math.max(now, deletion.movedAt + 1);
  if (block !== null) return { ...deletion, block, movedAt };
  return { ...deletion, round: deletion.round + 1, block: 0, movedAt };
}

/**
 * How many blocks of inputs may have items. The lines of an upload that were not counted may have been stored all the
 * same, as many as are allowed.
 */
export function blocksOf({ inputsTotal }: RunControl, { uploadUid }: Deletion): number {
  const isUncounted = uploadUid !== null && inputsTotal === 0;
  return isUncounted ? blockCount(LIMITS.inputsPerUpload + 1) : blockCount(inputsTotal);
}

/**
 * A control record without anything that a caller or an action gave, in an epoch in which nothing starts. `totals`:
 * what the run has recorded, where it was stopped.
 */
export function strippedControl(control: RunControl, totals: Totals | null, now: number): RunControl {
  return {
    ...control,
    name: null,
    reason: null,
    epoch: control.epoch + 1,
    ...(totals === null ? {} : { totals, totalsEpoch: control.epoch + 1 }),
    lastError: null,
    lastInfo: null,
    updatedAt: Math.max(now, control.updatedAt + 1),
    history: [],
  };
}
