import type { StoredItem } from './item.ts';
import type { ItemKey } from './keys.ts';
import { Keyspace } from './keyspace.ts';

/** Eventually consistent reads are at most this far behind. */
const MAX_LAG_MS = 2_000;

interface PendingChange {
  readonly at: number; // epoch ms
  readonly key: ItemKey;
  readonly stored: StoredItem | null;
}

/** A copy of a table or index that lags behind it by a random time, each partition on its own. */
export class LaggedCopy {
  readonly #copy = new Keyspace();
  readonly #pending = new Map<string, PendingChange[]>();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  push(key: ItemKey, stored: StoredItem | null, at: number): void {
    const pending = this.#pending.get(key.partition);
    if (pending === undefined) this.#pending.set(key.partition, [{ at, key, stored }]);
    else pending.push({ at, key, stored });
    this.#advance(key.partition, at, 0);
  }

  /** The state that a replica may answer with: every change older than 2 s, and a random share of the younger ones. */
  view(partition: string | null, now: number): Keyspace {
    const partitions = partition === null ? [...this.#pending.keys()] : [partition];
    for (const each of partitions) this.#advance(each, now, this.#random());
    return this.#copy;
  }

  #advance(partition: string, now: number, share: number): void {
    const pending = this.#pending.get(partition);
    if (pending === undefined) return;
    let due = 0;
    for (const change of pending) {
      if (change.at > now - MAX_LAG_MS) break;
      due += 1;
    }
    const taken = due + Math.floor((pending.length - due + 1) * share);
    for (const { key, stored } of pending.splice(0, taken)) this.#copy.set(key, stored);
    if (pending.length === 0) this.#pending.delete(partition);
  }
}
