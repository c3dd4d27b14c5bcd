import { formatPath } from './json-path.ts';

/** Why a value is refused as JSON. */
export interface ValueFault {
  readonly kind: 'too_deep' | 'forbidden_name' | 'bigint';
  /** Empty for `too_deep`: the path would be as long as the nesting. */
  readonly path: string;
  readonly message: string;
}

/**
 * Why a value is refused as JSON, or null: it nests deeper than `maxDepth` (or contains itself), has the name
 * `__proto__`, which JavaScript uses for an object's prototype, or has a bigint. Stops at the first fault, so that no
 * depth exhausts the stack.
 */
export function findValueFault(value: unknown, maxDepth: number): ValueFault | null {
  const found = find(value, maxDepth);
  if (found === null) return null;
  const { kind } = found;
  if (kind === 'too_deep') return { kind, path: '', message: tooDeep(maxDepth) };
  return { kind, path: formatPath(found.path), message: MESSAGES[kind] };
}

/** The message for a value that nests too deep. */
export function tooDeep(maxDepth: number): string {
  return `objects and lists nest deeper than ${maxDepth} levels`;
}

const MESSAGES = {
  forbidden_name: 'is not allowed as a property name',
  bigint: 'is a bigint, which JSON does not have; give text or JSON.rawJSON(text)',
} as const;

interface Found {
  readonly kind: ValueFault['kind'];
  readonly path: readonly PropertyKey[];
}

function find(given: unknown, levelsLeft: number): Found | null {
  const value = asJson(given);
  if (typeof value === 'bigint') return { kind: 'bigint', path: [] };
  if (typeof value !== 'object' || value === null) return null;
  if (levelsLeft === 0) return { kind: 'too_deep', path: [] };
  if (Object.hasOwn(value, '__proto__')) return { kind: 'forbidden_name', path: ['__proto__'] };
  const isList = Array.isArray(value);
  const members = value as Record<string, unknown>; // cast: an object or a list, by the names of its members
  for (const name of Object.keys(value)) {
    const found = find(members[name], levelsLeft - 1);
    if (found !== null) return { ...found, path: [isList ? Number(name) : name, ...found.path] };
  }
  return null;
}

/** The value that JSON.stringify would write: the result of `toJSON` where there is one. */
function asJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('toJSON' in value)) return value;
  return typeof value.toJSON === 'function' ? value.toJSON() : value;
}
