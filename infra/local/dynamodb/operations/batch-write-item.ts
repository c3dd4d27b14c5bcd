import * as batchWriteItemChecks from 'dynalite/validations/batchWriteItem.js';
import type { CapacityMode } from '../consumption.ts';
import { type Call, commit, findTable, spend } from '../database.ts';
import { type DynamoDbError, validationError } from '../errors.ts';
import type { Item } from '../item.ts';
import { parseRequest } from '../parse-request.ts';
import { type ItemWrite, planDelete, planPut } from '../write-item.ts';

const MAX_ENTRIES = 25;

interface BatchWriteRequest {
  readonly RequestItems: Readonly<Record<string, readonly Entry[]>>;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

interface Entry {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

/** Each entry succeeds or fails by itself; all are checked before the first is written. */
export function batchWriteItem(call: Call, body: unknown): object {
  const parsed = parseRequest(body, batchWriteItemChecks.types, batchWriteItemChecks.custom);
  const request = parsed as unknown as BatchWriteRequest; // shaped by batchWriteItemChecks.types
  const entries = Object.entries(request.RequestItems).flatMap(([table, list]) =>
    list.map((entry) => [table, entry] as const),
  );
  if (entries.length > MAX_ENTRIES) throw validationError('Too many items requested for the BatchWriteItem call');
  const planned = entries.map(([name, entry]) => ({ name, entry, write: planEntry(call, name, entry) }));
  refuseDuplicates(planned.map(({ write }) => write));
  const unprocessed: Record<string, Entry[]> = {};
  let processed = 0;
  let refusal: DynamoDbError | null = null;
  for (const { name, entry, write } of planned) {
    const left = processed > 0 && call.db.chaos?.leavesUnprocessed() === true;
    const throttled = left ? null : spend(call, write.demands);
    if (left || throttled !== null) {
      refusal ??= throttled;
      (unprocessed[name] ??= []).push(entry);
      continue;
    }
    commit(call, [write], null);
    processed += 1;
  }
  if (processed === 0 && refusal !== null) throw refusal;
  return { UnprocessedItems: unprocessed, ...call.consumed.listMember(request.ReturnConsumedCapacity, false) };
}

function planEntry(call: Call, name: string, entry: Entry): ItemWrite {
  findTable(call, name);
  if (entry.PutRequest !== undefined && entry.DeleteRequest === undefined)
    return planPut(call, { TableName: name, Item: entry.PutRequest.Item }, 1);
  if (entry.DeleteRequest !== undefined && entry.PutRequest === undefined)
    return planDelete(call, { TableName: name, Key: entry.DeleteRequest.Key }, 1);
  throw validationError('A WriteRequest must have exactly one of PutRequest and DeleteRequest');
}

function refuseDuplicates(writes: readonly ItemWrite[]): void {
  const seen = new Set(
    writes.map(({ table, key }) => JSON.stringify([table.definition.name, key.partition, key.sort])),
  );
  if (seen.size < writes.length) throw validationError('Provided list of item keys contains duplicates');
}
