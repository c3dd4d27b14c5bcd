import { DUE_KINDS, type DueEntry, type DueRow, type DueStore, type RunCheck } from '../engine/stores/due-store.ts';
import { type Item, ItemReader } from './attributes.ts';
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

    async listDue(partition, now, limit, after = null) {
      const pk = duePartition(partition);
      const { items, lastKey } = await table.query({
        pk,
        to: dueUntil(now),
        limit,
        consistency: 'strong',
        startAfter: after === null ? undefined : { pk: { S: pk }, sk: { S: after } },
      });
      return { rows: items.map((item) => readRow(partition, item)), next: lastKey?.['sk']?.S ?? null };
    },

    async putOff({ partition, key, failures }, until) {
      const { done } = await table.update(
        { pk: duePartition(partition), sk: key },
        {
          expression: 'SET failures = :failures, try_at = :until',
          condition: 'attribute_exists(pk) AND (attribute_not_exists(failures) OR failures = :before)',
          values: { ':failures': failures + 1, ':before': failures, ':until': until },
        },
      );
      return done;
    },
  };
}

function readRow(partition: number, item: Item): DueRow {
  const key = String(valueOf(item, 'sk'));
  const failures = valueOf(item, 'failures');
  const tryAt = valueOf(item, 'try_at');
  return {
    partition,
    key,
    entry: readEntry(partition, key, item),
    dueAt: /^\d{13}/.test(key) ? Number(key.slice(0, 13)) : null,
    failures: isCount(failures) ? failures : 0,
    tryAt: isTime(tryAt) ? tryAt : 0,
  };
}

/** Null for a row that {@link createDueStore} did not write in this form: it is of another release, or made by hand. */
function readEntry(partition: number, key: string, item: Item): DueEntry | null {
  const kind = DUE_KINDS.find((known) => known === valueOf(item, 'kind'));
  const at = valueOf(item, 'at');
  const uid = valueOf(item, 'uid');
  const look = readCheck(valueOf(item, 'look'));
  if (kind === undefined || !isTime(at) || typeof uid !== 'string' || look === 'unreadable') return null;
  const entry: DueEntry = { at, kind, uid, ...(look === null ? {} : { look }) };
  const { pk, sk } = keys.due(entry);
  return pk === duePartition(partition) && sk === key ? entry : null; // deleteDue takes the key from the entry
}

function readCheck(look: unknown): RunCheck | 'unreadable' | null {
  if (look === null) return null;
  if (typeof look !== 'object') return 'unreadable';
  const { block, againAt = null, delivered = 0, traced = 0, searches = false } = look as Record<string, unknown>; // cast: an object
  if (!isCount(block) || !(againAt === null || isTime(againAt))) return 'unreadable';
  if (!isCount(delivered) || !isCount(traced) || typeof searches !== 'boolean') return 'unreadable';
  return { block, againAt, delivered, traced, searches };
}

/** Null where the attribute is absent or of a type that this project never writes. */
function valueOf(item: Item, name: string): unknown {
  try {
    return new ItemReader(item).stored(name);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isCount(value: unknown): value is number {
  return isTime(value) && Number.isSafeInteger(value);
}
