import type { CallbackRecord } from '../../domain/callback.ts';
import type { PageRecord } from '../../domain/page.ts';
import type { ExecutionMode, RunControl, RunDefinition } from '../../domain/run.ts';
import type { Clock, EngineSettings } from '../ports.ts';
import type { CallbackStore, Delivery, ProgressStore, RunStore } from '../stores.ts';

/** Where a run stands in the list of its workspace's runs. */
export interface RunPlace {
  readonly createdAt: number;
  readonly uid: string;
}

/** A run as the list knows it; may lag writes by about a second. */
export interface ListedRun extends RunPlace {
  readonly actionName: string;
  readonly mode: ExecutionMode;
  readonly name: string | null;
  readonly scheduledRunUid: string | null;
}

export interface Run {
  readonly control: RunControl;
  readonly definition: RunDefinition;
}

/** The part of a list of runs to be read: `after` a place, created from `createdFrom` to before `createdBefore`. */
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

/** A recorded page; its results are fetched when asked for. */
export interface RecordedPage {
  readonly pageRecord: PageRecord;
  readonly readResults: () => Promise<readonly unknown[]>;
}

/** What the lists need besides the stores: many records at a time, by range or by key. */
export interface RunReader {
  listRuns(
    workspaceUid: string,
    range: RunRange,
  ): Promise<{ readonly rows: readonly ListedRun[]; readonly more: boolean }>;
  /** Those that are there, whoever's they are. */
  readRuns(uids: readonly string[]): Promise<ReadonlyMap<string, Run>>;
  /** Slots by their places, without results, strongly read; those that are not there are left out. */
  readPageRecords(runUid: string, places: readonly PagePlace[]): Promise<readonly PageRecord[]>;
  /** Slots of a shard in input, then page order from a place on, strongly read. `more`: the limit cut them off. */
  listPageRecords(
    runUid: string,
    from: PagePlace,
    limit: number,
  ): Promise<{ readonly pageRecords: readonly PageRecord[]; readonly more: boolean }>;
  /** The same with their results. */
  listPages(
    runUid: string,
    from: PagePlace,
    limit: number,
  ): Promise<{ readonly pages: readonly RecordedPage[]; readonly more: boolean }>;
  /** All that is known of deliveries in a block, strongly read; in no order. */
  readDeliveryFacts(runUid: string, block: number): Promise<DeliveryFacts>;
}

export interface DeliveryFacts {
  readonly records: readonly CallbackRecord[];
  readonly deliveries: readonly Delivery[];
}

/** What reading takes. */
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
    'readWindow' | 'readLastPageRecord' | 'readPageRecord' | 'readFailed' | 'listFailed'
  >;
  readonly callbacks: Pick<CallbackStore, 'readRecord' | 'readDeliveries' | 'listRecords'>;
}
