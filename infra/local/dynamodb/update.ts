import { addDecimals, negateDecimal } from './decimal.ts';
import { validationError } from './errors.ts';
import type { ParsedUpdate, UpdateOperand, UpdateSection } from './expressions.ts';
import { type AttributeValue, type Item, type Path, valueAt } from './item.ts';

const WRONG_TYPE = 'An operand in the update expression has an incorrect data type';
const NO_PARENT = 'The document path provided in the update expression is invalid for update';
const NO_OPERAND = 'The provided expression refers to an attribute that does not exist in the item';

/** A document under change: containers are copied the first time they are touched, so the old item stays as it is. */
type Draft = Map<string | number, AttributeValue | Container>;
interface Container {
  readonly kind: 'M' | 'L';
  readonly members: Draft;
}

/** The item after an update expression. All operands are read from the item as it was. Throws a validation error. */
export function applyUpdate(item: Item, update: ParsedUpdate): Item {
  const changes = update.sections.map((section) => [section, newValue(item, section)] as const);
  const root: Container = { kind: 'M', members: new Map(Object.entries(item)) };
  for (const [section, value] of changes) write(root, section.path, value);
  return Object.fromEntries([...root.members].map(([name, member]) => [String(name), settle(member)]));
}

/** What the path of a section shall hold; undefined: nothing. */
function newValue(item: Item, section: UpdateSection): AttributeValue | undefined {
  switch (section.type) {
    case 'set':
      return evaluate(item, section.val);
    case 'remove':
      return undefined;
    case 'add':
      return addTo(valueAt(item, section.path), section.val);
    case 'delete':
      return deleteFrom(valueAt(item, section.path), section.val);
  }
}

function evaluate(item: Item, operand: UpdateOperand): AttributeValue {
  if (isPath(operand)) return valueAt(item, operand) ?? fail(NO_OPERAND);
  if (!('type' in operand)) return operand;
  if (operand.type === 'function' && operand.name === 'if_not_exists')
    return valueAt(item, operand.args[0]) ?? evaluate(item, operand.args[1]);
  const left = evaluate(item, operand.args[0]);
  const right = evaluate(item, operand.args[1]);
  if (operand.type === 'function') {
    if (!('L' in left) || !('L' in right)) return fail(WRONG_TYPE);
    return { L: [...left.L, ...right.L] };
  }
  if (!('N' in left) || !('N' in right)) return fail(WRONG_TYPE);
  return { N: sum(left.N, operand.type === 'add' ? right.N : negateDecimal(right.N)) };
}

function isPath(operand: UpdateOperand): operand is Path {
  return Array.isArray(operand);
}

function sum(a: string, b: string): string {
  try {
    return addDecimals(a, b);
  } catch (error) {
    if (error instanceof RangeError) return fail(error.message);
    throw error;
  }
}

function addTo(old: AttributeValue | undefined, added: AttributeValue): AttributeValue {
  if (old === undefined) return added;
  if ('N' in added && 'N' in old) return { N: sum(old.N, added.N) };
  if ('SS' in added && 'SS' in old) return { SS: union(old.SS, added.SS) };
  if ('NS' in added && 'NS' in old) return { NS: union(old.NS, added.NS) };
  if ('BS' in added && 'BS' in old) return { BS: union(old.BS, added.BS) };
  return fail(WRONG_TYPE);
}

/** A set without some members; a set that becomes empty is removed. */
function deleteFrom(old: AttributeValue | undefined, removed: AttributeValue): AttributeValue | undefined {
  if (old === undefined) return undefined;
  if ('SS' in removed && 'SS' in old) return nonEmpty(without(old.SS, removed.SS), (SS) => ({ SS }));
  if ('NS' in removed && 'NS' in old) return nonEmpty(without(old.NS, removed.NS), (NS) => ({ NS }));
  if ('BS' in removed && 'BS' in old) return nonEmpty(without(old.BS, removed.BS), (BS) => ({ BS }));
  return fail(WRONG_TYPE);
}

function union(old: readonly string[], added: readonly string[]): string[] {
  return [...new Set([...old, ...added])];
}

function without(old: readonly string[], removed: readonly string[]): string[] {
  const gone = new Set(removed);
  return old.filter((member) => !gone.has(member));
}

function nonEmpty(members: string[], wrap: (members: string[]) => AttributeValue): AttributeValue | undefined {
  return members.length === 0 ? undefined : wrap(members);
}

/**
 * List positions are those of the old item: removed ones close up, and ones past the end are appended, when settled.
 */
function write(root: Container, path: Path, value: AttributeValue | undefined): void {
  let container = root;
  for (const step of path.slice(0, -1)) container = open(container, step);
  const last = path.at(-1);
  if (last === undefined || (typeof last === 'number') !== (container.kind === 'L')) return fail(NO_PARENT);
  if (value === undefined) container.members.delete(last);
  else container.members.set(last, value);
}

function open(container: Container, step: string | number): Container {
  if ((typeof step === 'number') !== (container.kind === 'L')) return fail(NO_PARENT);
  const member = container.members.get(step);
  if (member === undefined) return fail(NO_PARENT);
  if ('kind' in member) return member;
  let opened: Container;
  if ('M' in member) opened = { kind: 'M', members: new Map(Object.entries(member.M)) };
  else if ('L' in member) opened = { kind: 'L', members: new Map(member.L.entries()) };
  else return fail(NO_PARENT);
  container.members.set(step, opened);
  return opened;
}

function settle(member: AttributeValue | Container): AttributeValue {
  if (!('kind' in member)) return member;
  if (member.kind === 'M')
    return { M: Object.fromEntries([...member.members].map(([name, value]) => [String(name), settle(value)])) };
  const ordered = [...member.members].sort(([a], [b]) => Number(a) - Number(b));
  return { L: ordered.map(([, value]) => settle(value)) };
}

function fail(message: string): never {
  throw validationError(message);
}

/** Whether an update names an attribute at its top level. */
export function touches(update: ParsedUpdate, name: string): boolean {
  return update.sections.some((section) => section.path[0] === name);
}
