import type { DueEntry, DueStore, RunLook } from '../../engine/stores.ts';
import { ItemReader } from './attributes.ts';
import { duePartition, dueUntil, keys } from './keys.ts';
import type { Table } from './table.ts';

export function createDueStore(table: Table): DueStore {
  return {
    async putDue(entry) {
      await table.put(keys.due(entry), {
        at: entry.at,
        kind: entry.kind,
        uid: entry.uid,
        look: entry.look ?? null,
      });
    },

    async deleteDue(entry) {
      await table.delete(keys.due(entry));
    },

    async listDue(partition, now, limit) {
      const { items } = await table.query({
        pk: duePartition(partition),
        to: dueUntil(now),
        limit,
        consistency: 'strong',
      });
      return items.map((item): DueEntry => {
        const read = new ItemReader(item);
        const look = read.stored<Pick<RunLook, 'shard'> & Partial<RunLook>>('look');
        return {
          at: read.number('at'),
          kind: read.text('kind') as DueEntry['kind'], // cast: written by putDue just above
          uid: read.text('uid'),
          ...(look === null ? {} : { look: { againAt: null, ...look } }),
        };
      });
    },
  };
}
