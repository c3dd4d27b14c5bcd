import type { StoredItem } from './item.ts';
import type { ItemKey } from './keys.ts';
import { SortedMap } from './sorted-map.ts';

/** The items of a table or of an index: partitions by key, each sorted; partitions also in the order of a scan. */
export class Keyspace {
  readonly #scanOrder = new SortedMap<SortedMap<StoredItem>>();
  readonly #partitions = new Map<string, SortedMap<StoredItem>>();
  itemCount = 0;
  bytes = 0;

  get(key: ItemKey): StoredItem | undefined {
    return this.#partitions.get(key.partition)?.get(key.sort);
  }

  /** Stores an item at a key, or (null) takes it away. */
  set(key: ItemKey, stored: StoredItem | null): void {
    const old = this.get(key);
    this.itemCount += (stored === null ? 0 : 1) - (old === undefined ? 0 : 1);
    this.bytes += (stored?.size ?? 0) - (old?.size ?? 0);
    const partition = this.#partitions.get(key.partition);
    if (stored === null) {
      partition?.delete(key.sort);
      if (partition?.size === 0) this.#drop(key.partition);
    } else if (partition === undefined) {
      this.#create(key.partition).set(key.sort, stored);
    } else {
      partition.set(key.sort, stored);
    }
  }

  /** Items of a partition with `lower` ≤ sort key < `upper` (null: no bound). */
  *query(
    partition: string,
    lower: string,
    upper: string | null,
    descending: boolean,
  ): Generator<StoredItem, void, void> {
    const sorted = this.#partitions.get(partition);
    if (sorted === undefined) return;
    for (const [, stored] of sorted.range(lower, upper, descending)) yield stored;
  }

  /** All items after a key (null: from the start), of the partitions that fall into one of `total` segments. */
  *scan(after: ItemKey | null, segment: number, total: number): Generator<StoredItem, void, void> {
    const from = after === null ? '' : scanKey(after.partition);
    for (const [key, sorted] of this.#scanOrder.range(from, null, false)) {
      if (Math.floor((parseInt(key.slice(0, 8), 16) / 0x1_0000_0000) * total) !== segment) continue;
      const lower = after !== null && key === from ? `${after.sort}\0` : '';
      for (const [, stored] of sorted.range(lower, null, false)) yield stored;
    }
  }

  #create(partition: string): SortedMap<StoredItem> {
    const sorted = new SortedMap<StoredItem>();
    this.#partitions.set(partition, sorted);
    this.#scanOrder.set(scanKey(partition), sorted);
    return sorted;
  }

  #drop(partition: string): void {
    this.#partitions.delete(partition);
    this.#scanOrder.delete(scanKey(partition));
  }
}

/** Scans go in the order of a hash (32-bit FNV-1a), as DynamoDB's do, so that no caller relies on key order. */
function scanKey(partition: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < partition.length; at += 1) {
    hash = Math.imul(hash ^ partition.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0') + partition;
}
