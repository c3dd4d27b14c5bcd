import { meetsCondition } from './condition.ts';
import { readUnits } from './consumption.ts';
import { type Call, spend } from './database.ts';
import { validationError } from './errors.ts';
import type { Item, StoredItem } from './item.ts';
import { checkItemKey, checkIndexKey, type ItemKey } from './keys.ts';
import { projectItem } from './project.ts';
import type { PageRequest } from './requests.ts';
import { keyIn, keyNames, projectedNames, type Space, type Table } from './table.ts';

/** A page ends before it would pass 1 MB, counted before the filter. */
const MAX_PAGE_BYTES = 1024 * 1024;

/** The table or index that a Query or Scan names. Throws a validation error for an unknown one. */
export function spaceOf(table: Table, request: PageRequest): Space {
  checkSelect(request);
  if (request.IndexName === undefined) {
    if (request.Select === 'ALL_PROJECTED_ATTRIBUTES')
      throw validationError('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
    return table.base;
  }
  const space = table.indexes.find(({ index }) => index?.name === request.IndexName);
  if (space === undefined) throw validationError(`The table does not have the specified index: ${request.IndexName}`);
  if (request.ConsistentRead === true)
    throw validationError('Consistent reads are not supported on global secondary indexes');
  checkProjection(space, request);
  return space;
}

function checkSelect({ Select: select, _projection: projection }: PageRequest): void {
  if (projection !== undefined && select !== undefined && select !== 'SPECIFIC_ATTRIBUTES')
    throw validationError(`Cannot specify the ProjectionExpression when choosing to get ${select}`);
  if (projection === undefined && select === 'SPECIFIC_ATTRIBUTES')
    throw validationError('Must specify the ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES');
}

/** An index returns only the attributes it projects. */
function checkProjection(space: Space, request: PageRequest): void {
  const names = projectedNames(space);
  if (names === null) return;
  if (request.Select === 'ALL_ATTRIBUTES')
    throw validationError(
      'One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary ' +
        `index ${request.IndexName ?? ''} because its projection type is not ALL`,
    );
  const missing = (request._projection?.paths ?? []).map(([head]) => String(head)).filter((head) => !names.has(head));
  if (missing.length > 0)
    throw validationError(
      `One or more parameter values were invalid: Global secondary index ${request.IndexName ?? ''} does not ` +
        `project [${missing.join(', ')}]`,
    );
}

/**
 * The key after which the page begins, or null at the start. Throws a validation error unless it is a complete key of
 * the space.
 */
export function startAfter(space: Space, request: PageRequest): ItemKey | null {
  const key = request.ExclusiveStartKey;
  if (key === undefined) return null;
  const names = keyNames(space);
  if (Object.keys(key).length !== names.length || names.some((name) => key[name] === undefined))
    throw validationError('The provided starting key is invalid: The provided key element does not match the schema');
  checkItemKey(space.definition.schema, key);
  if (space.index !== null) checkIndexKey(space.index.name, space.schema, key);
  return keyIn(space, key);
}

/** Reads one page of candidates, counts its units, filters it and makes the answer. Partition null: a scan. */
export function readPage(
  call: Call,
  space: Space,
  request: PageRequest,
  partition: string | null,
  candidates: Iterable<StoredItem>,
): object {
  const { evaluated, bytes, more } = takePage(candidates, request.Limit ?? Number.POSITIVE_INFINITY);
  const units = readUnits(bytes, request.ConsistentRead === true);
  const throttled = spend(call, [{ space, partition, kind: 'read', units }]);
  if (throttled !== null) throw throttled;
  const last = evaluated.at(-1);
  const matching = evaluated.filter(
    ({ item }) => request._filter === undefined || meetsCondition(item, request._filter.expression),
  );
  return {
    Count: matching.length,
    ScannedCount: evaluated.length,
    ...(request.Select === 'COUNT' ? {} : { Items: matching.map(({ item }) => shaped(item, request)) }),
    ...(more && last !== undefined ? { LastEvaluatedKey: lastKey(space, last.item) } : {}),
    ...call.consumed.member(request.ReturnConsumedCapacity),
  };
}

/** A page that ends at its limit has a LastEvaluatedKey even where nothing follows, as in DynamoDB. */
function takePage(
  candidates: Iterable<StoredItem>,
  limit: number,
): { evaluated: readonly StoredItem[]; bytes: number; more: boolean } {
  const evaluated: StoredItem[] = [];
  let bytes = 0;
  for (const stored of candidates) {
    if (bytes + stored.size > MAX_PAGE_BYTES) return { evaluated, bytes, more: true };
    evaluated.push(stored);
    bytes += stored.size;
    if (evaluated.length >= limit) return { evaluated, bytes, more: true };
  }
  return { evaluated, bytes, more: false };
}

function shaped(item: Item, request: PageRequest): Item {
  return request._projection === undefined ? item : projectItem(item, request._projection.paths);
}

function lastKey(space: Space, item: Item): Item {
  return projectItem(
    item,
    keyNames(space).map((name) => [name]),
  );
}
