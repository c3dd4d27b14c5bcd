import type { Item } from './attributes.ts';
import { ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** The keys that sign cursors of live calls, by version. Versions before the current one can be kept too. */
export interface CursorKeys {
  readonly current: number;
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/** Reads the keys from the table, without a cache; null until the sweep or the owner has put them there. */
export async function readCursorKeys(table: Table): Promise<CursorKeys | null> {
  // Changed only where the master secret is rotated, so an eventual read at half the price is enough where it finds the
  // item. Where it finds none, the item may have been written just now: read strongly.
  const item = (await table.get(keys.cursorKeys(), 'eventual')) ?? (await table.get(keys.cursorKeys(), 'strong'));
  return item === null ? null : cursorKeysFromItem(item);
}

/** Puts the keys, unless there are those of the same current version or of a later one. */
export async function putCursorKeys(table: Table, cursorKeys: CursorKeys): Promise<void> {
  await table.put(keys.cursorKeys(), cursorKeys, {
    expression: 'attribute_not_exists(pk) OR #current < :current',
    names: { '#current': 'current' },
    values: { ':current': cursorKeys.current },
  });
}

function cursorKeysFromItem(item: Item): CursorKeys {
  const read = new ItemReader(item);
  return { current: read.number('current'), keys: read.stored<Record<string, Uint8Array>>('keys') ?? {} };
}
