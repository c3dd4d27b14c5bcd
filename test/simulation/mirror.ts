import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../shared/storage/attributes.ts';

/** An item as AWS JSON carries it: binaries are base64 text. */
export type WireItem = Readonly<Record<string, WireValue>>;
type WireValue = Readonly<Record<string, unknown>>;

/** What a write did to one item: as it was, and as it is now (null: it is not there). */
export interface Change {
  readonly pk: string;
  readonly sk: string;
  readonly before: WireItem | null;
  readonly after: WireItem | null;
}

/** A copy of the table, made from the answered writes, which checks can read without a call. */
export class Mirror {
  readonly #partitions = new Map<string, Map<string, WireItem>>();

  /** Takes in a request that was carried out; gives what it changed. */
  apply(operation: string, body: unknown, answer: unknown): readonly Change[] {
    const request = body as WriteRequest; // cast: written by the SDK, and the engine has taken it
    switch (operation) {
      case 'PutItem':
        return request.Item === undefined ? [] : [this.#put(request.Item)];
      case 'UpdateItem': {
        const { Attributes: item } = answer as { readonly Attributes?: WireItem }; // cast: every update asks for ALL_NEW
        return item === undefined ? [] : [this.#put(item)];
      }
      case 'DeleteItem':
        return request.Key === undefined ? [] : [this.#remove(request.Key)];
      case 'BatchWriteItem': {
        const { UnprocessedItems: undone = {} } = answer as { readonly UnprocessedItems?: BatchEntries }; // cast: as above
        const left = new Set(Object.values(undone).flatMap((entries) => entries.map((entry) => JSON.stringify(entry))));
        const entries = Object.values(request.RequestItems ?? {}).flat();
        return entries.flatMap((entry) => {
          if (left.has(JSON.stringify(entry))) return [];
          const { PutRequest: put, DeleteRequest: gone } = entry;
          if (gone !== undefined) return [this.#remove(gone.Key)];
          return put === undefined ? [] : [this.#put(put.Item)];
        });
      }
      case 'TransactWriteItems':
        // Puts are all that is written together.
        return (request.TransactItems ?? []).flatMap(({ Put: put }) =>
          put === undefined ? [] : [this.#put(put.Item)],
        );
      default:
        return [];
    }
  }

  get(pk: string, sk: string): WireItem | null {
    return this.#partitions.get(pk)?.get(sk) ?? null;
  }

  /** Items of a partition whose sort keys begin so, in the order of their keys. */
  list(pk: string, prefix = ''): readonly WireItem[] {
    const items = [...(this.#partitions.get(pk) ?? [])].filter(([sk]) => sk.startsWith(prefix));
    return items.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  }

  /** Whether a partition holds an item with such a sort key. */
  some(pk: string, isWanted: (sk: string) => boolean): boolean {
    return this.#partitions.get(pk)?.keys().some(isWanted) ?? false;
  }

  /** Names of the partitions that hold something. */
  partitions(): readonly string[] {
    return [...this.#partitions].filter(([, items]) => items.size > 0).map(([pk]) => pk);
  }

  #put(item: WireItem): Change {
    const { pk, sk } = keyOf(item);
    let partition = this.#partitions.get(pk);
    if (partition === undefined) {
      partition = new Map();
      this.#partitions.set(pk, partition);
    }
    const before = partition.get(sk) ?? null;
    partition.set(sk, item);
    return { pk, sk, before, after: item };
  }

  #remove(key: WireItem): Change {
    const { pk, sk } = keyOf(key);
    const before = this.get(pk, sk);
    this.#partitions.get(pk)?.delete(sk);
    return { pk, sk, before, after: null };
  }
}

type BatchEntries = Readonly<Record<string, readonly BatchEntry[]>>;

interface BatchEntry {
  readonly PutRequest?: { readonly Item: WireItem };
  readonly DeleteRequest?: { readonly Key: WireItem };
}

interface WriteRequest {
  readonly Item?: WireItem;
  readonly Key?: WireItem;
  readonly RequestItems?: BatchEntries;
  readonly TransactItems?: readonly { readonly Put?: { readonly Item: WireItem } }[];
}

function keyOf(item: WireItem): { readonly pk: string; readonly sk: string } {
  return { pk: String(item['pk']?.['S']), sk: String(item['sk']?.['S']) };
}

/** Caches what is read from an item. Safe, because items are never modified, only replaced. */
export function perItem<Answer, More extends readonly unknown[] = []>(
  read: (item: WireItem, ...more: More) => Answer,
): (item: WireItem, ...more: More) => Answer {
  const known = new WeakMap<WireItem, Answer>();
  return (item, ...more) => {
    const before = known.get(item);
    if (before !== undefined) return before;
    const answer = read(item, ...more);
    known.set(item, answer);
    return answer;
  };
}

/** The item as the SDK would give it: binaries as bytes. */
export function toItem(item: WireItem): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toValue(value)]));
}

function toValue(value: WireValue): AttributeValue {
  const isBinary = typeof value['B'] === 'string';
  // cast: AWS JSON and the SDK differ in binaries only
  return isBinary ? { B: Buffer.from(String(value['B']), 'base64') } : (value as unknown as AttributeValue);
}
