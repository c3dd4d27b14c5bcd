import { hash } from 'node:crypto';
import type { ErrorRecord } from '../domain/errors.ts';
import { shardOf } from '../domain/input.ts';
import type { PageOutcome, PageRecord } from '../domain/page.ts';
import type { ProgressStore } from '../engine/stores/progress-store.ts';
import { type Item, ItemReader } from './attributes.ts';
import { compress, decompress } from './compress.ts';
import { createFailureStore } from './failure-store.ts';
import { keys, PAGE_PREFIX, shardPartition, pageRecordPrefix } from './keys.ts';
import { parsed, textOf } from './run-records.ts';
import type { Table } from './table.ts';
import { createWindowStore } from './window-store.ts';

/** Large bodies beside the table. */
export interface LargeObjects {
  put(key: string, bytes: Uint8Array): Promise<void>;
  get(key: string): Promise<Uint8Array>;
}

/** Larger pages go to S3: up to this size, eight write units of the table cost no more than one S3 PUT. */
const INLINE_PAGE_BYTES = 8 * 1024;

export function createProgressStore(table: Table, objects: LargeObjects): ProgressStore {
  const failures = createFailureStore(table);

  async function pageRecordItem(runUid: string, input: number, page: number): Promise<Item | null> {
    return table.get(keys.pageRecord(runUid, input, page), 'strong');
  }

  return {
    ...failures,
    ...createWindowStore(table, failures),

    async readPageRecord(runUid, input, page) {
      const item = await pageRecordItem(runUid, input, page);
      return item === null ? null : pageRecordFromItem(runUid, item);
    },

    async readLastPageRecord(runUid, input) {
      const { items } = await table.query({
        pk: shardPartition(runUid, shardOf(input)),
        prefix: pageRecordPrefix(input),
        order: 'descending',
        limit: 1,
        consistency: 'strong',
      });
      return items[0] === undefined ? null : pageRecordFromItem(runUid, items[0]);
    },

    async readShardPageRecords(runUid, shard) {
      const pageRecords: PageRecord[] = [];
      const pk = shardPartition(runUid, shard);
      for await (const item of table.queryAll({ pk, prefix: PAGE_PREFIX, project: PAGE_RECORD_ATTRIBUTES })) {
        pageRecords.push(pageRecordFromItem(runUid, item));
      }
      return pageRecords;
    },

    async putPageRecord(pageRecord, results, expiresAt, restartEpoch) {
      const packed = results.length === 0 ? null : compress(results);
      const inline = packed !== null && packed.length <= INLINE_PAGE_BYTES;
      const objectKey = packed === null || inline ? null : objectKeyOf(pageRecord, packed);
      if (packed !== null && objectKey !== null) await objects.put(objectKey, packed);
      const record = {
        ...pageRecordToItem(pageRecord),
        b: inline ? packed : null,
        o: objectKey,
        expires_at: expiresAt,
      };
      const put = await table.put(keys.pageRecord(pageRecord.runUid, pageRecord.input, pageRecord.page), record, {
        expression: 'attribute_not_exists(pk) OR (attribute_exists(f) AND ep < :restart)',
        values: { ':restart': restartEpoch },
      });
      if (put.done) return { won: true };
      if (put.item === null) throw new Error('DynamoDB refused a page record without returning the stored one.');
      return { won: false, stored: pageRecordFromItem(pageRecord.runUid, put.item) };
    },

    async readPage(runUid, input, page) {
      const key = keys.pageRecord(runUid, input, page);
      // A recorded RESULT never changes, so an eventual read at half the price is enough. A failure may have been
      // replaced
      // and an absent record may exist by now: those are read again strongly.
      const seen = await table.get(key, 'eventual');
      const isResult = seen !== null && seen['f'] === undefined;
      const item = isResult ? seen : await table.get(key, 'strong');
      return item === null ? null : pageFromItem(objects, runUid, item);
    },
  };
}

/**
 * The key ends in the hash of the body, so a worker that loses the race never overwrites the recorded page's object.
 */
function objectKeyOf({ runUid, input, page }: PageRecord, bytes: Uint8Array): string {
  return `pages/${runUid}/${input}/${page}-${hash('sha256', bytes, 'base64url')}`;
}

// Page records are written most often: names of one or two letters keep a page of 800 B within one write unit.
function pageRecordToItem({ outcome, ...pageRecord }: PageRecord): object {
  const facts =
    outcome.kind === 'FAILURE'
      ? { f: textOf(outcome.error) }
      : {
          n: outcome.count,
          nc: outcome.nextCursor,
          l: outcome.last ? true : null,
          pt: outcome.parts === 1 ? null : outcome.parts,
          in: outcome.info?.message ?? null,
        };
  return {
    ...facts,
    i: pageRecord.input,
    p: pageRecord.page,
    c: pageRecord.cursor,
    r: pageRecord.results,
    cb: pageRecord.callbacks,
    t: pageRecord.tries === 0 ? null : pageRecord.tries,
    ep: pageRecord.epoch,
    a: pageRecord.attempt === 1 ? null : pageRecord.attempt,
    by: pageRecord.by,
    at: pageRecord.at,
    v: pageRecord.version,
  };
}

/** The attributes that {@link pageRecordFromItem} reads: all but the results. */
export const PAGE_RECORD_ATTRIBUTES = [
  'i',
  'p',
  'f',
  'n',
  'nc',
  'l',
  'pt',
  'in',
  'c',
  'r',
  'cb',
  't',
  'ep',
  'a',
  'by',
  'at',
  'v',
];

export function pageRecordFromItem(runUid: string, item: Item): PageRecord {
  const read = new ItemReader(item);
  return {
    runUid,
    input: read.number('i'),
    page: read.number('p'),
    outcome: outcomeOf(read),
    cursor: read.textOrNull('c'),
    results: read.number('r'),
    callbacks: read.number('cb'),
    tries: read.numberOrNull('t') ?? 0,
    epoch: read.number('ep'),
    attempt: read.numberOrNull('a') ?? 1,
    by: read.text('by'),
    at: read.number('at'),
    version: read.number('v'),
  };
}

function outcomeOf(read: ItemReader): PageOutcome {
  const error = parsed<ErrorRecord>(read.textOrNull('f'));
  if (error !== null) return { kind: 'FAILURE', error };
  const info = read.textOrNull('in');
  return {
    kind: 'RESULT',
    count: read.number('n'),
    nextCursor: read.textOrNull('nc'),
    last: read.flag('l'),
    parts: read.numberOrNull('pt') ?? 1,
    info: info === null ? null : { label: 'NO_RESULT', message: info },
  };
}

/** A page record with its results, which are fetched from S3 where they are stored there. */
export async function pageFromItem(
  objects: Pick<LargeObjects, 'get'>,
  runUid: string,
  item: Item,
): Promise<{ readonly pageRecord: PageRecord; readonly results: readonly unknown[] }> {
  const read = new ItemReader(item);
  const objectKey = read.textOrNull('o');
  const packed = objectKey === null ? read.bytesOrNull('b') : await objects.get(objectKey);
  const results = packed === null ? [] : (decompress(packed) as unknown[]); // cast: packed from an array
  return { pageRecord: pageRecordFromItem(runUid, item), results };
}
