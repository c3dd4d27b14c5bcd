import type { Item } from './attributes.ts';
import { ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** The keys that sign cursors of live calls, by version: there is room for those that came before the current one. */
export interface CursorKeys {
  readonly current: number;
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/** The keys as they lie in the table, read anew each time; null before the sweep, or the owner, has put them there. */
export async function readCursorKeys(table: Table): Promise<CursorKeys | null> {
  // Written once and for long: seen at half the price it is good. Not seen, it may have been put there just now.
  const item = (await table.get(keys.cursorKeys(), 'eventual')) ?? (await table.get(keys.cursorKeys(), 'strong'));
  return item === null ? null : cursorKeysFromItem(item);
}

/** Puts the keys where none lie; those that lie there stay. */
export async function putCursorKeys(table: Table, cursorKeys: CursorKeys): Promise<void> {
  await table.put(keys.cursorKeys(), cursorKeys, { expression: 'attribute_not_exists(pk)' });
}

function cursorKeysFromItem(item: Item): CursorKeys {
  const read = new ItemReader(item);
  return { current: read.number('current'), keys: read.stored<Record<string, Uint8Array>>('keys') ?? {} };
}
