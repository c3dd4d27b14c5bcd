import { type Call, findTable } from '../database.ts';
import { validationError } from '../errors.ts';
import { typeOf } from '../item.ts';
import { AFTER_SORT_END, escapeNul, type KeyAttribute, orderedValue, SORT_END } from '../keys.ts';
import { parseQuery } from '../parse-request.ts';
import { viewOf } from '../read-item.ts';
import { readPage, spaceOf, startAfter } from '../read-page.ts';
import type { KeyCondition, QueryRequest } from '../requests.ts';
import type { Space } from '../table.ts';

/** Sort keys with lower ≤ key < upper; null: no bound. */
interface Bounds {
  readonly lower: string;
  readonly upper: string | null;
}

export function query(call: Call, body: unknown): object {
  const request = parseQuery(body);
  const space = spaceOf(findTable(call, request.TableName), request);
  const partition = orderedValue(hashValue(space, request));
  checkFilter(space, request);
  const descending = request.ScanIndexForward === false;
  const bounds = narrowed(rangeBounds(space, request), space, request, partition, descending);
  const view = viewOf(call, space, partition, request.ConsistentRead === true);
  const candidates = view.query(partition, bounds.lower, bounds.upper, descending);
  return readPage(call, space, request, partition, candidates);
}

function hashValue(space: Space, request: QueryRequest) {
  const { hash, range } = space.schema;
  const condition = request.KeyConditions[hash.name];
  if (condition === undefined) throw validationError(`Query condition missed key schema element: ${hash.name}`);
  for (const name of Object.keys(request.KeyConditions)) {
    if (name !== hash.name && name !== range?.name)
      throw validationError(`Query condition missed key schema element: ${range?.name ?? hash.name}`);
  }
  if (condition.ComparisonOperator !== 'EQ') throw validationError('Query key condition not supported');
  return firstValue(condition, hash);
}

function firstValue(condition: KeyCondition, attribute: KeyAttribute) {
  for (const value of condition.AttributeValueList) {
    if (typeOf(value) !== attribute.type)
      throw validationError(
        'One or more parameter values were invalid: Condition parameter type does not match schema type',
      );
  }
  const [value] = condition.AttributeValueList;
  if (value === undefined) throw validationError('Query key condition not supported');
  if (('S' in value && value.S === '') || ('B' in value && value.B === ''))
    throw validationError(
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ' +
        `string value. Key: ${attribute.name}`,
    );
  return value;
}

function rangeBounds(space: Space, request: QueryRequest): Bounds {
  const range = space.schema.range;
  const condition = range === null ? undefined : request.KeyConditions[range.name];
  if (range === null || condition === undefined) return { lower: '', upper: null };
  const first = escapeNul(orderedValue(firstValue(condition, range)));
  switch (condition.ComparisonOperator) {
    case 'EQ':
      return { lower: first + SORT_END, upper: first + AFTER_SORT_END };
    case 'LT':
      return { lower: '', upper: first + SORT_END };
    case 'LE':
      return { lower: '', upper: first + AFTER_SORT_END };
    case 'GT':
      return { lower: first + AFTER_SORT_END, upper: null };
    case 'GE':
      return { lower: first + SORT_END, upper: null };
    case 'BEGINS_WITH':
      return { lower: first, upper: `${first}\uffff\uffff` };
    case 'BETWEEN': {
      const second = condition.AttributeValueList[1];
      const upper = second === undefined ? first : escapeNul(orderedValue(second));
      return { lower: first + SORT_END, upper: upper + AFTER_SORT_END };
    }
  }
}

/** Bounds that begin after the starting key. */
function narrowed(bounds: Bounds, space: Space, request: QueryRequest, partition: string, descending: boolean): Bounds {
  const after = startAfter(space, request);
  if (after === null) return bounds;
  const { lower, upper } = bounds;
  if (after.partition !== partition || after.sort < lower || (upper !== null && after.sort >= upper))
    throw validationError('The provided starting key is outside query boundaries based on provided conditions');
  return descending ? { lower, upper: after.sort } : { lower: `${after.sort}\0`, upper };
}

function checkFilter(space: Space, request: QueryRequest): void {
  for (const { name } of space.schema.range === null ? [space.schema.hash] : [space.schema.hash, space.schema.range]) {
    if (request._filter?.pathHeads[name] === true)
      throw validationError(
        `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
      );
  }
}
