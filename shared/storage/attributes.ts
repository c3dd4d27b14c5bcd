import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { convertToAttr, convertToNative } from '@aws-sdk/util-dynamodb';

export type Item = Record<string, AttributeValue>;

/** A value as DynamoDB stores it. Numbers of any size are allowed: they are doubles here and come back unchanged. */
export function toAttribute(value: unknown): AttributeValue {
  return convertToAttr(withoutNulls(value), { allowImpreciseNumbers: true });
}

/** A record as an item; members that are null or undefined are left out. */
export function toItem(record: object): Item {
  const item: Item = {};
  for (const [name, value] of Object.entries(record)) {
    if (value !== null && value !== undefined) item[name] = toAttribute(value);
  }
  return item;
}

/**
 * Leaves out null members of objects, because the SDK would store them as NULL: a NULL costs bytes, counts as present
 * for `attribute_not_exists`, and is refused as a key of a sparse index. An absent member is read as null. In a list a
 * null stays, so that the others keep their places.
 */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const present = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(present.map(([name, member]) => [name, withoutNulls(member)]));
}

/** Reads typed members of an item. Throws TypeError, with name and key, for one that is missing or of another type. */
export class ItemReader {
  readonly #item: Item;

  constructor(item: Item) {
    this.#item = item;
  }

  text(name: string): string {
    return this.#typed(name, 'string');
  }

  number(name: string): number {
    return this.#typed(name, 'number');
  }

  textOrNull(name: string): string | null {
    return this.#value(name) === null ? null : this.text(name);
  }

  numberOrNull(name: string): number | null {
    return this.#value(name) === null ? null : this.number(name);
  }

  /** False where absent. */
  flag(name: string): boolean {
    return this.#value(name) === true;
  }

  bytesOrNull(name: string): Uint8Array | null {
    const value = this.#value(name);
    return value instanceof Uint8Array ? value : null;
  }

  /** A member that this project stored as one value of type `Value`; null where absent. */
  stored<Value>(name: string): Value | null {
    return this.#value(name) as Value | null; // cast: written by the same adapter with this type
  }

  /** Members whose names begin with the prefix, each with the rest of its name. */
  *withPrefix<Value>(prefix: string): Generator<[string, Value]> {
    for (const name of Object.keys(this.#item)) {
      if (name.startsWith(prefix)) yield [name.slice(prefix.length), this.#value(name) as Value]; // cast: as for stored
    }
  }

  /** Null where absent. */
  #value(name: string): unknown {
    const attribute = this.#item[name];
    return attribute === undefined ? null : convertToNative(attribute, { wrapNumbers: Number });
  }

  #typed(name: string, type: 'string'): string;
  #typed(name: string, type: 'number'): number;
  #typed(name: string, type: 'string' | 'number'): string | number {
    const value = this.#value(name);
    if (typeof value === type) return value as string | number; // cast: the line's own check
    throw new TypeError(
      `A stored item lacks ${name} (${type}): pk ${String(this.#value('pk'))}, sk ${String(this.#value('sk'))}.`,
    );
  }
}
