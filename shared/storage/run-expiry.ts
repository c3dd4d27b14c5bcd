import { BLOCK_SHARDS } from '../domain/input.ts';
import type { RunStore } from '../engine/stores/run-store.ts';
import { ItemReader } from './attributes.ts';
import { blockPartition, type Key, keys, runPartition, shardPartition } from './keys.ts';
import type { Table } from './table.ts';

/** Moves the expiry of runs, item by item. */
export function createRunExpiry(table: Table): Pick<RunStore, 'moveExpiry' | 'keepItems'> {
  return {
    async moveExpiry({ uid, updatedAt }, expiresAt) {
      // The definition first: a reader that sees the new expiry in the control record must find it in the definition
      // too.
      await keepItem(table, keys.definition(uid), expiresAt);
      const { done } = await table.update(keys.control(uid), {
        expression: 'SET expires_at = :expires, updated_at = :next',
        condition: 'updated_at = :before',
        values: { ':expires': expiresAt, ':before': updatedAt, ':next': updatedAt + 1 },
      });
      return done;
    },

    async keepItems(runUid, part, expiresAt) {
      for (const pk of partitionsOf(runUid, part)) {
        const query = { pk, project: ['sk', 'expires_at'], consistency: 'strong' } as const;
        for await (const item of table.queryAll(query)) {
          const read = new ItemReader(item);
          const isControl = part === null && read.text('sk') === keys.control(runUid).sk;
          if (isControl || (read.numberOrNull('expires_at') ?? Infinity) >= expiresAt) continue;
          await keepItem(table, { pk, sk: read.text('sk') }, expiresAt);
        }
      }
    },
  };
}

/** Moves an item's expiry to that time (epoch seconds), unless it is later already. */
async function keepItem(table: Table, key: Key, expiresAt: number): Promise<void> {
  await table.update(key, {
    expression: 'SET expires_at = :expires',
    condition: 'attribute_exists(pk) AND expires_at < :expires',
    values: { ':expires': expiresAt },
  });
}

/**
 * The run's own partition (part null), or those of a block: its inputs and callbacks, and its pages once it has begun.
 */
function partitionsOf(runUid: string, part: Parameters<RunStore['keepItems']>[1]): readonly string[] {
  if (part === null) return [runPartition(runUid)];
  const { block, hasBegun } = part;
  const shards = Array.from({ length: hasBegun ? BLOCK_SHARDS : 0 }, (_, at) => block * BLOCK_SHARDS + at);
  return [blockPartition(runUid, block), ...shards.map((shard) => shardPartition(runUid, shard))];
}
