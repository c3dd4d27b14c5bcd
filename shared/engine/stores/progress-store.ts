import type { FailedInput, OpenInput, Position, RunWindow, Wait } from '../../domain/input.ts';
import type { PageRecord } from '../../domain/page.ts';
import type { Totals } from '../../domain/run.ts';

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
