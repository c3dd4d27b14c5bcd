import { type FailedInput, type Position, shardOf } from '../domain/input.ts';
import { ORDER_PART, type ProgressStore } from '../engine/stores/progress-store.ts';
import { Lru } from '../process/lru.ts';
import { type Item, ItemReader } from './attributes.ts';
import { compress, decompress } from './compress.ts';
import { FAILED_PREFIX, keys, runPartition } from './keys.ts';
import type { Table } from './table.ts';

const CACHED_PARTS = 20;

/** The failed inputs of a run, and the order in which a retry processes them. */
export function createFailureStore(
  table: Table,
): Pick<ProgressStore, 'noteFailed' | 'readFailed' | 'listFailed' | 'writeOrder' | 'readPosition'> {
  /** Safe to cache: a part never changes after it is written. */
  const parts = new Lru<readonly Position[]>(CACHED_PARTS);

  /** Null where no order was written: then each position is the input of the same number. */
  async function partOf(runUid: string, order: number, part: number): Promise<readonly Position[] | null> {
    const name = `${runUid} ${order} ${part}`;
    const known = parts.get(name);
    if (known !== undefined) return known;
    const item = await table.get(keys.order(runUid, order, part), 'strong');
    const packed = item === null ? null : new ItemReader(item).bytesOrNull('b');
    if (packed === null) return null;
    const read = positionsOf(packed);
    parts.set(name, read);
    return read;
  }

  return {
    async noteFailed(runUid, failed, expiresAt) {
      await table.update(keys.failed(runUid, shardOf(failed.input)), {
        expression: 'SET #input = :failed, expires_at = :expires',
        condition: 'attribute_not_exists(#input) OR #input.ep <= :ep',
        names: { '#input': `i${failed.input}` },
        values: { ':failed': failedToRecord(failed), ':expires': expiresAt, ':ep': failed.epoch },
      });
    },

    async readFailed(runUid, shards) {
      const items = await table.batchGet(
        shards.map((shard) => keys.failed(runUid, shard)),
        { consistency: 'strong' },
      );
      return new Map(items.flatMap(failedOf).map((failed) => [failed.input, failed]));
    },

    async *listFailed(runUid, { input, direction }) {
      const isUp = direction === 'up';
      const { sk } = keys.failed(runUid, shardOf(input));
      const range = isUp ? { from: sk, to: `${FAILED_PREFIX}~` } : { from: FAILED_PREFIX, to: sk };
      const order = isUp ? 'ascending' : 'descending';
      const query = { pk: runPartition(runUid), ...range, order, consistency: 'strong' } as const;
      for await (const item of table.queryAll(query)) {
        const noted = failedOf(item).toSorted((one, other) => one.input - other.input);
        const wanted = noted.filter((failed) => (isUp ? failed.input >= input : failed.input <= input));
        yield isUp ? wanted : wanted.reverse();
      }
    },

    async writeOrder(runUid, epoch, first, part, expiresAt) {
      const flat = part.map(({ input, outputs, callbacks, pages }) => [input, outputs, callbacks, pages]);
      await table.put(keys.order(runUid, epoch, first / ORDER_PART), { b: compress(flat), expires_at: expiresAt });
    },

    async readPosition(runUid, order, position) {
      const part = order === 0 ? null : await partOf(runUid, order, Math.floor(position / ORDER_PART));
      if (part === null) return { input: position, pages: 0, outputs: 0, callbacks: 0 };
      const found = part[position % ORDER_PART];
      if (found === undefined) throw new Error(`Run ${runUid} has no position ${position} in epoch ${order}.`);
      return found;
    },
  };
}

function positionsOf(packed: Uint8Array): readonly Position[] {
  const flat = decompress(packed) as [number, number, number, number?][]; // cast: as writeOrder packed it
  // Release 0.1.0 wrote no pages: those of inputs that it retries count once more.
  return flat.map(([input, outputs, callbacks, pages = 0]) => ({ input, pages, outputs, callbacks }));
}

interface FailedRecord {
  readonly ep: number;
  readonly p: number;
  readonly r: number;
  readonly cb: number;
  readonly x?: boolean;
}

function failedToRecord({ epoch, page, outputs, callbacks, refused }: FailedInput): object {
  return { ep: epoch, p: page, r: outputs, cb: callbacks, x: refused ? true : null };
}

function failedOf(item: Item): readonly FailedInput[] {
  return Array.from(new ItemReader(item).withPrefix<FailedRecord>('i'), ([input, { ep, p, r, cb, x }]) => ({
    input: Number(input),
    epoch: ep,
    page: p,
    outputs: r,
    callbacks: cb,
    refused: x === true,
  }));
}
