import type { RunControl } from '../../domain/run.ts';
import type { UsageCounts } from '../../domain/usage-counts.ts';

/** A run's place in the order of creation. */
type RunPlace = Pick<RunControl, 'createdAt' | 'uid'>;

/** Usage by action. */
export type UsageByAction = ReadonlyMap<string, UsageCounts>;

/** The record of a day: the sum over the runs created on it, in the order of their creation, up to one of them. */
export interface UsageDay {
  /** UTC, such as `2026-11-30`. */
  readonly day: string;
  readonly actions: UsageByAction;
  /** The last run that is in the sum. */
  readonly through: RunPlace;
}

/** What a run did that the record of its day does not count. */
export interface UsageBeyondDay {
  readonly workspaceUid: string;
  readonly runUid: string;
  readonly day: string;
  readonly actionName: string;
  readonly counts: UsageCounts;
  /** The run's epoch at its end: a record of a later one replaces this one. */
  readonly epoch: number;
}

/** The records of usage. */
export interface UsageStore {
  /** The latest day that has a record, strongly read; null: none has. */
  readLatestDay(workspaceUid: string): Promise<UsageDay | null>;
  /** The records of a day and of all later days, strongly read. */
  listDays(workspaceUid: string, from: string): Promise<readonly UsageDay[]>;
  /**
   * Writes a day's record on condition that its sum goes up to `before` (null: that there is none). False: it does not.
   */
  putDay(workspaceUid: string, day: UsageDay, before: RunPlace | null): Promise<boolean>;
  /** Writes what a run did beyond its day, unless there is a record of the same or a later epoch. */
  putBeyondDay(beyond: UsageBeyondDay): Promise<void>;
  /** What runs of these days did beyond them, strongly read. */
  listBeyondDays(workspaceUid: string, from: string, to: string): Promise<readonly UsageBeyondDay[]>;
  /** Control records by uid, those of deleted runs too, strongly read. Missing ones are left out. */
  readControls(runUids: readonly string[]): Promise<readonly (RunControl & { readonly isDeleted: boolean })[]>;
  /** The uids of all workspaces. */
  listWorkspaces(): Promise<readonly string[]>;
}
