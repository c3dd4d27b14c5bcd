import type { Database } from './database.ts';
import { serviceError } from './errors.ts';
import { tableKey } from './keys.ts';
import { applyChanges, changesOf, newTable, type Table, type TableDefinition } from './table.ts';
import { sameKey } from './table-definition.ts';

/**
 * Creates a table. An existing one gets the indexes of the definition, filled from its items.
 * Throws ResourceInUseException when its primary key is another.
 */
export function defineTable(db: Database, definition: TableDefinition): Table {
  const old = db.tables.get(definition.name);
  if (old !== undefined && !sameKey(old.definition, definition))
    throw serviceError('ResourceInUseException', `Table ${definition.name} exists with another primary key`);
  if (old !== undefined && JSON.stringify(old.definition.indexes) === JSON.stringify(definition.indexes)) return old;
  const table = newTable(definition, () => db.chaos?.newLag() ?? null);
  db.tables.set(definition.name, table);
  db.record({ kind: 'table', definition });
  if (old !== undefined) copyItems(old, table);
  return table;
}

function copyItems(from: Table, to: Table): void {
  to.ttlAttribute = from.ttlAttribute;
  for (const stored of from.base.live.scan(null, 0, 1)) {
    applyChanges(changesOf(to, tableKey(to.definition.schema, stored.item), stored), 0);
  }
}
