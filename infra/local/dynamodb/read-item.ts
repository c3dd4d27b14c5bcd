import { readUnits } from './consumption.ts';
import type { Call } from './database.ts';
import type { Item, StoredItem } from './item.ts';
import { checkKey, tableKey } from './keys.ts';
import type { Keyspace } from './keyspace.ts';
import type { Space, Table } from './table.ts';
import type { Demand } from './chaos.ts';

export type Consistency = 'eventual' | 'consistent' | 'transactional';

/** The item at a key, and what reading it costs. */
export interface ItemRead {
  readonly stored: StoredItem | null;
  readonly demand: Demand;
}

export function planRead(call: Call, table: Table, key: Item, consistency: Consistency): ItemRead {
  checkKey(table.definition.schema, key);
  const at = tableKey(table.definition.schema, key);
  const eventual = consistency === 'eventual';
  const stored = viewOf(call, table.base, at.partition, !eventual).get(at) ?? null;
  const units = readUnits(stored?.size ?? 0, !eventual) * (consistency === 'transactional' ? 2 : 1);
  return { stored, demand: { space: table.base, partition: at.partition, kind: 'read', units } };
}

/** The state a read sees: the live one, or a lagging copy when it may. Partition null: all of them. */
export function viewOf(call: Call, space: Space, partition: string | null, consistent: boolean): Keyspace {
  if (consistent || space.lagged === null) return space.live;
  return space.lagged.view(partition, call.now);
}
