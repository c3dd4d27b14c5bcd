import type { CallbackRecord } from '../../domain/callback.ts';
import type { LogEntry } from '../../domain/log-line.ts';
import type { PageRecord } from '../../domain/page.ts';
import type { ExecutionMode, RunControl, RunDefinition } from '../../domain/run.ts';
import type { Clock, EngineSettings } from '../ports.ts';
import type { CallbackStore, Delivery } from '../stores/callback-store.ts';
import type { ProgressStore } from '../stores/progress-store.ts';
import type { RunStore } from '../stores/run-store.ts';

/** A run's place in the list of its workspace's runs. */
export interface RunPlace {
  readonly createdAt: number;
  readonly uid: string;
}

/** A run as the index has it, which may lag writes by about a second. */
export interface ListedRun extends RunPlace {
  readonly actionName: string;
  readonly mode: ExecutionMode;
  readonly name: string | null;
  readonly scheduledRunUid: string | null;
}

/** Both records of a run. */
export interface Run {
  readonly control: RunControl;
  readonly definition: RunDefinition;
}

/**
 * The part of a list of runs to read: after the place `after`, created from `createdFrom` to before `createdBefore`.
 */
export interface RunRange {
  readonly order: 'ascending' | 'descending';
  readonly after: RunPlace | null;
  readonly createdFrom: number;
  readonly createdBefore: number;
  readonly limit: number;
}

export interface PagePlace {
  readonly input: number;
  readonly page: number;
}

/** An input's log from an entry on; null: from its first. */
export interface LogPlace {
  readonly input: number;
  readonly entry: string | null;
}

/** A call's lines, and the name by which the list continues there. */
export interface StoredLogEntry extends LogEntry {
  readonly entry: string;
}

/** A recorded page, whose results are fetched when needed. */
export interface RecordedPage {
  readonly pageRecord: PageRecord;
  readonly readResults: () => Promise<readonly unknown[]>;
}

/** Reads for the lists: many records at a time, by range or by key. */
export interface RunReader {
  listRuns(
    workspaceUid: string,
    range: RunRange,
  ): Promise<{ readonly rows: readonly ListedRun[]; readonly more: boolean }>;
  /** The runs that exist, of any workspace. */
  readRuns(uids: readonly string[]): Promise<ReadonlyMap<string, Run>>;
  /** Page records by their places, without results, strongly read. Missing ones are left out. */
  readPageRecords(runUid: string, places: readonly PagePlace[]): Promise<readonly PageRecord[]>;
  /** A shard's page records from a place on, by input and page, strongly read. `more`: the limit cut the list. */
  listPageRecords(
    runUid: string,
    from: PagePlace,
    limit: number,
  ): Promise<{ readonly pageRecords: readonly PageRecord[]; readonly more: boolean }>;
  /** As `listPageRecords`, with results. */
  listPages(
    runUid: string,
    from: PagePlace,
    limit: number,
  ): Promise<{ readonly pages: readonly RecordedPage[]; readonly more: boolean }>;
  /**
   * What was logged in a shard, from a place on or for that place's input only, in order and strongly read. `more`: the
   * limit cut the list.
   */
  listLogEntries(
    runUid: string,
    from: LogPlace,
    list: { readonly oneInput: boolean; readonly limit: number },
  ): Promise<{ readonly entries: readonly StoredLogEntry[]; readonly more: boolean }>;
  /** All callback records and logged deliveries of a block, strongly read, in no order. */
  readDeliveryFacts(runUid: string, block: number): Promise<DeliveryFacts>;
}

/** The stored callback records and logged deliveries of a block. */
export interface DeliveryFacts {
  readonly records: readonly CallbackRecord[];
  readonly deliveries: readonly Delivery[];
}

/** The ports of reading. */
export interface ReadPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly settings: Pick<EngineSettings, 'pageTimeoutMs'>;
  readonly reader: RunReader;
  readonly runs: Pick<
    RunStore,
    'readRun' | 'remembers' | 'readControl' | 'readDefinition' | 'readInput' | 'readInputs' | 'batchUid'
  >;
  readonly progress: Pick<
    ProgressStore,
    'readWindow' | 'readLastPageRecord' | 'readPageRecord' | 'readPage' | 'readFailed' | 'listFailed'
  >;
  readonly callbacks: Pick<CallbackStore, 'readRecord' | 'readDeliveries' | 'listRecords'>;
}
