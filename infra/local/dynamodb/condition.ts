import { compareDecimals } from './decimal.ts';
import type { Condition, ConditionCall, Operand } from './expressions.ts';
import { base64Bytes } from './item-size.ts';
import { type AttributeValue, type Item, typeOf, valueAt } from './item.ts';
import { orderedValue } from './keys.ts';

/** Whether an item (empty when absent) meets a condition or filter. */
export function meetsCondition(item: Item, condition: Condition): boolean {
  switch (condition.type) {
    case 'and':
      return meetsCondition(item, condition.args[0]) && meetsCondition(item, condition.args[1]);
    case 'or':
      return meetsCondition(item, condition.args[0]) || meetsCondition(item, condition.args[1]);
    case 'not':
      return !meetsCondition(item, condition.args[0]);
    case 'between': {
      const [value, low, high] = condition.args.map((operand) => resolve(item, operand));
      return holds('>=', value, low) && holds('<=', value, high);
    }
    case 'in': {
      const [value, ...candidates] = condition.args.map((operand) => resolve(item, operand));
      return candidates.some((candidate) => holds('=', value, candidate));
    }
    case 'function':
      return meetsCall(item, condition);
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return holds(condition.type, resolve(item, condition.args[0]), resolve(item, condition.args[1]));
  }
}

function meetsCall(item: Item, call: ConditionCall): boolean {
  const [subject, argument] = call.args.map((operand) => resolve(item, operand));
  switch (call.name) {
    case 'attribute_exists':
      return subject !== undefined;
    case 'attribute_not_exists':
      return subject === undefined;
    case 'attribute_type':
      return subject !== undefined && argument !== undefined && 'S' in argument && typeOf(subject) === argument.S;
    case 'begins_with':
      return subject !== undefined && argument !== undefined && beginsWith(subject, argument);
    case 'contains':
      return subject !== undefined && argument !== undefined && contains(subject, argument);
  }
}

function resolve(item: Item, operand: Operand): AttributeValue | undefined {
  if (isPath(operand)) return valueAt(item, operand);
  if (!('type' in operand)) return operand;
  const subject = resolve(item, operand.args[0]);
  const size = subject === undefined ? undefined : sizeOf(subject);
  return size === undefined ? undefined : { N: String(size) };
}

function isPath(operand: Operand): operand is readonly (string | number)[] {
  return Array.isArray(operand);
}

/**
 * `size()`: characters of a string, bytes of a binary, elements of a set, list or map; scalars of other types have
 * none.
 */
function sizeOf(value: AttributeValue): number | undefined {
  if ('S' in value) return value.S.length;
  if ('B' in value) return base64Bytes(value.B);
  if ('SS' in value) return value.SS.length;
  if ('NS' in value) return value.NS.length;
  if ('BS' in value) return value.BS.length;
  if ('L' in value) return value.L.length;
  if ('M' in value) return Object.keys(value.M).length;
  return undefined;
}

type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

function holds(comparator: Comparator, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  if (comparator === '<>') return left === undefined || right === undefined || !equals(left, right);
  if (left === undefined || right === undefined) return false;
  if (comparator === '=') return equals(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  switch (comparator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Order of two scalars of one type; undefined where DynamoDB knows none. */
export function compareValues(left: AttributeValue, right: AttributeValue): number | undefined {
  if ('N' in left && 'N' in right) return compareDecimals(left.N, right.N);
  if (('S' in left && 'S' in right) || ('B' in left && 'B' in right)) {
    const [a, b] = [orderedValue(left), orderedValue(right)];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return undefined;
}

/** Deep equality; sets are equal in any order. */
function equals(left: AttributeValue, right: AttributeValue): boolean {
  if ('S' in left) return 'S' in right && left.S === right.S;
  if ('N' in left) return 'N' in right && left.N === right.N;
  if ('B' in left) return 'B' in right && left.B === right.B;
  if ('BOOL' in left) return 'BOOL' in right && left.BOOL === right.BOOL;
  if ('NULL' in left) return 'NULL' in right;
  if ('SS' in left) return 'SS' in right && sameSet(left.SS, right.SS);
  if ('NS' in left) return 'NS' in right && sameSet(left.NS, right.NS);
  if ('BS' in left) return 'BS' in right && sameSet(left.BS, right.BS);
  if ('L' in left) return 'L' in right && sameList(left.L, right.L);
  return 'M' in right && sameItem(left.M, right.M);
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((member) => right.includes(member));
}

function sameList(left: readonly AttributeValue[], right: readonly AttributeValue[]): boolean {
  return (
    left.length === right.length &&
    left.every((value, at) => {
      const other = right[at];
      return other !== undefined && equals(value, other);
    })
  );
}

/** Whether two items (or maps) have the same attributes with equal values. */
export function sameItem(left: Item, right: Item): boolean {
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => {
    const [a, b] = [left[name], right[name]];
    return a !== undefined && b !== undefined && (a === b || equals(a, b));
  });
}

function beginsWith(subject: AttributeValue, prefix: AttributeValue): boolean {
  if ('S' in subject && 'S' in prefix) return subject.S.startsWith(prefix.S);
  if ('B' in subject && 'B' in prefix) return orderedValue(subject).startsWith(orderedValue(prefix));
  return false;
}

function contains(subject: AttributeValue, part: AttributeValue): boolean {
  if ('S' in subject) return 'S' in part && subject.S.includes(part.S);
  if ('B' in subject) return 'B' in part && orderedValue(subject).includes(orderedValue(part));
  if ('SS' in subject) return 'S' in part && subject.SS.includes(part.S);
  if ('NS' in subject) return 'N' in part && subject.NS.includes(part.N);
  if ('BS' in subject) return 'B' in part && subject.BS.includes(part.B);
  if ('L' in subject) return subject.L.some((element) => equals(element, part));
  return false;
}
