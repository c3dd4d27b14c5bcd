import type { StoredBulk } from '../../shared/engine/bulk/bulk-ports.ts';
import { ItemReader } from '../../shared/storage/attributes.ts';
import { bulkFromItem, partFromItem } from '../../shared/storage/bulk-store.ts';
import { decompress } from '../../shared/storage/compress.ts';
import {
  DEPENDENT_PREFIX,
  duePartition,
  keys,
  logPrefix,
  MORE_PREFIX,
  RECORD_PREFIX,
  REQUEST_PREFIX,
  blockPartition,
  shardPartition,
  pageRecordPrefix,
  recordKey,
  USAGE_PREFIX,
  WAITER_PREFIX,
} from '../../shared/storage/keys.ts';
import { logEntryFromItem } from '../../shared/storage/log-store.ts';
import { type LargeObjects, pageFromItem } from '../../shared/storage/progress-store.ts';
import { seatsFromItem } from '../../shared/storage/seat-store.ts';
import { beyondFromItem, dayFromItem } from '../../shared/storage/usage-store.ts';
import { controlFromItem, definitionFromItem } from '../../shared/storage/run-records.ts';
import { blockOf, shardOf } from '../../shared/domain/input.ts';
import type { ErrorRecord } from '../../shared/domain/errors.ts';
import type { LogEntry } from '../../shared/domain/log-line.ts';
import type { UsageCounts } from '../../shared/domain/usage-counts.ts';
import type { PageRecord } from '../../shared/domain/page.ts';
import type { Seat } from '../../shared/domain/seats.ts';
import type { RunControl, RunDefinition } from '../../shared/domain/run.ts';
import { DUE_PARTITIONS } from '../../shared/engine/stores/due-store.ts';
import { isBadRow } from './bad-rows.ts';
import { type Mirror, perItem, toItem, type WireItem } from './mirror.ts';

/** A callback's record as checks look at it. */
export interface CallbackRow {
  readonly uid: string;
  /** The callback's id; a replay has the same. */
  readonly refUid: string;
  /** What it replays; null: nothing. */
  readonly parentUid: string | null;
  readonly type: string;
  readonly status: string;
  readonly retryCount: number;
  readonly httpStatus: number | null;
  /** Since when it waits, or waited to its end, for its receiver (epoch ms). */
  readonly heldSince: number | null;
  /** Since when it is put off for want of a seat (epoch ms). */
  readonly deferredAt: number | null;
  readonly nextAttemptAt: number | null;
  readonly createdAt: number;
  /** Who wrote it last. */
  readonly by: string;
  readonly errorLabel: string | null;
}

/** A bulk, with the runs of its list. */
export interface BulkRow {
  readonly bulk: StoredBulk;
  readonly runUids: readonly string[];
}

export interface RecordedPage {
  readonly pageRecord: PageRecord;
  readonly results: readonly unknown[];
  /** JSON bytes of each result. */
  readonly sizes: readonly number[];
}

/** What the engine has on record, read from the table's mirror without a call. */
export class Records {
  readonly #mirror: Mirror;
  readonly #objects: Pick<LargeObjects, 'get'>;
  readonly #pageOf = perItem((item, runUid: string) => this.#readPage(item, runUid));

  constructor(mirror: Mirror, objects: ReadonlyMap<string, Uint8Array>) {
    this.#mirror = mirror;
    this.#objects = {
      get: async (key) => {
        const bytes = objects.get(key);
        if (bytes === undefined) throw new Error(`The object ${key} of a recorded page does not exist.`);
        return bytes;
      },
    };
  }

  /** Uids of all runs that were committed, but for deleted ones. */
  runUids(): readonly string[] {
    const runs = this.#mirror.partitions().filter((pk) => pk.startsWith('R#') && pk.split('#').length === 2);
    return runs.map((pk) => pk.slice(2)).filter((uid) => this.control(uid) !== null && !this.isDeleted(uid));
  }

  isDeleted(runUid: string): boolean {
    const { pk, sk } = keys.control(runUid);
    return this.#mirror.get(pk, sk)?.['deletion'] !== undefined;
  }

  /** All that is stored of a deleted run and should not be, by its keys. */
  leftOf(runUid: string): readonly string[] {
    const { pk: own, sk: control } = keys.control(runUid);
    const partitions = this.#mirror.partitions();
    const items = partitions
      .filter((pk) => pk === own || pk.startsWith(`${own}#`))
      .flatMap((pk) => this.#mirror.list(pk));
    const noted = partitions.filter((pk) => pk.startsWith('N#')).flatMap((pk) => this.#mirror.list(pk));
    const ofIt = noted.filter((item) => item['run_uid']?.['S'] === runUid);
    const left = items.filter((item) => item['pk']?.['S'] !== own || item['sk']?.['S'] !== control);
    const answers = partitions
      .filter((pk) => pk.startsWith('W#'))
      .flatMap((pk) => this.#mirror.list(pk, 'IDEM#').filter((item) => answerOf(item).includes(runUid)));
    const record = this.#mirror.get(own, control);
    const given = ['name', 'parameters', 'inputs', 'callback', 'last_error', 'tags'].filter(
      (name) => record?.[name] !== undefined,
    );
    return [
      ...[...left, ...answers, ...ofIt].map((item) => `${String(item['pk']?.['S'])} ${String(item['sk']?.['S'])}`),
      ...given.map((name) => `${name} of the control record`),
    ];
  }

  /** Whether a notification, or a replay of one, is on record. */
  isNoted(uid: string): boolean {
    const key = recordKey(uid);
    return key !== null && this.#mirror.get(key.pk, key.sk) !== null;
  }

  /** All bulks, each with the runs of its list. */
  bulks(): readonly BulkRow[] {
    const partitions = this.#mirror.partitions().filter((pk) => pk.startsWith('B#'));
    return partitions.flatMap((pk) => {
      const item = this.#mirror.get(pk, 'CTL');
      if (item === null) return [];
      const parts = this.#mirror.list(pk, 'RUNS#');
      return [{ bulk: bulkOf(item), runUids: parts.flatMap((part) => partFromItem(toItem(part)).runUids) }];
    });
  }

  control(runUid: string): RunControl | null {
    const { pk, sk } = keys.control(runUid);
    const item = this.#mirror.get(pk, sk);
    return item === null ? null : controlOf(item);
  }

  definition(runUid: string): RunDefinition | null {
    const { pk, sk } = keys.definition(runUid);
    const item = this.#mirror.get(pk, sk) ?? this.#inlineDefinition(runUid);
    return item === null ? null : definitionOf(item);
  }

  /** A live run that ran inline is one item. */
  #inlineDefinition(runUid: string): WireItem | null {
    const { pk, sk } = keys.control(runUid);
    const item = this.#mirror.get(pk, sk);
    return item?.['parameters'] === undefined ? null : item;
  }

  pages(runUid: string, input: number): Promise<readonly RecordedPage[]> {
    return Promise.all(this.#pageRecordItems(runUid, input).map((item) => this.#pageOf(item, runUid)));
  }

  /** A workspace's own secrets by name, as they are stored. */
  credentials(workspaceUid: string): ReadonlyMap<string, string> {
    const { pk, sk } = keys.credentials(workspaceUid);
    const read = new ItemReader(toItem(this.#mirror.get(pk, sk) ?? {}));
    const stored = read.stored<readonly { readonly name: string; readonly sealed: string }[]>('credentials') ?? [];
    return new Map(stored.map(({ name, sealed }) => [name, sealed]));
  }

  /** What was logged for an input. */
  log(runUid: string, input: number): readonly LogEntry[] {
    const items = this.#mirror.list(shardPartition(runUid, shardOf(input)), logPrefix(input));
    return items.map((item) => logOf(item, runUid));
  }

  /** How many inputs a run's window has counted as ended; null: a retry has not laid it out yet. */
  countedEnds({ uid, restartEpoch }: Pick<RunControl, 'uid' | 'restartEpoch'>): number | null {
    const { pk, sk } = keys.window(uid);
    const window = this.#mirror.get(pk, sk);
    if (window === null) return 0;
    const { od: order, sc: succeeded, fl: failed } = window;
    return Number(order?.['N']) < restartEpoch ? null : Number(succeeded?.['N']) + Number(failed?.['N']);
  }

  /** Records of callbacks of a whole run. */
  callbacks(runUid: string, inputsTotal: number): readonly CallbackRow[] {
    const rows = [...this.#mirror.list(keys.control(runUid).pk, RECORD_PREFIX)];
    for (let block = 0; block <= blockOf(inputsTotal); block += 1) {
      rows.push(...this.#mirror.list(blockPartition(runUid, block), RECORD_PREFIX));
    }
    return rows.map(callbackRow);
  }

  /** Items of runs that never expire, or before their run does. */
  wrongExpiries(): readonly string[] {
    const partitions = this.#mirror.partitions().filter((name) => name.startsWith('R#'));
    return partitions.flatMap((pk) => {
      const runExpiresAt = this.control(pk.split('#')[1] ?? '')?.expiresAt;
      if (runExpiresAt === undefined) return [];
      return this.#mirror.list(pk).flatMap((item) => {
        const expiresAt = Number(item['expires_at']?.['N'] ?? NaN);
        // What another run notes here goes with that one, and what a request notes goes with its key.
        const sk = String(item['sk']?.['S']);
        const isOwn = !sk.startsWith(DEPENDENT_PREFIX) && !sk.startsWith(REQUEST_PREFIX);
        if (expiresAt + LAUNCH_S >= (isOwn ? runExpiresAt : 0)) return [];
        return [`${pk} ${sk} expires at ${expiresAt}, its run at ${runExpiresAt}`];
      });
    });
  }

  /** Runs that hold a slot, over all workspaces. */
  holdingSlots(): readonly string[] {
    const workspaces = this.#mirror.partitions().filter((name) => name.startsWith('W#'));
    return workspaces.flatMap((pk) => this.heldSlots(pk.slice(2)).map((pair) => pair.split(':')[0] ?? pair));
  }

  /** Runs that stand in a line, over all workspaces. */
  inLine(): readonly string[] {
    const workspaces = this.#mirror.partitions().filter((name) => name.startsWith('W#'));
    return workspaces.flatMap((pk) =>
      this.#mirror.list(pk, WAITER_PREFIX).map((item) => String(item['run_uid']?.['S'])),
    );
  }

  heldSlots(workspaceUid: string): readonly string[] {
    const { pk, sk } = keys.slots(workspaceUid);
    return slotsIn(this.#mirror.get(pk, sk));
  }

  /** Pages that a workspace started on a day, as they are counted against its quota. */
  pagesOfDay(workspaceUid: string, day: string): number {
    const { pk, sk } = keys.pagesOfDay(workspaceUid, day);
    return Number(this.#mirror.get(pk, sk)?.['pages']?.['N'] ?? 0);
  }

  /** The usage of a workspace as it is recorded: of days, and of runs beyond them. */
  usage(workspaceUid: string): readonly UsageCounts[] {
    const { pk } = keys.profile(workspaceUid);
    const days = this.#mirror.list(pk, USAGE_PREFIX).flatMap((item) => [...dayFromItem(toItem(item)).actions.values()]);
    const beyond = this.#mirror.list(pk, MORE_PREFIX).map((item) => beyondFromItem(toItem(item)).counts);
    return [...days, ...beyond];
  }

  /** Seats that are held, over all kinds of workers. */
  seats(): readonly Seat[] {
    return this.#mirror.list('SEATS').flatMap((item) => [...seatsOf(item).taken]);
  }

  /** What waits for a sweep, but for rows that fail for good; of one that was put off, when it is tried again. */
  due(): readonly { readonly at: number; readonly what: string }[] {
    const entries: { at: number; what: string }[] = [];
    for (const pk of this.#partitions()) {
      for (const item of this.#mirror.list(pk)) {
        const what = String(item['sk']?.['S']);
        if (!isBadRow(pk, what)) entries.push({ at: dueAt(item), what });
      }
    }
    return entries;
  }

  hasDue(): boolean {
    return this.#partitions().some((pk) => this.#mirror.some(pk, (sk) => !isBadRow(pk, sk)));
  }

  /** Whether a sweep would find something (clocks that run ahead aside). */
  isDue(now: number): boolean {
    return this.hasDue() && this.due().some(({ at }) => at <= now);
  }

  #partitions(): readonly string[] {
    return Array.from({ length: DUE_PARTITIONS }, (_, partition) => duePartition(partition));
  }

  /** Everything that says how runs stand: what must not change once all is at rest. */
  stored(): ReadonlyMap<string, string> {
    const texts = new Map<string, string>();
    for (const pk of this.#mirror.partitions().filter((name) => name.startsWith('R#'))) {
      for (const item of this.#mirror.list(pk)) {
        const sk = String(item['sk']?.['S']);
        if (!sk.startsWith('D#')) texts.set(`${pk} ${sk}`, textOf(item));
      }
    }
    return texts;
  }

  async #readPage(item: WireItem, runUid: string): Promise<RecordedPage> {
    const { pageRecord, results } = await pageFromItem(this.#objects, runUid, toItem(item));
    return { pageRecord, results, sizes: results.map((one) => Buffer.byteLength(JSON.stringify(one))) };
  }

  #pageRecordItems(runUid: string, input: number): readonly WireItem[] {
    return this.#mirror.list(shardPartition(runUid, shardOf(input)), pageRecordPrefix(input));
  }
}

/** The stored answer of a request with an Idempotency-Key. */
const answerOf = perItem((item) => {
  const bytes = new ItemReader(toItem(item)).bytesOrNull('answer');
  return bytes === null ? '' : JSON.stringify(decompress(bytes));
});

/** When a sweep sees to a due row next. */
export function dueAt(item: WireItem): number {
  return Math.max(Number(item['at']?.['N']), Number(item['try_at']?.['N'] ?? 0));
}

/** A launch that is made again writes its run anew, so much later at most; what is there by then has the time of before. */
const LAUNCH_S = 3_600;

/** The slots that a workspace's item holds, as pairs of run and epoch. */
export function slotsIn(item: WireItem | null): readonly string[] {
  return Object.keys(item ?? {}).flatMap((name) => (name.startsWith('s:') ? [name.slice(2)] : []));
}

/** A control record, read once however often it is looked at. */
export const controlOf = perItem((item) => controlFromItem(toItem(item)));
/** The seats of a kind of worker, read once however often they are looked at. */
export const seatsOf = perItem((item) => seatsFromItem(toItem(item)));
const logOf = perItem((item, runUid: string) => logEntryFromItem(runUid, toItem(item)));
const bulkOf = perItem((item) => bulkFromItem(toItem(item)));
const definitionOf = perItem((item) => definitionFromItem(toItem(item)));
/** A deleted run stays on the list of its workspace until its usage is summed, which may be at any time. */
const textOf = perItem(({ lpk, lsk, ...item }) =>
  JSON.stringify(item['deletion'] === undefined ? { lpk, lsk, ...item } : item),
);
export const callbackRow = perItem(readCallbackRow);

function readCallbackRow(item: WireItem): CallbackRow {
  const read = new ItemReader(toItem(item));
  return {
    uid: read.text('uid'),
    refUid: read.text('ref_uid'),
    parentUid: read.textOrNull('parent_uid'),
    type: read.text('type'),
    status: read.text('status'),
    retryCount: read.number('retry_count'),
    httpStatus: read.numberOrNull('http_status'),
    heldSince: read.numberOrNull('held_since'),
    deferredAt: read.numberOrNull('deferred_at'),
    nextAttemptAt: read.numberOrNull('next_attempt_at'),
    createdAt: read.number('created_at'),
    by: read.textOrNull('w') ?? '',
    errorLabel: labelOf(read.textOrNull('error')),
  };
}

function labelOf(error: string | null): string | null {
  return error === null ? null : (JSON.parse(error) as ErrorRecord).error_label; // cast: as the engine wrote it
}
