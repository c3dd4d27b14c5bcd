import { meetsCondition } from './condition.ts';
import { type Call, findTable, planWrite, type PlannedWrite, spend } from './database.ts';
import { writeUnits } from './consumption.ts';
import { serviceError, validationError } from './errors.ts';
import { itemSize, MAX_ITEM_BYTES } from './item-size.ts';
import type { Item, StoredItem } from './item.ts';
import { checkIndexKey, checkItemKey, checkKey, type ItemKey, schemaAttributes, tableKey } from './keys.ts';
import type { DeleteRequest, PutRequest, UpdateRequest } from './requests.ts';
import { changesOf, type Table } from './table.ts';
import { applyUpdate, touches } from './update.ts';

/** A write that is checked and planned, but not yet applied. */
export interface ItemWrite extends PlannedWrite {
  readonly key: ItemKey;
  readonly old: StoredItem | null;
  readonly next: StoredItem | null;
  /** The error of its condition; null: the condition holds. */
  readonly refusal: ConditionFailure | null;
}

interface ConditionFailure {
  /** The item that did not meet the condition, when the request asked for it. */
  readonly item: Item | null;
}

export function planPut(call: Call, request: PutRequest, factor: 1 | 2): ItemWrite {
  const table = findTable(call, request.TableName);
  checkItemKey(table.definition.schema, request.Item);
  const next = checkedItem(table, request.Item, 'Item size has exceeded the maximum allowed size');
  return plan(table, tableKey(table.definition.schema, request.Item), request, factor, () => next);
}

export function planDelete(call: Call, request: DeleteRequest, factor: 1 | 2): ItemWrite {
  const table = findTable(call, request.TableName);
  checkKey(table.definition.schema, request.Key);
  return plan(table, tableKey(table.definition.schema, request.Key), request, factor, () => null);
}

export function planUpdate(call: Call, request: UpdateRequest, factor: 1 | 2): ItemWrite {
  const table = findTable(call, request.TableName);
  checkKey(table.definition.schema, request.Key);
  const update = request._updates;
  if (update !== undefined) checkUpdatedKeys(table, request);
  return plan(table, tableKey(table.definition.schema, request.Key), request, factor, (old) => {
    const item = old?.item ?? request.Key;
    const next = update === undefined ? item : applyUpdate(item, update);
    return checkedItem(table, next, 'Item size to update has exceeded the maximum allowed size');
  });
}

/** A `ConditionCheck`: costs as much as a write of the present item, and changes nothing. */
export function planConditionCheck(call: Call, request: DeleteRequest, factor: 1 | 2): ItemWrite {
  const table = findTable(call, request.TableName);
  checkKey(table.definition.schema, request.Key);
  const key = tableKey(table.definition.schema, request.Key);
  const old = table.base.live.get(key) ?? null;
  const refusal = failureOf(old, request);
  return { table, key, old, next: old, refusal, changes: [], demands: checkDemands(table, key, old, factor) };
}

type Conditional = Pick<DeleteRequest, '_condition' | 'ReturnValuesOnConditionCheckFailure'>;

function plan(
  table: Table,
  key: ItemKey,
  request: Conditional,
  factor: 1 | 2,
  next: (old: StoredItem | null) => StoredItem | null,
): ItemWrite {
  const old = table.base.live.get(key) ?? null;
  const refusal = failureOf(old, request);
  if (refusal !== null)
    return { table, key, old, next: old, refusal, changes: [], demands: checkDemands(table, key, old, factor) };
  const stored = next(old);
  return { ...planWrite(table, changesOf(table, key, stored), factor), key, old, next: stored, refusal };
}

function failureOf(old: StoredItem | null, request: Conditional): ConditionFailure | null {
  if (request._condition === undefined) return null;
  if (meetsCondition(old?.item ?? {}, request._condition.expression)) return null;
  return { item: request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? (old?.item ?? null) : null };
}

/** A write whose condition fails costs the units of the present item, at least one. */
function checkDemands(table: Table, key: ItemKey, old: StoredItem | null, factor: 1 | 2): PlannedWrite['demands'] {
  const units = writeUnits(old?.size ?? 0) * factor;
  return [{ space: table.base, partition: key.partition, kind: 'write', units }];
}

/** Throws the error of a single write that cannot happen; otherwise counts its units. */
export function admit(call: Call, write: ItemWrite): void {
  const throttled = spend(call, write.demands);
  if (throttled !== null) throw throttled;
  if (write.refusal === null) return;
  const { item } = write.refusal;
  throw serviceError(
    'ConditionalCheckFailedException',
    'The conditional request failed',
    item === null ? {} : { Item: item },
  );
}

function checkedItem(table: Table, item: Item, tooLarge: string): StoredItem {
  const size = itemSize(item);
  if (size > MAX_ITEM_BYTES) throw validationError(tooLarge);
  for (const { index } of table.indexes) if (index !== null) checkIndexKey(index.name, index.schema, item);
  return { item, size };
}

function checkUpdatedKeys(table: Table, request: UpdateRequest): void {
  for (const { name } of schemaAttributes(table.definition.schema)) {
    if (request._updates !== undefined && touches(request._updates, name))
      throw validationError(
        `One or more parameter values were invalid: Cannot update attribute ${name}. This attribute is part of the key`,
      );
  }
}
