import type { Deletion } from '../../domain/deletion.ts';
import type { ErrorRecord } from '../../domain/errors.ts';
import type { InputChunk, StoredInput } from '../../domain/input.ts';
import type { RunMove, StatusReason } from '../../domain/run-status.ts';
import type { RunControl, RunDefinition, Totals } from '../../domain/run.ts';
import type { DueEntry } from './due-store.ts';

/** Runs: the immutable definition with its inputs, and the control record that changes. */
export interface RunStore {
  /**
   * Writes a run: first its due entries and inputs, then the definition, then the control record, which is the commit.
   * `exists`: a run with this uid was committed before; nothing is changed.
   */
  createRun(run: {
    readonly definition: RunDefinition;
    readonly control: RunControl;
    readonly inputs: readonly StoredInput[];
    readonly due: readonly DueEntry[];
  }): Promise<'created' | 'exists'>;
  /** Immutable, so it may come from memory. Null: no such run. */
  readDefinition(runUid: string): Promise<RunDefinition | null>;
  /** Both records; the definition is no older than the control record. Null: no such run. */
  readRun(runUid: string): Promise<{ readonly control: RunControl; readonly definition: RunDefinition } | null>;
  /** Whether the run's definition is in memory. */
  remembers(runUid: string): boolean;
  /**
   * A strong read, also of a deleted run, whose control record says only how it ended and what was counted. Null: no
   * such run, deleted or not.
   */
  readOrDeleted(runUid: string): Promise<RunOrDeleted | null>;
  /**
   * Deletes a run, which is then no run any more for every other read. `totals`: what a stopped run has recorded; null
   * for any other. Null: the record is not as it was read.
   */
  deleteRun(control: RunControl, deletion: Deletion, totals: Totals | null): Promise<RunControl | null>;
  /** Takes a deleted run off the index, in which it is until its usage is summed. Idempotent. */
  unlist(runUid: string): Promise<void>;
  /** Notes a step of a deletion. False: another worker noted one since `before` was read. */
  noteDeletion(runUid: string, before: Deletion, after: Deletion): Promise<boolean>;
  /** A strong read. Null: no such run, or it is deleted. */
  readControl(runUid: string): Promise<RunControl | null>;
  /**
   * Makes a move of the table `RUN_MOVES`, on condition that the status is in the move's `from` and the epoch is
   * the given one. Refused: returns the current record.
   */
  moveRun(
    runUid: string,
    move: RunMove,
    epoch: number,
    change: ControlChange,
  ): Promise<{ readonly moved: true; readonly control: RunControl } | Refused<RunControl>>;
  /**
   * Changes what a BLOCKED run waits for. False: it is no longer BLOCKED in this epoch, or another changed it first.
   */
  amendBlocked(
    control: Pick<RunControl, 'uid' | 'epoch' | 'updatedAt'>,
    change: { readonly now: number } & Partial<Pick<RunControl, 'reason' | 'dependenciesWaived' | 'bulkUid'>>,
  ): Promise<boolean>;
  /** Turns a RUNNING LIVE run into an ASYNC one. False: the record is not as it was read. */
  handOver(control: Pick<RunControl, 'uid' | 'epoch' | 'updatedAt'>, now: number): Promise<boolean>;
  /** Moves a run's expiry (epoch seconds). False: the record is not as it was read. */
  moveExpiry(control: Pick<RunControl, 'uid' | 'updatedAt'>, expiresAt: number): Promise<boolean>;
  /**
   * Notes the totals of a stopped run that can record no more pages; returns the run afterwards. Null: the record is
   * not as it was read.
   */
  noteTotals(control: Pick<RunControl, 'uid' | 'epoch' | 'updatedAt'>, totals: Totals): Promise<RunControl | null>;
  /**
   * Has the usage of the run's day count nothing of it: all it has done is counted when it ends. False: the record is
   * not as it was read.
   */
  countLater(control: Pick<RunControl, 'uid' | 'updatedAt'>): Promise<boolean>;
  /** Notes that all callbacks of a run up to its end in this epoch were delivered. */
  noteDelivered(control: Pick<RunControl, 'uid' | 'epoch'>): Promise<void>;
  /** Keeps the items of a block, or with null those of the run itself, at least until `expiresAt` (epoch seconds). */
  keepItems(
    runUid: string,
    part: { readonly block: number; readonly hasBegun: boolean } | null,
    expiresAt: number,
  ): Promise<void>;
  /** Notes that the run `dependentUid` waits for the end of `runUid`. */
  addDependent(runUid: string, dependentUid: string, expiresAt: number): Promise<void>;
  /** The runs that are noted as waiting for this one. */
  listDependents(runUid: string): Promise<readonly string[]>;
  /** Records a live run that has ended, in one write. False: a run with its uid exists already and is not changed. */
  recordLive(definition: RunDefinition, control: RunControl, input: StoredInput): Promise<boolean>;
  /** Writes inputs of a run whose inputs come from an upload. Idempotent. */
  writeInputs(runUid: string, chunks: readonly InputChunk[], expiresAt: number): Promise<void>;
  /** Notes in the definition how many inputs an upload has. {@link countInputs} commits that number. */
  noteInputs(runUid: string, inputsTotal: number): Promise<void>;
  /** Commits the number of an upload's inputs, on condition that it is not known yet and the epoch is the given one. */
  countInputs(
    runUid: string,
    epoch: number,
    count: { readonly now: number; readonly inputsTotal: number },
  ): Promise<boolean>;
  /** Reads an input in advance, together with the run's definition, if the definition is not in memory. */
  prefetchInput(runUid: string, input: number): Promise<void>;
  readInput(runUid: string, input: number): Promise<StoredInput>;
  /** Inputs from an index on: the rest of their chunk, at least one while there are any. */
  readInputs(runUid: string, from: number): Promise<readonly StoredInput[]>;
  /** The uid of the chunk in which an input is stored. */
  batchUid(runUid: string, input: number): Promise<string>;
}

/** A run's control record; `deletion` null: it is not deleted. */
export interface RunOrDeleted {
  readonly control: RunControl;
  readonly deletion: Deletion | null;
}

/** What a move writes besides the status. Absent fields do not change. */
export interface ControlChange {
  readonly now: number;
  readonly reason: StatusReason | null;
  /** The run is ASYNC from now on. */
  readonly mode?: 'ASYNC';
  readonly startedAt?: number;
  readonly finishedAt?: number | null;
  readonly deadlineAt?: number | null;
  readonly deadlineLeftMs?: number | null;
  readonly waitedMs?: number;
  /** Absent: null is written, because only a postponed run has it. */
  readonly postponedUntil?: number;
  readonly totals?: Totals;
  /** The number of inputs of an upload that was just counted. */
  readonly inputsTotal?: number;
  readonly lastError?: ErrorRecord | null;
  readonly lastInfo?: RunControl['lastInfo'];
  /** Raises the epoch: messages sent before start nothing any more. */
  readonly newEpoch?: true;
  /** Counts one more attempt: a resume or retry. */
  readonly newAttempt?: true;
  /** The bulk that makes the change. */
  readonly bulkUid?: string;
  /** Sets `restartEpoch`: a retry, whose window is opened anew over the inputs that failed. */
  readonly restart?: true;
}

/** A write whose condition failed. */
export interface Refused<Item> {
  readonly moved: false;
  /** The current record; null where there is none. */
  readonly current: Item | null;
}
