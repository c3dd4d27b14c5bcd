import * as batchGetItemChecks from 'dynalite/validations/batchGetItem.js';
import type { CapacityMode } from '../consumption.ts';
import { type Call, findTable, spend } from '../database.ts';
import type { DynamoDbError } from '../errors.ts';
import type { ParsedProjection } from '../expressions.ts';
import type { Item } from '../item.ts';
import { parseRequest } from '../parse-request.ts';
import { planRead } from '../read-item.ts';
import { projected } from './get-item.ts';

/** An answer ends before 16 MB; the remaining keys are returned as unprocessed. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

interface BatchGetRequest {
  readonly RequestItems: Readonly<Record<string, TableKeys>>;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

interface TableKeys {
  readonly Keys: readonly Item[];
  readonly ConsistentRead?: boolean;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly _projection?: ParsedProjection;
}

interface Progress {
  bytes: number;
  processed: number;
  refusal: DynamoDbError | null;
}

export function batchGetItem(call: Call, body: unknown): object {
  const parsed = parseRequest(body, batchGetItemChecks.types, batchGetItemChecks.custom);
  const request = parsed as unknown as BatchGetRequest; // shaped by batchGetItemChecks.types
  const progress: Progress = { bytes: 0, processed: 0, refusal: null };
  const responses: Record<string, Item[]> = {};
  const unprocessed: Record<string, object> = {};
  for (const [name, wanted] of Object.entries(request.RequestItems)) {
    const { found, left } = readKeys(call, name, wanted, progress);
    responses[name] = found;
    const { _projection, ...sent } = wanted;
    if (left.length > 0) unprocessed[name] = { ...sent, Keys: left };
  }
  if (progress.processed === 0 && progress.refusal !== null) throw progress.refusal;
  return {
    Responses: responses,
    UnprocessedKeys: unprocessed,
    ...call.consumed.listMember(request.ReturnConsumedCapacity, false),
  };
}

function readKeys(call: Call, name: string, wanted: TableKeys, progress: Progress): { found: Item[]; left: Item[] } {
  const table = findTable(call, name);
  const found: Item[] = [];
  const left: Item[] = [];
  for (const key of wanted.Keys) {
    const read = planRead(call, table, key, wanted.ConsistentRead === true ? 'consistent' : 'eventual');
    const bytes = progress.bytes + (read.stored?.size ?? 0);
    if (bytes > MAX_ANSWER_BYTES || (progress.processed > 0 && call.db.chaos?.leavesUnprocessed() === true)) {
      left.push(key);
      continue;
    }
    const throttled = spend(call, [read.demand]);
    if (throttled !== null) {
      progress.refusal = throttled;
      left.push(key);
      continue;
    }
    progress.bytes = bytes;
    progress.processed += 1;
    if (read.stored !== null) found.push(projected(read.stored.item, wanted._projection));
  }
  return { found, left };
}
