import type { CallbackRecord, CallbackStatus } from '../domain/callback.ts';
import type { ErrorRecord } from '../domain/errors.ts';
import type { FailedInput, InputChunk, OpenInput, Position, RunWindow, StoredInput, Wait } from '../domain/input.ts';
import type { PaceRecord, Turn } from '../domain/pace.ts';
import type { PageRecord } from '../domain/page.ts';
import type { Receiver } from '../domain/receiver.ts';
import type { Seats } from '../domain/seats.ts';
import type { RunControl, RunDefinition, RunMove, StatusReason, Totals } from '../domain/run.ts';

/**
 * Every promise asked of storage. A read is strong where it says so; a write that has a condition says what a refusal
 * gives.
 */

/** Runs: the immutable definition with its inputs, and the control record that moves. */
export interface RunStore {
  /**
   * Writes a run: its due entries and inputs first, the definition next, the control record last; that one is the
   * commit. `exists`: a run of this uid was committed before; nothing changed.
   */
  createRun(run: {
    readonly definition: RunDefinition;
    readonly control: RunControl;
    readonly inputs: readonly StoredInput[];
    readonly due: readonly DueEntry[];
  }): Promise<'created' | 'exists'>;
  /** Immutable, so it may come from memory. Null: no such run. */
  readDefinition(runUid: string): Promise<RunDefinition | null>;
  /** Both side by side, the definition no older than the control record. Null: no such run. */
  readRun(runUid: string): Promise<{ readonly control: RunControl; readonly definition: RunDefinition } | null>;
  /** Whether its definition is in memory. */
  remembers(runUid: string): boolean;
  /** A strong read. Null: no such run. */
  readControl(runUid: string): Promise<RunControl | null>;
  /**
   * Makes a move of the table, on condition of its `from` statuses and of the epoch it was decided under. Refused: the
   * record that stood in the way.
   */
  moveRun(
    runUid: string,
    move: RunMove,
    epoch: number,
    change: ControlChange,
  ): Promise<{ readonly moved: true; readonly control: RunControl } | Refused<RunControl>>;
  /** Changes what a BLOCKED run waits for. False: it is not BLOCKED under this epoch any more, or someone was first. */
  amendBlocked(
    control: Pick<RunControl, 'uid' | 'epoch' | 'updatedAt'>,
    change: { readonly now: number } & Partial<Pick<RunControl, 'reason' | 'dependenciesWaived'>>,
  ): Promise<boolean>;
  /** Makes a LIVE run that is RUNNING an ASYNC one. False: it is not as it was read any more. */
  handOver(control: Pick<RunControl, 'uid' | 'epoch' | 'updatedAt'>, now: number): Promise<boolean>;
  /** Has a run kept until then (epoch seconds), on condition that it is as it was read. False: it is not. */
  moveExpiry(control: Pick<RunControl, 'uid' | 'updatedAt'>, expiresAt: number): Promise<boolean>;
  /** Notes that all callbacks were delivered that a run has called for up to its end in this epoch. */
  noteDelivered(control: Pick<RunControl, 'uid' | 'epoch'>): Promise<void>;
  /** Has the items of a block, or with null those of the run itself, kept until then at least. */
  keepItems(
    runUid: string,
    part: { readonly block: number; readonly hasBegun: boolean } | null,
    expiresAt: number,
  ): Promise<void>;
  /** Notes that a run waits for another one's end. */
  addDependent(runUid: string, dependentUid: string, expiresAt: number): Promise<void>;
  /** The runs that were noted to wait for this one. */
  listDependents(runUid: string): Promise<readonly string[]>;
  /** Records a live run that is over, whole in one write. False: a run stands under its uid already, and stays. */
  recordLive(definition: RunDefinition, control: RunControl, input: StoredInput): Promise<boolean>;
  /** Writes inputs of a run that has none in its definition. Said twice, it is the same. */
  writeInputs(runUid: string, chunks: readonly InputChunk[], expiresAt: number): Promise<void>;
  /** Notes in the definition how many inputs an upload has; {@link countInputs} commits it. */
  noteInputs(runUid: string, inputsTotal: number): Promise<void>;
  /** Makes the count of an upload's inputs known, on condition that it is not and that the epoch holds. */
  countInputs(
    runUid: string,
    epoch: number,
    count: { readonly now: number; readonly inputsTotal: number },
  ): Promise<boolean>;
  /** Has an input that is asked for next read beside the run's definition, where that is not in memory. */
  prefetchInput(runUid: string, input: number): Promise<void>;
  readInput(runUid: string, input: number): Promise<StoredInput>;
  /** Inputs from an index on, as many as lie together, at least one while there are any. */
  readInputs(runUid: string, from: number): Promise<readonly StoredInput[]>;
  /** The uid of the stored chunk an input lies in. */
  batchUid(runUid: string, input: number): Promise<string>;
}

/** What a move writes besides the status; absent fields stay. */
export interface ControlChange {
  readonly now: number;
  readonly reason: StatusReason | null;
  /** A live run that goes on as an async one. */
  readonly mode?: 'ASYNC';
  readonly startedAt?: number;
  readonly finishedAt?: number | null;
  readonly deadlineAt?: number | null;
  readonly deadlineLeftMs?: number | null;
  readonly waitedMs?: number;
  /** Absent: null, for only a postponed run has it. */
  readonly postponedUntil?: number;
  readonly totals?: Totals;
  /** Of an upload that was counted just now. */
  readonly inputsTotal?: number;
  readonly lastError?: ErrorRecord | null;
  readonly lastInfo?: RunControl['lastInfo'];
  /** Raises the epoch: whatever was sent before starts nothing any more. */
  readonly newEpoch?: true;
  /** A resume or retry: counts one more attempt. */
  readonly newAttempt?: true;
  /** A retry: the window is begun anew, over the inputs that failed. */
  readonly restart?: true;
}

export interface Refused<Item> {
  readonly moved: false;
  /** What stands instead; null where nothing does. */
  readonly current: Item | null;
}

/** What the run has done: page records, the window, what failed. */
export interface ProgressStore {
  readPageRecord(runUid: string, input: number, page: number): Promise<PageRecord | null>;
  /** The slot with the highest page of an input. */
  readLastPageRecord(runUid: string, input: number): Promise<PageRecord | null>;
  /** Puts a page's outcome if the slot is empty or holds a FAILURE of before `restartEpoch`; else gives what stands. */
  putPageRecord(
    pageRecord: PageRecord,
    results: readonly unknown[],
    expiresAt: number,
    restartEpoch: number,
  ): Promise<{ readonly won: true } | { readonly won: false; readonly stored: PageRecord }>;
  /** The items of a page, from the store or its large-object overflow. Null: no such page. */
  readPage(
    runUid: string,
    input: number,
    page: number,
  ): Promise<{ readonly pageRecord: PageRecord; readonly results: readonly unknown[] } | null>;
  /** The slots of a shard's inputs, in input, then page order; may lag writes by about a second. */
  readShardPageRecords(runUid: string, shard: number): Promise<readonly PageRecord[]>;
  /** A strong read. Null: not yet opened. */
  readWindow(runUid: string): Promise<RunWindow | null>;
  /**
   * Opens a window if none stands or one of an older epoch; else gives the one that stands. Null: that is one that this
   * release cannot read.
   */
  openWindow(
    runUid: string,
    opening: WindowOpening,
    expiresAt: number,
  ): Promise<{ readonly opened: boolean; readonly window: RunWindow } | null>;
  /**
   * Counts inputs that have ended and gives each one's place to the next position, all in one write where it can be:
   * each on condition that its place still holds its position and that the epoch holds. Those of which it does not are
   * left out of `counted`: they were counted before, or are of another epoch. Gives the window as it is then; null:
   * none.
   */
  endInputs(runUid: string, epoch: number, ends: readonly InputEnd[]): Promise<EndedInputs>;
  /**
   * Writes down that an input waits or tries again, on condition that its place still holds it and its wait is as
   * `expected`. `noted: false` gives the input as it stands (null: it is not in hand, or the window is of another
   * epoch).
   */
  noteWait(
    runUid: string,
    epoch: number,
    expected: OpenInput & { readonly input: number },
    wait: Wait,
  ): Promise<{ readonly noted: true } | { readonly noted: false; readonly open: OpenInput | null }>;
  /** Notes how an input failed, unless a later epoch has. Said twice, it is the same. */
  noteFailed(runUid: string, failed: FailedInput, expiresAt: number): Promise<void>;
  /** What is noted of the inputs of these shards; strongly read. */
  readFailed(runUid: string, shards: readonly number[]): Promise<ReadonlyMap<number, FailedInput>>;
  /** What is noted of all inputs from one on, or up to one and downwards; strongly read, shard by shard. */
  listFailed(
    runUid: string,
    from: { readonly input: number; readonly direction: 'up' | 'down' },
  ): AsyncIterable<readonly FailedInput[]>;
  /** Writes the order of a retry down, part by part. Said twice, it is the same. */
  writeOrder(runUid: string, epoch: number, first: number, part: readonly Position[], expiresAt: number): Promise<void>;
  /** Whose a position is; of order 0 it is the input of that number. */
  readPosition(runUid: string, order: number, position: number): Promise<Position>;
}

/** A window to be opened: what is in hand takes the places from the first on. */
export interface WindowOpening extends Pick<RunWindow, 'epoch' | 'order' | 'length' | 'next' | 'totals'> {
  readonly inHand: readonly { readonly position: number; readonly input: number; readonly wait: Wait | null }[];
}

/** An input that has ended, as the window counts it. */
export interface InputEnd extends Pick<OpenInput, 'place' | 'position'> {
  readonly input: number;
  /** What it adds to the run's totals. */
  readonly adds: Totals;
}

export interface EndedInputs {
  /** The inputs that were counted by this very call. */
  readonly counted: ReadonlySet<number>;
  /** Others ended with these, and one of them sees to the run's end. */
  readonly isOthers?: boolean;
  readonly window: RunWindow | null;
}

/** Positions of a retry's order that are written down together. */
export const ORDER_PART = 2_000;

/** Slots of a workspace: how many runs may work at once. A slot is a pair of run and epoch. */
export interface AdmissionStore {
  /** True when the pair has a slot now (also when it had it before). `limits`: as they were read just now. */
  takeSlot(workspaceUid: string, runUid: string, epoch: number, limits?: WorkspaceLimits): Promise<boolean>;
  releaseSlot(workspaceUid: string, runUid: string, epoch: number): Promise<void>;
  /** All slots that are taken. */
  listSlots(workspaceUid: string): Promise<readonly StoredSlot[]>;
  addWaiter(workspaceUid: string, waiter: Waiter, expiresAt: number): Promise<void>;
  /** True for the one call that took it out of the line. */
  removeWaiter(workspaceUid: string, waiter: Waiter): Promise<boolean>;
  /** The one that has waited longest, strongly read. */
  oldestWaiter(workspaceUid: string): Promise<Waiter | null>;
  /** Limits the owner set for the workspace. */
  readLimits(workspaceUid: string): Promise<WorkspaceLimits>;
}

export interface StoredSlot {
  readonly runUid: string;
  readonly epoch: number;
  readonly takenAt: number;
}

export interface Waiter {
  readonly runUid: string;
  readonly epoch: number;
  readonly createdAt: number;
}

export interface WorkspaceLimits {
  readonly runsAtOnce: number;
  readonly inputsInFlight: number;
}

/** What paces have seen of calls, one record each. */
export interface PaceStore {
  /**
   * Decides on a pace's record and keeps what was decided, on condition that nobody did so meanwhile; else decides
   * anew. Throws UNAVAILABLE where that goes on too long.
   */
  take(key: PaceKey, decide: (record: PaceRecord) => PaceDecision): Promise<Turn>;
}

export interface PaceKey {
  readonly workspaceUid: string;
  readonly actionName: string;
  /** The key of the input that is counted apart; null: all inputs are counted together. */
  readonly part: string | null;
}

/** The same record: nothing is to be kept. */
export interface PaceDecision {
  readonly turn: Turn;
  readonly record: PaceRecord;
  /** When the record says nothing any more (epoch ms). */
  readonly forgottenAt: number;
}

/** Seats of work that takes long, one record for each kind of worker. */
export interface SeatStore {
  /**
   * Decides on the seats of a kind of worker and keeps what was decided, on condition that nobody did so meanwhile;
   * else decides anew. Null: too many did.
   */
  changeSeats<Answer>(
    pool: SeatPool,
    decide: (stored: Seats) => { readonly seats: Seats; readonly answer: Answer },
  ): Promise<Answer | null>;
}

export type SeatPool = 'page' | 'callback';

/** Records of callbacks that did not simply go well at once, and the log of those that did. */
export interface CallbackStore {
  /** Puts a record if none of its uid stands; gives the one that stands. */
  createRecord(record: CallbackRecord): Promise<CallbackRecord>;
  readRecord(uid: string): Promise<CallbackRecord | null>;
  /** Writes a record's progress on condition of its status and retry count. False: someone else was first. */
  updateRecord(
    uid: string,
    expected: { readonly status: CallbackStatus; readonly retryCount: number },
    change: Pick<CallbackRecord, 'status' | 'retryCount' | 'by'> &
      Partial<
        Pick<
          CallbackRecord,
          'httpStatus' | 'httpResponse' | 'error' | 'nextAttemptAt' | 'heldSince' | 'deferredAt' | 'deliveredAt'
        >
      >,
  ): Promise<boolean>;
  /** Logs a page callback as delivered; writes are gathered per invocation and block. */
  logDelivery(delivery: Delivery, expiresAt: number): Promise<void>;
  /** What the log says was delivered of a block. */
  readDeliveries(runUid: string, block: number): Promise<readonly Delivery[]>;
  /**
   * Takes the one replay of a run's callbacks that may be under way, until `until` (epoch ms); whose it is already goes
   * on with it. Gives until when another one is under way, or null: it is taken.
   */
  takeReplay(
    runUid: string,
    replay: { readonly by: string; readonly until: number },
    now: number,
    expiresAt: number,
  ): Promise<number | null>;
  /** Records of a block's callbacks, or with null those of the run itself (run.finished). */
  listRecords(runUid: string, block: number | null): Promise<readonly CallbackRecord[]>;
}

export interface Delivery {
  readonly runUid: string;
  readonly input: number;
  readonly page: number;
  readonly part: number;
  readonly httpStatus: number;
  readonly at: number;
}

/** Receivers that fail, and what is held back until they are there again. */
export interface ReceiverStore {
  /** `recent`: some seconds old at most, from memory where it can be. Null: it has not failed of late. */
  readReceiver(uid: string, howNew: 'strong' | 'recent'): Promise<Receiver | null>;
  /** Counts one more failed attempt, of a host the path too that gave no answer, and gives the record as it is then. */
  countFailure(uid: string, now: number, silentPath?: string): Promise<Receiver>;
  /** Has a host's record stand though nothing is counted on it: it tells that one of its paths has a record. */
  keepHost(uid: string, now: number): Promise<void>;
  /** Takes a failing receiver for away, unless it is already. */
  setAway(uid: string, change: { readonly awaySince: number; readonly probeAt: number }): Promise<void>;
  /** Takes the probe that is due since `probeAt`, the next is due at `nextAt`. False: another has it. */
  takeProbe(uid: string, probeAt: number, nextAt: number): Promise<boolean>;
  /** It answers: nothing is known against it any more. */
  forgetReceiver(uid: string): Promise<void>;
  /** One of a host's paths answers: nothing is known against the host, though others of its paths may be away. */
  clearHost(uid: string): Promise<void>;
  /** Said twice, it is one. */
  putHeld(uid: string, held: HeldCallback, expiresAt: number): Promise<void>;
  /** Those that have been due longest, strongly read. */
  listHeld(uid: string, limit: number): Promise<readonly HeldCallback[]>;
  deleteHeld(uid: string, held: HeldCallback): Promise<void>;
}

/** A callback that waits for its receiver. */
export interface HeldCallback {
  /** Of its record. */
  readonly uid: string;
  /** The attempt it waits with. */
  readonly attempt: number;
  /** From when on it may be tried as a probe, whatever has become of the receiver (epoch ms). */
  readonly dueAt: number;
  /** When it waits no longer, and is tried a last time (epoch ms). */
  readonly giveUpAt: number;
  /** When this was put down (epoch ms): one that is held anew is another. */
  readonly heldAt: number;
}

/**
 * `watch`: a run, again and again until it owes nothing. `start`: a postponed run. `close`: a stopped run. `keep`: the
 * items of a run that is kept for longer. `callback`: a far-off attempt. `receiver`: one for which callbacks are held.
 * `schedule`: a schedule, while it may fire.
 */
export const DUE_KINDS = ['watch', 'start', 'close', 'keep', 'callback', 'receiver', 'schedule'] as const;

/** Something to be looked at at a moment: read by the sweeper, deleted when seen to. */
export interface DueEntry {
  readonly at: number;
  readonly kind: (typeof DUE_KINDS)[number];
  /** The run's uid, the callback record's, the receiver's or the schedule's. */
  readonly uid: string;
  /** Of a watch and of a keep: how far it has come with a large run; absent: it begins. */
  readonly look?: RunCheck;
}

/** A look at a run's blocks, some at a time. */
export interface RunCheck {
  /** The first block not yet looked at. */
  readonly block: number;
  /** When what was seen so far is to be looked at again; null: it owes nothing. */
  readonly againAt: number | null;
  /** Distinct callbacks that were delivered in the blocks before, and those that have left any trace. */
  readonly delivered?: number;
  readonly traced?: number;
  /** Some have left none: it is looked for them, page by page. */
  readonly searches?: boolean;
}

export interface DueStore {
  putDue(entry: DueEntry): Promise<void>;
  deleteDue(entry: DueEntry): Promise<void>;
  /**
   * One page of the rows due by `now`, oldest first, strongly read, of one of the {@link DUE_PARTITIONS}; `after`: what
   * the page before gave as `next`. Never throws for what a row holds.
   */
  listDue(partition: number, now: number, limit: number, after?: string | null): Promise<DuePage>;
  /**
   * Has sweeps pass over a row until `until`, and counts one more failure. False: it is not as it was read, or gone.
   */
  putOff(row: DueRow, until: number): Promise<boolean>;
}

export interface DuePage {
  readonly rows: readonly DueRow[];
  /** Where the next page begins; null: this is the last. */
  readonly next: string | null;
}

/** A row of the due list, whether this release can read it or not. */
export interface DueRow {
  readonly partition: number;
  /** Its sort key. */
  readonly key: string;
  /** Null: it lacks something, or is of a kind that this release does not know. */
  readonly entry: DueEntry | null;
  /** When it fell due (epoch ms); null where its key does not say it. */
  readonly dueAt: number | null;
  /** Sweeps in a row that failed at it. */
  readonly failures: number;
  /** Sweeps pass over it until then (epoch ms); 0 where none has failed. */
  readonly tryAt: number;
}

/** Due entries are spread over this many partitions by their uid. */
export const DUE_PARTITIONS = 10;
