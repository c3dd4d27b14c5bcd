import type { DueEntry, DueStore } from '../../engine/ports.ts';
import { ItemReader } from './attributes.ts';
import { duePartition, dueUntil, keys } from './keys.ts';
import type { Table } from './table.ts';

export function createDueStore(table: Table): DueStore {
  return {
    async putDue(entry) {
      await table.put(keys.due(entry), { at: entry.at, kind: entry.kind, uid: entry.uid });
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
        // cast: written by putDue just above
        return { at: read.number('at'), kind: read.text('kind') as DueEntry['kind'], uid: read.text('uid') };
      });
    },
  };
}
