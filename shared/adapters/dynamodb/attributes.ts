import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

/** A value as DynamoDB stores it. Null and undefined members of objects are left out: absent reads as null. */
export function toAttribute(value: unknown): AttributeValue {
  if (value === null || value === undefined) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value instanceof Uint8Array) return { B: value };
  if (value instanceof Set) return { SS: [...value].map(String) };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  if (typeof value === 'object') return { M: toItem(value) };
  throw new TypeError(`A ${typeof value} cannot be stored.`);
}

/** The members of a record as an item. */
export function toItem(record: object): Item {
  const item: Item = {};
  const members = record as Readonly<Record<string, unknown>>; // cast: an object, read by its own names
  for (const name of Object.keys(members)) {
    const value = members[name];
    if (value !== null && value !== undefined) item[name] = toAttribute(value);
  }
  return item;
}

/** A stored value as it was before {@link toAttribute}. */
function fromAttribute(attribute: AttributeValue | undefined): unknown {
  if (attribute === undefined || attribute.NULL === true) return null;
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.B !== undefined) return attribute.B;
  if (attribute.SS !== undefined) return new Set(attribute.SS);
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute);
  if (attribute.M !== undefined) return fromItem(attribute.M);
  throw new TypeError('The table holds an attribute of a type this project never writes.');
}

/** An item as a plain record. */
function fromItem(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromAttribute(value)]));
}

/** Reads typed members of an item; a missing or mistyped one is a fault of ours and says which. */
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

  /** A member that was stored whole by this project as `Value`; null where absent. */
  stored<Value>(name: string): Value | null {
    return this.#value(name) as Value | null; // cast: written by the same adapter with this type
  }

  /** Members whose names begin so, with the rest of the name. */
  *withPrefix<Value>(prefix: string): Generator<[string, Value]> {
    for (const name of Object.keys(this.#item)) {
      if (name.startsWith(prefix)) yield [name.slice(prefix.length), this.#value(name) as Value]; // cast: as for stored
    }
  }

  /** Null where absent. */
  #value(name: string): unknown {
    return fromAttribute(this.#item[name]);
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
