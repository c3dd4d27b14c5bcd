/** One attribute value as it travels: exactly one member; binary as base64, numbers as canonical decimal strings. */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { B: string }
  | { BOOL: boolean }
  | { NULL: boolean }
  | { SS: readonly string[] }
  | { NS: readonly string[] }
  | { BS: readonly string[] }
  | { L: readonly AttributeValue[] }
  | { M: Item };

/** An item, or a map inside one. Never changed in place once stored. */
export interface Item {
  readonly [name: string]: AttributeValue;
}

/** Steps into a document: attribute names, map keys and list positions. */
export type Path = readonly (string | number)[];

/** An item with its size in bytes, counted once. */
export interface StoredItem {
  readonly item: Item;
  readonly size: number;
}

/** The data type descriptor: `S`, `N`, `B`, `BOOL`, `NULL`, `SS`, `NS`, `BS`, `L` or `M`. */
export function typeOf(value: AttributeValue): string {
  for (const type in value) return type;
  return '';
}

const TYPES = new Set(['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M']);

/** Whether something parsed is a value, and not a path or a function of an expression. */
export function isAttributeValue(node: unknown): node is AttributeValue {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return false;
  const members = Object.keys(node);
  return members.length === 1 && TYPES.has(members[0] ?? '');
}

/** The value at a path, or undefined where the path leads nowhere. */
export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const step of path) {
    if (value === undefined) return undefined;
    value = child(value, step);
  }
  return value;
}

function child(value: AttributeValue, step: string | number): AttributeValue | undefined {
  if (typeof step === 'number') return 'L' in value ? value.L[step] : undefined;
  return 'M' in value ? ownMember(value.M, step) : undefined;
}

/** A member of a map that is its own, not inherited (an attribute may be named `constructor`). */
export function ownMember(map: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
