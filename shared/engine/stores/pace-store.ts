import type { PaceRecord, Turn } from '../../domain/pace.ts';

/** The records of paces. */
export interface PaceStore {
  /**
   * Calls `decide` with a pace's record and stores its result, on condition that the record has not changed meanwhile;
   * else it decides again. Throws UNAVAILABLE after too many conflicts.
   */
  take(key: PaceKey, decide: (record: PaceRecord) => PaceDecision): Promise<Turn>;
}

/** The key of a pace's record. */
export interface PaceKey {
  readonly workspaceUid: string;
  readonly actionName: string;
  /** The key by which the action's pace counts an input separately; null: all inputs are counted together. */
  readonly part: string | null;
}

/** A decision on a turn. If `record` is the same object as before, nothing is written. */
export interface PaceDecision {
  readonly turn: Turn;
  readonly record: PaceRecord;
  /** From when on the record has no effect and can be deleted (epoch ms). */
  readonly forgottenAt: number;
}
