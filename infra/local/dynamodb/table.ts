import { sameItem } from './condition.ts';
import { itemSize } from './item-size.ts';
import { type Item, ownMember, type StoredItem } from './item.ts';
import { indexKey, type ItemKey, type KeySchema, schemaAttributes, tableKey } from './keys.ts';
import { Keyspace } from './keyspace.ts';
import type { LaggedCopy } from './lagged-copy.ts';

export interface IndexDefinition {
  readonly name: string;
  readonly schema: KeySchema;
  readonly projection: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  readonly included: readonly string[];
}

export interface TableDefinition {
  readonly name: string;
  readonly schema: KeySchema;
  readonly onDemand: boolean;
  readonly createdAt: number; // epoch ms
  readonly indexes: readonly IndexDefinition[];
}

/** Where items are: a table (index null) or one of its indexes. */
export interface Space {
  readonly definition: TableDefinition;
  readonly index: IndexDefinition | null;
  readonly schema: KeySchema;
  readonly live: Keyspace;
  /** What eventually consistent reads may see; null: always the live state. */
  readonly lagged: LaggedCopy | null;
}

export interface Table {
  readonly definition: TableDefinition;
  readonly base: Space;
  readonly indexes: readonly Space[];
  /** Attribute with the expiry in epoch seconds; null: TTL is off. */
  ttlAttribute: string | null;
}

/** One change of one space; stored null takes the item away. */
export interface SpaceChange {
  readonly space: Space;
  readonly key: ItemKey;
  readonly old: StoredItem | null;
  readonly stored: StoredItem | null;
}

/** An empty table with its indexes. */
export function newTable(definition: TableDefinition, newLag: () => LaggedCopy | null): Table {
  const space = (index: IndexDefinition | null): Space => ({
    definition,
    index,
    schema: index === null ? definition.schema : index.schema,
    live: new Keyspace(),
    lagged: newLag(),
  });
  return { definition, base: space(null), indexes: definition.indexes.map(space), ttlAttribute: null };
}

/** All changes that storing an item at a key (null: deleting it) makes in the table and its indexes. */
export function changesOf(table: Table, key: ItemKey, stored: StoredItem | null): SpaceChange[] {
  const old = table.base.live.get(key) ?? null;
  const changes: SpaceChange[] = [{ space: table.base, key, old, stored }];
  for (const space of table.indexes) changes.push(...indexChanges(space, key, old, stored));
  return changes;
}

/** One change, two when the entry moves to another key, none when nothing projected differs. */
function indexChanges(space: Space, own: ItemKey, old: StoredItem | null, stored: StoredItem | null): SpaceChange[] {
  const before = old === null ? null : entryOf(space, own, old);
  const after = stored === null ? null : entryOf(space, own, stored);
  if (before === null && after === null) return [];
  if (before === null) return after === null ? [] : [{ space, key: after.key, old: null, stored: after.entry }];
  const removal = { space, key: before.key, old: before.entry, stored: null };
  if (after === null) return [removal];
  if (before.key.partition !== after.key.partition || before.key.sort !== after.key.sort)
    return [removal, { space, key: after.key, old: null, stored: after.entry }];
  if (sameItem(before.entry.item, after.entry.item)) return [];
  return [{ space, key: after.key, old: before.entry, stored: after.entry }];
}

/** An item's entry in an index; null: the item lacks a key attribute of this sparse index. */
function entryOf(space: Space, own: ItemKey, stored: StoredItem): { key: ItemKey; entry: StoredItem } | null {
  for (const attribute of schemaAttributes(space.schema)) {
    if (ownMember(stored.item, attribute.name) === undefined) return null;
  }
  return { key: indexKey(space.schema, stored.item, own), entry: projectToIndex(space, stored) };
}

function projectToIndex(space: Space, stored: StoredItem): StoredItem {
  const names = projectedNames(space);
  if (names === null) return stored;
  const item: Record<string, Item[string]> = {};
  for (const name of names) {
    const value = ownMember(stored.item, name);
    if (value !== undefined) item[name] = value;
  }
  return { item, size: itemSize(item) };
}

/** Names of the attributes a space holds; null: all. */
export function projectedNames(space: Space): ReadonlySet<string> | null {
  const { index, definition } = space;
  if (index === null || index.projection === 'ALL') return null;
  const keys = [...schemaAttributes(index.schema), ...schemaAttributes(definition.schema)].map(({ name }) => name);
  return new Set(index.projection === 'INCLUDE' ? [...keys, ...index.included] : keys);
}

/** The key of an item (or of a complete key) in a space. */
export function keyIn(space: Space, item: Item): ItemKey {
  const own = tableKey(space.definition.schema, item);
  return space.index === null ? own : indexKey(space.schema, item, own);
}

/** Names of the attributes that make a key of the space complete: the index's, then the table's. */
export function keyNames(space: Space): string[] {
  const own = schemaAttributes(space.definition.schema);
  const all = space.index === null ? own : [...schemaAttributes(space.schema), ...own];
  return [...new Set(all.map(({ name }) => name))];
}

/** Applies changes. */
export function applyChanges(changes: readonly SpaceChange[], now: number): void {
  for (const { space, key, stored } of changes) {
    space.live.set(key, stored);
    space.lagged?.push(key, stored, now);
  }
}
