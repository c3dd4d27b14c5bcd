import type { CallbackAttempt, CallbackRecord, CallbackStatus } from '../domain/callback.ts';
import type { Deletion } from '../domain/deletion.ts';
import type { ErrorRecord } from '../domain/errors.ts';
import type { FailedInput, InputChunk, OpenInput, Position, RunWindow, StoredInput, Wait } from '../domain/input.ts';
import type { LogEntry } from '../domain/log-line.ts';
import type { PaceRecord, Turn } from '../domain/pace.ts';
import type { PageRecord } from '../domain/page.ts';
import type { Receiver } from '../domain/receiver.ts';
import type { Seats } from '../domain/seats.ts';
import type { RunControl, RunDefinition, RunMove, StatusReason, Totals } from '../domain/run.ts';

/**
 * Everything that the engine requires of storage. A read is strongly consistent where it says so. A write with a
 * condition says what it returns when the condition fails.
 */

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
   * Deletes a run, which is then no run any more for every other read. `totals`: what a stopped run has recorded; null for
   * any other. Null: the record is not as it was read.
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
   * Notes the totals of a stopped run that can record no more pages; returns the run afterwards. Null: the record is not
   * as it was read.
   */
  noteTotals(control: Pick<RunControl, 'uid' | 'epoch' | 'updatedAt'>, totals: Totals): Promise<RunControl | null>;
  /**
   * Has the usage of the run's day count nothing of it: all it has done is counted when it ends. False: the record is not
   * as it was read.
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

/** A run's progress: page records, the window, the notes of failed inputs. */
export interface ProgressStore {
  readPageRecord(runUid: string, input: number, page: number): Promise<PageRecord | null>;
  /** The record of an input's highest page. */
  readLastPageRecord(runUid: string, input: number): Promise<PageRecord | null>;
  /**
   * Writes a page record if there is none, or only a FAILURE from before `restartEpoch`; else returns the stored one.
   */
  putPageRecord(
    pageRecord: PageRecord,
    results: readonly unknown[],
    expiresAt: number,
    restartEpoch: number,
  ): Promise<{ readonly won: true } | { readonly won: false; readonly stored: PageRecord }>;
  /** A page record with its results, wherever they are stored. Null: no such page. */
  readPage(
    runUid: string,
    input: number,
    page: number,
  ): Promise<{ readonly pageRecord: PageRecord; readonly results: readonly unknown[] } | null>;
  /** A shard's page records, by input and page; may lag writes by about a second. */
  readShardPageRecords(runUid: string, shard: number): Promise<readonly PageRecord[]>;
  /** A strong read. Null: not opened yet. */
  readWindow(runUid: string): Promise<RunWindow | null>;
  /**
   * Opens a window if there is none or only one of an older epoch; else returns the existing one. Null: this release
   * cannot read the existing one.
   */
  openWindow(
    runUid: string,
    opening: WindowOpening,
    expiresAt: number,
  ): Promise<{ readonly opened: boolean; readonly window: RunWindow } | null>;
  /**
   * Counts ended inputs and gives the place of each to the next position, in one write where possible. Condition for
   * each: the epoch is the given one and its place still has its position. Inputs that fail it are left out of
   * `counted`: they were counted before, or belong to another epoch. Returns the window afterwards; null: there is
   * none.
   */
  endInputs(runUid: string, epoch: number, ends: readonly InputEnd[]): Promise<EndedInputs>;
  /**
   * Records that an input waits or tries again, on condition that its place still has it and its wait is as `expected`.
   * `noted: false` returns the current entry (null: the input is not open, or the window has another epoch).
   */
  noteWait(
    runUid: string,
    epoch: number,
    expected: OpenInput & { readonly input: number },
    wait: Wait,
  ): Promise<{ readonly noted: true } | { readonly noted: false; readonly open: OpenInput | null }>;
  /** Notes that an input failed, unless there is a note of a later epoch. Idempotent. */
  noteFailed(runUid: string, failed: FailedInput, expiresAt: number): Promise<void>;
  /** The failure notes of these shards' inputs, by input; strongly read. */
  readFailed(runUid: string, shards: readonly number[]): Promise<ReadonlyMap<number, FailedInput>>;
  /** All failure notes from an input on, upwards or downwards; strongly read, shard by shard. */
  listFailed(
    runUid: string,
    from: { readonly input: number; readonly direction: 'up' | 'down' },
  ): AsyncIterable<readonly FailedInput[]>;
  /** Writes one part of a retry's order, from position `first` on. Idempotent. */
  writeOrder(runUid: string, epoch: number, first: number, part: readonly Position[], expiresAt: number): Promise<void>;
  /** The input at a position. In order 0, position and input are the same number. */
  readPosition(runUid: string, order: number, position: number): Promise<Position>;
}

/** The lines that actions logged, and failed attempts: one entry for each call of an action that has any. */
export interface LogStore {
  /** How many bytes of lines an input has; may lag writes by about a second. */
  readBytes(runUid: string, input: number): Promise<number>;
  /** Idempotent: a second write of the same call has no effect. */
  putEntry(entry: LogEntry, expiresAt: number): Promise<void>;
}

/** A window to open. The inputs in `inHand` take the places from 0 on. */
export interface WindowOpening extends Pick<RunWindow, 'epoch' | 'order' | 'length' | 'next' | 'totals'> {
  readonly inHand: readonly { readonly position: number; readonly input: number; readonly wait: Wait | null }[];
}

/** An ended input, as the window counts it. */
export interface InputEnd extends Pick<OpenInput, 'place' | 'position'> {
  readonly input: number;
  /** What it adds to the run's totals. */
  readonly adds: Totals;
}

/** The result of counting ended inputs. */
export interface EndedInputs {
  /** The inputs that this call counted. */
  readonly counted: ReadonlySet<number>;
  /** Other inputs were counted in the same write, and one of those ends the run if need be. */
  readonly isOthers?: boolean;
  readonly window: RunWindow | null;
}

/** How many positions of a retry's order one write has. */
export const ORDER_PART = 2_000;

/** The slots of a workspace, which limit how many runs work at once. A slot belongs to a run in one epoch. */
export interface AdmissionStore {
  /** Takes a slot. True: the run has one now, or had it before. `limits`: as they were just read. */
  takeSlot(workspaceUid: string, runUid: string, epoch: number, limits?: WorkspaceLimits): Promise<boolean>;
  releaseSlot(workspaceUid: string, runUid: string, epoch: number): Promise<void>;
  /** All slots that are taken. */
  listSlots(workspaceUid: string): Promise<readonly StoredSlot[]>;
  addWaiter(workspaceUid: string, waiter: Waiter, expiresAt: number): Promise<void>;
  /** True for the one call that removed it from the line. */
  removeWaiter(workspaceUid: string, waiter: Waiter): Promise<boolean>;
  /** The run that has waited longest, strongly read. */
  oldestWaiter(workspaceUid: string): Promise<Waiter | null>;
  /** The limits that the owner set for the workspace. */
  readLimits(workspaceUid: string): Promise<WorkspaceLimits>;
}

/** A slot that is taken, since `takenAt` (epoch ms). */
export interface StoredSlot {
  readonly runUid: string;
  readonly epoch: number;
  readonly takenAt: number;
}

/** A run that waits for a slot. The line is ordered by `createdAt`. */
export interface Waiter {
  readonly runUid: string;
  readonly epoch: number;
  readonly createdAt: number;
}

/** How many runs of a workspace work at once, and how many inputs of a run are open at once. */
export interface WorkspaceLimits {
  readonly runsAtOnce: number;
  readonly inputsInFlight: number;
}

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

/** The seats of slow work, one record per kind of worker. */
export interface SeatStore {
  /**
   * Calls `decide` with the seats of a kind of worker and stores its result, on condition that they have not changed
   * meanwhile; else it decides again. Null: there were too many conflicts.
   */
  changeSeats<Answer>(
    pool: SeatPool,
    decide: (stored: Seats) => { readonly seats: Seats; readonly answer: Answer },
  ): Promise<Answer | null>;
}

/** The kinds of workers that have seats. */
export type SeatPool = 'page' | 'callback';

/** The records of callbacks, and the log of page callbacks that were delivered at their first attempt. */
export interface CallbackStore {
  /** Writes a record if there is none with its uid; returns the stored one. */
  createRecord(record: CallbackRecord): Promise<CallbackRecord>;
  readRecord(uid: string): Promise<CallbackRecord | null>;
  /**
   * Updates a record on condition of its status and retry count, and adds `attempt` to its list (once, if it is written
   * again). False: another changed it first.
   */
  updateRecord(
    uid: string,
    expected: { readonly status: CallbackStatus; readonly retryCount: number },
    change: Pick<CallbackRecord, 'status' | 'retryCount' | 'by'> &
      Partial<
        Pick<
          CallbackRecord,
          'httpStatus' | 'httpResponse' | 'error' | 'nextAttemptAt' | 'heldSince' | 'deferredAt' | 'deliveredAt'
        >
      > & { readonly attempt?: CallbackAttempt | null },
  ): Promise<boolean>;
  /** Logs a page callback as delivered. Deliveries of one block in one invocation are written together. */
  logDelivery(delivery: Delivery, expiresAt: number): Promise<void>;
  /** The logged deliveries of a block. */
  readDeliveries(runUid: string, block: number): Promise<readonly Delivery[]>;
  /**
   * Claims the replay of a run's callbacks until `until` (epoch ms), as only one may be under way. The caller that
   * already has it, by `by`, may change its end. Returns null when claimed, else until when another replay is under
   * way.
   */
  takeReplay(
    runUid: string,
    replay: { readonly by: string; readonly until: number },
    now: number,
    expiresAt: number,
  ): Promise<number | null>;
  /** The callback records of a block, or with null those of the run itself (run.finished). */
  listRecords(runUid: string, block: number | null): Promise<readonly CallbackRecord[]>;
}

/** One entry of the delivery log. */
export interface Delivery {
  readonly runUid: string;
  readonly input: number;
  readonly page: number;
  readonly part: number;
  readonly httpStatus: number;
  readonly at: number;
  /** How long the receiver took to answer; null: release 0.1.0 logged it. */
  readonly durationMs: number | null;
}

/** Receivers that fail, and the callbacks that wait until they are back. */
export interface ReceiverStore {
  /** `recent`: at most some seconds old, from memory if possible. Null: the receiver has not failed recently. */
  readReceiver(uid: string, howNew: 'strong' | 'recent'): Promise<Receiver | null>;
  /** Counts one more failed attempt, for a host also its path that gave no answer; returns the record afterwards. */
  countFailure(uid: string, now: number, silentPath?: string): Promise<Receiver>;
  /** Makes sure that a host has a record, without counting anything: it shows that one of its paths has one. */
  keepHost(uid: string, now: number): Promise<void>;
  /** Marks a failing receiver as away, unless it is already. */
  setAway(uid: string, change: { readonly awaySince: number; readonly probeAt: number }): Promise<void>;
  /** Claims the probe that is due since `probeAt`; the next is due at `nextAt`. False: another has it. */
  takeProbe(uid: string, probeAt: number, nextAt: number): Promise<boolean>;
  /** Deletes a receiver's record, because the receiver answers. */
  forgetReceiver(uid: string): Promise<void>;
  /** Resets a host's counts, because one of its paths answers. Other paths may still be away. */
  clearHost(uid: string): Promise<void>;
  /** Lists a callback as waiting for the receiver. Idempotent: a second call with the same callback has no effect. */
  putHeld(uid: string, held: HeldCallback, expiresAt: number): Promise<void>;
  /** The waiting callbacks that have been due longest, strongly read. */
  listHeld(uid: string, limit: number): Promise<readonly HeldCallback[]>;
  deleteHeld(uid: string, held: HeldCallback): Promise<void>;
}

/** A callback that waits for its receiver. */
export interface HeldCallback {
  /** The uid of its record. */
  readonly uid: string;
  /** The attempt that waits. */
  readonly attempt: number;
  /** From when on it may be sent as a probe while the receiver is away (epoch ms). */
  readonly dueAt: number;
  /** When it stops waiting and is tried a last time (epoch ms). */
  readonly giveUpAt: number;
  /** When it began to wait (epoch ms). A callback that waits again is a new entry. */
  readonly heldAt: number;
}

/**
 * `watch`: the check of a run, repeated until the run has no open work. `start`: the start of a postponed run. `close`:
 * the announcement of a stopped run. `keep`: the items of a run whose expiry has moved. `callback`: a callback's
 * attempt that is too far off for a queue. `receiver`: the check of a receiver for which callbacks wait. `schedule`:
 * the check of a schedule, while it may fire. `purge`: the check of a deletion, until it is complete. `usage`: summing the
 * usage of all workspaces, repeated for ever. `bulk`: the check of a bulk, until it is over.
 */
export const DUE_KINDS = [
  'watch',
  'start',
  'close',
  'keep',
  'callback',
  'receiver',
  'schedule',
  'purge',
  'usage',
  'bulk',
] as const;

/** Work that is due at a moment. The sweep reads the entry, does the work and deletes the entry. */
export interface DueEntry {
  readonly at: number;
  readonly kind: (typeof DUE_KINDS)[number];
  /**
   * The run's uid, the callback record's, the receiver's, the schedule's or the bulk's; for `usage` that of no single
   * thing.
   */
  readonly uid: string;
  /** For `watch` and `keep`: how far the work has come in a large run; absent: it begins. */
  readonly look?: RunCheck;
}

/** The progress of a check through a run's blocks. */
export interface RunCheck {
  /** The first block that is not checked yet. */
  readonly block: number;
  /** When the checked blocks have to be checked again (epoch ms); null: they have no open work. */
  readonly againAt: number | null;
  /** Distinct callbacks that were delivered in the blocks before. */
  readonly delivered?: number;
  /** Distinct callbacks in the blocks before that have a record or are in the log. */
  readonly traced?: number;
  /** Some callbacks have neither: this check searches for them, page by page. */
  readonly searches?: boolean;
}

/** The list of due work. */
export interface DueStore {
  putDue(entry: DueEntry): Promise<void>;
  deleteDue(entry: DueEntry): Promise<void>;
  /**
   * One page of the rows of a partition (one of {@link DUE_PARTITIONS}) that are due by `now`, oldest first, strongly
   * read. `after`: `next` of the page before. Never throws for the content of a row.
   */
  listDue(partition: number, now: number, limit: number, after?: string | null): Promise<DuePage>;
  /** Has sweeps skip a row until `until`, and counts one more failure. False: the row is not as it was read, or gone.
   */
  putOff(row: DueRow, until: number): Promise<boolean>;
}

/** One page of the due list. */
export interface DuePage {
  readonly rows: readonly DueRow[];
  /** Where the next page begins; null: this is the last. */
  readonly next: string | null;
}

/** A row of the due list, even one that this release cannot read. */
export interface DueRow {
  readonly partition: number;
  /** Its sort key. */
  readonly key: string;
  /** Null: the row is incomplete, or of a kind that this release does not know. */
  readonly entry: DueEntry | null;
  /** When it became due (epoch ms); null where its key does not say it. */
  readonly dueAt: number | null;
  /** How many sweeps in a row failed at it. */
  readonly failures: number;
  /** Sweeps skip it until then (epoch ms); 0 where none has failed. */
  readonly tryAt: number;
}

/** Due entries are distributed over this many partitions by their uid. */
export const DUE_PARTITIONS = 10;
