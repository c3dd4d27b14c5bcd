/**
 * `watch`: the check of a run, repeated until the run has no open work. `start`: the start of a postponed run. `close`:
 * the announcement of a stopped run. `keep`: the items of a run whose expiry has moved. `callback`: a callback's
 * attempt that is too far off for a queue. `receiver`: the check of a receiver for which callbacks wait. `schedule`:
 * the check of a schedule, while it may fire. `purge`: the check of a deletion, until it is complete. `usage`: summing
 * the usage of all workspaces, repeated for ever. `bulk`: the check of a bulk, until it is over. `notification`: the
 * check of a notification, until it is delivered or has failed.
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
  'notification',
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
