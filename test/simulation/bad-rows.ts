import { duePartition, keys } from '../../shared/storage/keys.ts';
import type { DueEntry } from '../../shared/engine/stores/due-store.ts';
import { SeededRandom } from './random.ts';

/** Due rows that fail for good, older than all others: so many in each of some partitions. */
export interface BadRows {
  readonly partitions: readonly number[];
  readonly each: number;
}

/** What every bad row has in its key, and no other row. */
const BAD = '#bad ';
const HOUR_MS = 3_600_000;

export function drawBadRows(seed: number): BadRows {
  const random = new SeededRandom(seed, 'bad rows');
  const first = random.int(0, 9);
  const partitions = Array.from({ length: random.pick([1, 3, 10]) }, (_, at) => (first + at) % 10);
  return { partitions, each: random.int(25, 60) }; // a sweep reads 25 at a time
}

export function isBadRow(pk: string, sk: string): boolean {
  return pk.startsWith('DUE#') && sk.includes(BAD);
}

/** The rows: some hold nothing, some are of a kind to come, some are of a receiver whose record nobody can read. */
export function badRowItems({ partitions, each }: BadRows, start: number): readonly object[] {
  return partitions.flatMap((partition) =>
    uidsIn(partition, each).flatMap((uid, index): readonly object[] => {
      const at = start - HOUR_MS + index;
      const kind = index % 3 === 1 ? 'audit' : 'receiver';
      const key = { pk: { S: duePartition(partition) }, sk: { S: `${at}#${kind}#${uid}` } };
      if (index % 3 === 0) return [key];
      const row = { ...key, at: { N: String(at) }, kind: { S: kind }, uid: { S: uid } };
      const { pk, sk } = keys.receiver(uid);
      const unreadable = { pk: { S: pk }, sk: { S: sk }, failures: { S: 'many' }, expires_at: { N: '9999999999' } };
      return kind === 'receiver' ? [row, unreadable] : [row];
    }),
  );
}

function uidsIn(partition: number, count: number): readonly string[] {
  const uids: string[] = [];
  for (let drawn = 0; uids.length < count; drawn += 1) {
    const uid = `${BAD.slice(1)}${drawn}`;
    const entry: DueEntry = { at: 0, kind: 'receiver', uid };
    if (keys.due(entry).pk === duePartition(partition)) uids.push(uid);
  }
  return uids;
}
