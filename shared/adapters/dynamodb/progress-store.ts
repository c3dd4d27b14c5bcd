import { hash } from 'node:crypto';
import type { ErrorRecord } from '../../domain/errors.ts';
import { shardOf } from '../../domain/input.ts';
import type { PageOutcome, PageSlot } from '../../domain/page.ts';
import type { ProgressStore } from '../../engine/stores.ts';
import { type Item, ItemReader } from './attributes.ts';
import { compress, decompress } from './compress.ts';
import { createFailureStore } from './failure-store.ts';
import { keys, PAGE_PREFIX, shardPartition, slotPrefix } from './keys.ts';
import { parsed, textOf } from './run-records.ts';
import type { Table } from './table.ts';
import { createWindowStore } from './window-store.ts';

/** Large bodies beside the table. */
export interface LargeObjects {
  put(key: string, bytes: Uint8Array): Promise<void>;
  get(key: string): Promise<Uint8Array>;
}

/** A page up to this size lies in its slot: below, eight write units cost no more than one S3 PUT. */
const INLINE_PAGE_BYTES = 8 * 1024;

export function createProgressStore(table: Table, objects: LargeObjects): ProgressStore {
  const failures = createFailureStore(table);

  async function slotItem(runUid: string, input: number, page: number): Promise<Item | null> {
    return table.get(keys.slot(runUid, input, page), 'strong');
  }

  return {
    ...failures,
    ...createWindowStore(table, failures),

    async readSlot(runUid, input, page) {
      const item = await slotItem(runUid, input, page);
      return item === null ? null : slotFromItem(runUid, item);
    },

    async readLastSlot(runUid, input) {
      const { items } = await table.query({
        pk: shardPartition(runUid, shardOf(input)),
        prefix: slotPrefix(input),
        order: 'descending',
        limit: 1,
        consistency: 'strong',
      });
      return items[0] === undefined ? null : slotFromItem(runUid, items[0]);
    },

    async readShardSlots(runUid, shard) {
      const slots: PageSlot[] = [];
      const pk = shardPartition(runUid, shard);
      for await (const item of table.queryAll({ pk, prefix: PAGE_PREFIX, project: SLOT_FACTS })) {
        slots.push(slotFromItem(runUid, item));
      }
      return slots;
    },

    async putSlot(slot, results, expiresAt, restartEpoch) {
      const packed = results.length === 0 ? null : compress(results);
      const inline = packed !== null && packed.length <= INLINE_PAGE_BYTES;
      const objectKey = packed === null || inline ? null : objectKeyOf(slot, packed);
      if (packed !== null && objectKey !== null) await objects.put(objectKey, packed);
      const record = {
        ...slotToRecord(slot),
        b: inline ? packed : null,
        o: objectKey,
        expires_at: expiresAt,
      };
      const put = await table.put(keys.slot(slot.runUid, slot.input, slot.page), record, {
        expression: 'attribute_not_exists(pk) OR (attribute_exists(f) AND ep < :restart)',
        values: { ':restart': restartEpoch },
      });
      if (put.done) return { won: true };
      if (put.item === null) throw new Error('A refused slot did not come back.');
      return { won: false, stored: slotFromItem(slot.runUid, put.item) };
    },

    async readPage(runUid, input, page) {
      const key = keys.slot(runUid, input, page);
      // A recorded RESULT never changes, so seen at half the price it is good; only what may be old is read strongly.
      const seen = await table.get(key, 'eventual');
      const isResult = seen !== null && seen['f'] === undefined;
      const item = isResult ? seen : await table.get(key, 'strong');
      return item === null ? null : pageFromItem(objects, runUid, item);
    },
  };
}

/** An object's key ends in its body's hash: a loser's upload never overwrites the page that was recorded. */
function objectKeyOf({ runUid, input, page }: PageSlot, bytes: Uint8Array): string {
  return `pages/${runUid}/${input}/${page}-${hash('sha256', bytes, 'base64url')}`;
}

// Slots are the most written item: names of one or two letters keep a page of 800 B within one write unit.
function slotToRecord({ outcome, ...slot }: PageSlot): object {
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
    i: slot.input,
    p: slot.page,
    c: slot.cursor,
    r: slot.results,
    cb: slot.callbacks,
    t: slot.tries === 0 ? null : slot.tries,
    ep: slot.epoch,
    a: slot.attempt === 1 ? null : slot.attempt,
    by: slot.by,
    at: slot.at,
    v: slot.version,
  };
}

/** The attributes {@link slotFromItem} reads: all but the page's body. */
export const SLOT_FACTS = ['i', 'p', 'f', 'n', 'nc', 'l', 'pt', 'in', 'c', 'r', 'cb', 't', 'ep', 'a', 'by', 'at', 'v'];

export function slotFromItem(runUid: string, item: Item): PageSlot {
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

/** A slot with its results, fetched from the large objects where they lie there. */
export async function pageFromItem(
  objects: Pick<LargeObjects, 'get'>,
  runUid: string,
  item: Item,
): Promise<{ readonly slot: PageSlot; readonly results: readonly unknown[] }> {
  const read = new ItemReader(item);
  const objectKey = read.textOrNull('o');
  const packed = objectKey === null ? read.bytesOrNull('b') : await objects.get(objectKey);
  const results = packed === null ? [] : (decompress(packed) as unknown[]); // cast: packed from an array
  return { slot: slotFromItem(runUid, item), results };
}
