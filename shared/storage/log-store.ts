import type { LogEntry, LogLine } from '../domain/log-line.ts';
import { shardOf } from '../domain/input.ts';
import type { LogStore } from '../engine/stores/log-store.ts';
import { type Item, ItemReader } from './attributes.ts';
import { compress, decompress } from './compress.ts';
import { keys, logPrefix, shardPartition } from './keys.ts';
import type { Table } from './table.ts';

/** The logs of inputs. They lie beside the page records of their shard, and are kept and deleted with them. */
export function createLogStore(table: Table): LogStore {
  return {
    async readBytes(runUid, input) {
      const { items } = await table.query({
        pk: shardPartition(runUid, shardOf(input)),
        prefix: logPrefix(input),
        order: 'descending',
        limit: 1,
        project: ['s'],
      });
      return items[0] === undefined ? 0 : new ItemReader(items[0]).number('s');
    },

    async putEntry(entry, expiresAt) {
      const { input, page, attempt, at, by, lines, bytes } = entry;
      const record = { i: input, p: page, a: attempt, at, by, l: compress(lines), s: bytes, expires_at: expiresAt };
      await table.put(keys.logEntry(entry), record);
    },
  };
}

export function logEntryFromItem(runUid: string, item: Item): LogEntry {
  const read = new ItemReader(item);
  const packed = read.bytesOrNull('l');
  return {
    runUid,
    input: read.number('i'),
    page: read.number('p'),
    attempt: read.number('a'),
    at: read.number('at'),
    by: read.text('by'),
    lines: packed === null ? [] : (decompress(packed) as readonly LogLine[]), // cast: packed above from such lines
    bytes: read.number('s'),
  };
}
