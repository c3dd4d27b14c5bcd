import { createHash } from 'node:crypto';
import { type CapacityMode, readUnits } from '../consumption.ts';
import { type Call, commit, spend } from '../database.ts';
import { DynamoDbError, serviceError, validationError } from '../errors.ts';
import type { UsedToken } from '../log-record.ts';
import { parseConditionCheck, parseDelete, parsePut, parseUpdate } from '../parse-request.ts';
import { parseTransaction } from '../parse-transaction.ts';
import { type ItemWrite, planConditionCheck, planDelete, planPut, planUpdate } from '../write-item.ts';

const MAX_BYTES = 4 * 1024 * 1024;
/** How long a `ClientRequestToken` is remembered. */
const TOKEN_MS = 10 * 60 * 1000;

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: object;
}

/** One entry, planned; or the reason why the whole transaction is cancelled. */
type Outcome = { readonly write: ItemWrite } | { readonly reason: Reason };

/** All of its writes happen, or none. */
export function transactWriteItems(call: Call, body: unknown): object {
  const request = parseTransaction(body, ['Put', 'Update', 'Delete', 'ConditionCheck']);
  const token = request.token === null ? null : freshToken(call, request.token, request.entries);
  if (token === 'used') return repeatedAnswer(call, request.entries, request.capacity);
  const outcomes = request.entries.map(({ kind, body }) => planEntry(call, kind, body));
  const writes = outcomes.flatMap((outcome) => ('write' in outcome ? [outcome.write] : []));
  refuseSameItem(writes);
  const bytes = writes.reduce((sum, { old, next }) => sum + Math.max(old?.size ?? 0, next?.size ?? 0), 0);
  if (bytes > MAX_BYTES) throw validationError('Member must have aggregate item size less than or equal to 4 MB');
  const throttled = spend(
    call,
    writes.flatMap(({ demands }) => demands),
  );
  if (throttled !== null)
    throw cancelled(outcomes.map(() => ({ Code: 'ThrottlingError', Message: throttled.message })));
  const reasons = outcomes.map(reasonOf);
  if (reasons.some(({ Code }) => Code !== 'None')) throw cancelled(reasons);
  commit(call, writes, token);
  return call.consumed.listMember(request.capacity, true);
}

function planEntry(call: Call, kind: string, body: unknown): Outcome {
  try {
    return { write: plannedBy(call, kind, body) };
  } catch (error) {
    if (!(error instanceof DynamoDbError) || error.name !== 'ValidationException') throw error;
    return { reason: { Code: 'ValidationError', Message: error.message } };
  }
}

function plannedBy(call: Call, kind: string, body: unknown): ItemWrite {
  switch (kind) {
    case 'Put':
      return planPut(call, parsePut(body), 2);
    case 'Update':
      return planUpdate(call, parseUpdate(body), 2);
    case 'Delete':
      return planDelete(call, parseDelete(body), 2);
    default:
      return planConditionCheck(call, parseConditionCheck(body), 2);
  }
}

function reasonOf(outcome: Outcome): Reason {
  if ('reason' in outcome) return outcome.reason;
  const { refusal } = outcome.write;
  if (refusal === null) return { Code: 'None' };
  return {
    Code: 'ConditionalCheckFailed',
    Message: 'The conditional request failed',
    ...(refusal.item === null ? {} : { Item: refusal.item }),
  };
}

function cancelled(reasons: readonly Reason[]): DynamoDbError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return serviceError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

function refuseSameItem(writes: readonly ItemWrite[]): void {
  const seen = new Set(
    writes.map(({ table, key }) => JSON.stringify([table.definition.name, key.partition, key.sort])),
  );
  if (seen.size < writes.length)
    throw validationError('Transaction request cannot include multiple operations on one item');
}

function freshToken(call: Call, token: string, entries: readonly object[]): UsedToken | 'used' {
  for (const [name, used] of call.db.tokens) {
    if (used.at > call.now - TOKEN_MS) break;
    call.db.tokens.delete(name);
  }
  const digest = createHash('sha256').update(JSON.stringify(entries)).digest('base64');
  const used = call.db.tokens.get(token);
  if (used === undefined) return { token, digest, at: call.now };
  if (used.digest === digest) return 'used';
  throw serviceError(
    'IdempotentParameterMismatchException',
    'The ClientRequestToken was used in the last 10 minutes with other parameters',
  );
}

/** A repeated request gets the answer of a successful one, and costs the reading of its items. */
function repeatedAnswer(call: Call, entries: readonly { kind: string; body: unknown }[], mode: CapacityMode): object {
  for (const { kind, body } of entries) {
    const outcome = planEntry(call, kind, body);
    if (!('write' in outcome)) continue;
    const { table, old } = outcome.write;
    call.consumed.add(table.base, 'read', readUnits(old?.size ?? 0, true) * 2);
  }
  return call.consumed.listMember(mode, true);
}
