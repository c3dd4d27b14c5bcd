import { formatPath } from './json-path.ts';

export interface ValueFault {
  readonly kind: 'too_deep' | 'forbidden_name' | 'bigint';
  /** Empty for what nests too deep: the path would be as long. */
  readonly path: string;
  readonly message: string;
}

/**
 * Why a value is not taken as JSON: it nests deeper than `maxDepth` (or holds itself), names `__proto__`, which objects
 * take for what they inherit from, or has a bigint. Ends at the first fault, so no depth exhausts the stack.
 */
export function findValueFault(value: unknown, maxDepth: number): ValueFault | null {
  const found = find(value, maxDepth);
  if (found === null) return null;
  const { kind } = found;
  if (kind === 'too_deep') return { kind, path: '', message: tooDeep(maxDepth) };
  return { kind, path: formatPath(found.path), message: MESSAGES[kind] };
}

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

/** What JSON.stringify takes a value for. */
function asJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('toJSON' in value)) return value;
  return typeof value.toJSON === 'function' ? value.toJSON() : value;
}
