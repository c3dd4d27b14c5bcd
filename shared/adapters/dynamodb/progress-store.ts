import { hash } from 'node:crypto';
import type { ErrorRecord } from '../../domain/errors.ts';
import { type OpenInput, type RunWindow, shardOf } from '../../domain/input.ts';
import type { PageOutcome, PageSlot } from '../../domain/page.ts';
import type { ProgressStore } from '../../engine/stores.ts';
import { type Item, ItemReader } from './attributes.ts';
import { compress, decompress } from './compress.ts';
import { keys, shardPartition, slotPrefix } from './keys.ts';
import { createRollupStore } from './rollup-store.ts';
import { marksOf, markToRecord, reopenedOf } from './shard-records.ts';
import { parsed, textOf } from './run-records.ts';
import type { Table } from './table.ts';

/** Large bodies beside the table. */
export interface LargeObjects {
  put(key: string, bytes: Uint8Array): Promise<void>;
  get(key: string): Promise<Uint8Array>;
}

/** A page up to this size lies in its slot: below, eight write units cost no more than one S3 PUT. */
const INLINE_PAGE_BYTES = 8 * 1024;

export function createProgressStore(table: Table, objects: LargeObjects): ProgressStore {
  async function slotItem(runUid: string, input: number, page: number): Promise<Item | null> {
    return table.get(keys.slot(runUid, input, page), 'strong');
  }

  return {
    ...createRollupStore(table),

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

    async markInput(runUid, input, epoch, mark, expiresAt) {
      const name = `i${input}`;
      const update = await table.update(keys.marks(runUid, shardOf(input)), {
        expression: 'SET #input = :mark, #expires = :expires REMOVE #reopened',
        condition: 'attribute_not_exists(#input) AND (attribute_not_exists(ep) OR ep <= :ep)',
        names: { '#input': name, '#reopened': `r${input}`, '#expires': 'expires_at' },
        values: { ':mark': markToRecord(mark), ':ep': epoch, ':expires': expiresAt },
      });
      const marks = marksOf(update.item);
      return { stale: !update.done && !marks.has(input), marks };
    },

    async readMarks(runUid, shard) {
      return marksOf(await table.get(keys.marks(runUid, shard), 'strong'));
    },

    async readManyMarks(runUid, shards) {
      const items = await table.batchGet(
        shards.map((shard) => keys.marks(runUid, shard)),
        { consistency: 'strong' },
      );
      return new Map(items.flatMap((item) => [...marksOf(item)]));
    },

    async readWindow(runUid) {
      const item = await table.get(keys.window(runUid), 'strong');
      return item === null ? null : windowFromItem(item);
    },

    async openWindow(runUid, window, expiresAt) {
      const put = await table.put(
        keys.window(runUid),
        { ...windowToRecord(window), expires_at: expiresAt },
        { expression: 'attribute_not_exists(pk) OR ep < :ep', values: { ':ep': window.epoch } },
      );
      if (put.done) return window;
      if (put.item === null) throw new Error('A refused window did not come back.');
      return windowFromItem(put.item);
    },

    async swapInput(runUid, epoch, done, next, expectedNext) {
      const opens = next === null ? '' : ' SET o.#next = :entry, nx = :after';
      const swap = await table.update(keys.window(runUid), {
        expression: `REMOVE o.#done${opens}`,
        condition: 'attribute_exists(o.#done) AND nx = :nx AND ep = :ep',
        names: { '#done': String(done), ...(next === null ? {} : { '#next': String(next.input) }) },
        values: {
          ':nx': expectedNext,
          ':ep': epoch,
          ...(next === null ? {} : { ':entry': entryToRecord(next.entry), ':after': next.input + 1 }),
        },
      });
      if (swap.done) return { swapped: true };
      return { swapped: false, window: swap.item === null ? null : windowFromItem(swap.item) };
    },

    async noteWait(runUid, epoch, input, entry, expected) {
      const write = await table.update(keys.window(runUid), {
        expression: 'SET o.#input = :entry',
        condition: 'o.#input = :expected AND ep = :ep',
        names: { '#input': String(input) },
        values: { ':entry': entryToRecord(entry), ':expected': entryToRecord(expected), ':ep': epoch },
      });
      if (write.done) return { noted: true };
      const window = write.item === null ? null : windowFromItem(write.item);
      return { noted: false, entry: window?.epoch === epoch ? (window.open.get(input) ?? null) : null };
    },

    async reopenFailed(runUid, shard, epoch) {
      const marks = marksOf(await table.get(keys.marks(runUid, shard), 'strong'));
      const failed = [...marks].filter(([, mark]) => mark.status === 'FAILED' && !mark.refused);
      if (failed.length === 0) return;
      const reopened = failed.map(([input, { pages, outputs, callbacks }]) => ({ input, pages, outputs, callbacks }));
      await table.update(keys.marks(runUid, shard), {
        expression: `SET ep = :ep, ${reopened.map(({ input }) => `#r${input} = :r${input}`).join(', ')} REMOVE ${reopened.map(({ input }) => `#i${input}`).join(', ')}`,
        condition: 'attribute_not_exists(ep) OR ep < :ep',
        names: Object.fromEntries(
          reopened.flatMap(({ input }) => [
            [`#r${input}`, `r${input}`],
            [`#i${input}`, `i${input}`],
          ]),
        ),
        values: {
          ':ep': epoch,
          ...Object.fromEntries(
            reopened.map(({ input, pages, outputs, callbacks }) => [
              `:r${input}`,
              { p: pages, r: outputs, cb: callbacks },
            ]),
          ),
        },
      });
    },

    async readReopened(runUid, shard) {
      return reopenedOf(await table.get(keys.marks(runUid, shard), 'strong'));
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

function windowToRecord({ epoch, next, open, before }: RunWindow): object {
  const entries = Array.from(open, ([input, entry]) => [String(input), entryToRecord(entry)]);
  const closed = before === undefined ? {} : { be: before.epoch, bn: before.next };
  return { ep: epoch, nx: next, o: Object.fromEntries(entries), ...closed };
}

interface EntryRecord {
  readonly p: number;
  readonly t: number;
  readonly u?: number;
  readonly h?: boolean;
  readonly w?: readonly [times: number, since: number];
  readonly by: string;
}

function entryToRecord({ page, attempt, until, held, limited, by }: OpenInput): object {
  const waits = limited === undefined ? null : [limited.times, limited.since];
  return { p: page, t: attempt, u: until, h: held === true ? true : null, w: waits, by };
}

function windowFromItem(item: Item): RunWindow {
  const read = new ItemReader(item);
  const open = Object.entries(read.stored<Record<string, EntryRecord>>('o') ?? {});
  const beforeEpoch = read.numberOrNull('be');
  return {
    ...(beforeEpoch === null ? {} : { before: { epoch: beforeEpoch, next: read.number('bn') } }),
    epoch: read.number('ep'),
    next: read.number('nx'),
    open: new Map(
      open.map(([input, { p, t, u, h, w, by }]) => [
        Number(input),
        {
          page: p,
          attempt: t,
          until: u ?? null,
          ...(h === true ? { held: true } : {}),
          ...(w === undefined ? {} : { limited: { times: w[0], since: w[1] } }),
          by,
        },
      ]),
    ),
  };
}
