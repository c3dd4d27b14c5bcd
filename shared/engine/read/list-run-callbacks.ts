import type { CallbackRecord } from '../../domain/callback.ts';
import { deriveUid } from '../../domain/ids.ts';
import { blockOf, SHARD_SIZE, shardOf } from '../../domain/input.ts';
import type { PageRecord } from '../../domain/page.ts';
import {
  absorbDelivery,
  callbackUidsOf,
  FINISHED_PLACE,
  type LoggedDelivery,
  pageOfPlace,
  placeFrom,
  recordPlace,
  unstoredRecord,
} from '../../domain/page-callback.ts';
import { readShardsBegun } from './count-callbacks.ts';
import type { DeliveryFacts, ReadPorts, Run } from './read-ports.ts';
import type { Budget, Step } from './steps.ts';

/** A callback's record with what its view needs of its run. */
export interface CallbackRow {
  /** Null: it is a notification. */
  readonly run: Run | null;
  readonly record: CallbackRecord;
  /** The uid of the chunk in which its input is stored, or null. */
  readonly batchUid: string | null;
}

type CallbackPorts = Pick<ReadPorts, 'reader' | 'runs' | 'progress' | 'callbacks'>;

/**
 * Whether a record belongs in the list. `isDelivered`: the callback was delivered, by this or another of its records.
 */
type WantedRecord = (record: CallbackRecord, isDelivered: boolean) => boolean;

const SLOTS_AT_ONCE = 200;

/**
 * A run's callback records after a place, ordered by input, page and part, run.finished last. A page callback that was
 * delivered at its first attempt, or has not been tried yet, has no stored record: it is built from page record and
 * log.
 */
export async function* listRunCallbacks(
  ports: CallbackPorts,
  run: Run,
  list: { readonly after: string; readonly wanted: WantedRecord; readonly budget: Budget },
): AsyncGenerator<Step<CallbackRow, string>> {
  const { callback } = run.definition;
  if (callback === null) return;
  let { after } = list;
  const pages = callback.on === 'all' && after < FINISHED_PLACE ? await readShardsBegun(ports, run) : 0;
  let facts: BlockFacts | null = null;
  for (let shard = after === '' ? 0 : shardOf(pageOfPlace(after).input); shard < pages; shard += 1) {
    const block = blockOf(shard * SHARD_SIZE);
    if (facts?.block !== block) {
      if (!list.budget.spend(1)) {
        yield { row: null, after };
        return;
      }
      facts = await readFacts(ports, run, block);
    }
    const { successes } = facts;
    const wanted = (record: CallbackRecord): boolean => list.wanted(record, successes.has(record.refUid));
    for await (const { records, until } of batchesOf(ports, run, shard, after, facts)) {
      if (!list.budget.spend(1)) {
        yield { row: null, after };
        return;
      }
      yield* rowsOf(ports, run, records.filter(wanted));
      after = until;
    }
  }
  const finished = await ports.callbacks.listRecords(run.control.uid, null);
  const left = finished.filter((record) => recordPlace(record) > after);
  const successes = successesOf(finished, []);
  const wanted = (record: CallbackRecord): boolean => list.wanted(record, successes.has(record.refUid));
  yield* rowsOf(ports, run, left.filter(wanted).toSorted(byPlace));
}

interface BlockFacts {
  readonly block: number;
  readonly records: DeliveryFacts['records'];
  readonly stored: ReadonlySet<string>;
  readonly delivered: ReadonlyMap<string, LoggedDelivery>;
  /** The ids of callbacks that were delivered, by any of their records. */
  readonly successes: ReadonlySet<string>;
}

async function readFacts(ports: CallbackPorts, { control }: Run, block: number): Promise<BlockFacts> {
  const { records, deliveries } = await ports.reader.readDeliveryFacts(control.uid, block);
  const delivered = new Map(deliveries.map((delivery) => [deriveUid(control.uid, 'page', delivery), delivery]));
  return {
    block,
    records,
    stored: new Set(records.map(({ uid }) => uid)),
    delivered,
    successes: successesOf(records, delivered.keys()),
  };
}

function successesOf(records: readonly CallbackRecord[], logged: Iterable<string>): ReadonlySet<string> {
  const delivered = records.filter(({ status }) => status === 'SUCCESS');
  return new Set([...delivered.map(({ refUid }) => refUid), ...logged]);
}

/** A shard's records in batches. A batch has all records between the end of the batch before it and its `until`. */
async function* batchesOf(
  ports: CallbackPorts,
  run: Run,
  shard: number,
  begin: string,
  facts: BlockFacts,
): AsyncGenerator<{ readonly records: readonly CallbackRecord[]; readonly until: string }> {
  const end = placeFrom({ input: (shard + 1) * SHARD_SIZE, page: 0 });
  const first = placeFrom({ input: shard * SHARD_SIZE, page: 0 });
  for (let after = begin > first ? begin : first; after !== end;) {
    const { pageRecords, more } = await ports.reader.listPageRecords(
      run.control.uid,
      pageOfPlace(after),
      SLOTS_AT_ONCE,
    );
    const last = pageRecords.at(-1);
    const until = more && last !== undefined ? placeFrom({ input: last.input, page: last.page + 1 }) : end;
    const stored = facts.records.map((record) => absorbDelivery(record, facts.delivered.get(record.uid) ?? null));
    const made = pageRecords.flatMap((pageRecord) => unstoredOf(run, pageRecord, facts));
    const records = [...stored, ...made].filter((record) => isBetween(recordPlace(record), after, until));
    yield { records: records.toSorted(byPlace), until };
    after = until;
  }
}

function unstoredOf({ definition }: Run, pageRecord: PageRecord, facts: BlockFacts): readonly CallbackRecord[] {
  return callbackUidsOf(pageRecord)
    .filter((uid) => !facts.stored.has(uid))
    .map((uid) => unstoredRecord(definition, pageRecord, uid, facts.delivered.get(uid) ?? null));
}

async function* rowsOf(
  ports: CallbackPorts,
  run: Run,
  records: readonly CallbackRecord[],
): AsyncGenerator<Step<CallbackRow, string>> {
  for (const record of records) yield { row: await callbackRow(ports, run, record), after: recordPlace(record) };
}

/** A record with the uid of the chunk in which its input is stored. */
export async function callbackRow(
  ports: Pick<ReadPorts, 'runs'>,
  run: Run | null,
  record: CallbackRecord,
): Promise<CallbackRow> {
  const { runUid, input } = record;
  const batchUid = runUid === null || input === null ? null : await ports.runs.batchUid(runUid, input);
  return { run, record, batchUid };
}

function isBetween(place: string, after: string, until: string): boolean {
  return place > after && place < until;
}

function byPlace(a: CallbackRecord, b: CallbackRecord): number {
  return recordPlace(a) < recordPlace(b) ? -1 : 1;
}
