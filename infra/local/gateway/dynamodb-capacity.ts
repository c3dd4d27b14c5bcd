import { asArray, asObject } from '../services/json-values.ts';
import type { CallContext, Capacity, ServiceAnswer, TargetService } from '../services/service.ts';

const readOperations = new Set(['BatchGetItem', 'GetItem', 'Query', 'Scan', 'TransactGetItems']);
const writeOperations = new Set(['BatchWriteItem', 'DeleteItem', 'PutItem', 'TransactWriteItems', 'UpdateItem']);

/** Runs a DynamoDB call and reads its units. Where the caller did not ask for them, they are left out of its answer. */
export async function handleMetered(
  service: TargetService,
  operation: string,
  input: unknown,
  context: CallContext,
): Promise<ServiceAnswer> {
  const isRead = readOperations.has(operation);
  if (!isRead && !writeOperations.has(operation)) return await service.handle(operation, input, context);
  const asked = asObject(input)['ReturnConsumedCapacity'] !== undefined;
  const request = asked ? input : { ...asObject(input), ReturnConsumedCapacity: 'TOTAL' };
  const answer = await service.handle(operation, request, context);
  if (answer.capacity !== undefined || answer.status !== 200) return answer;
  const { ConsumedCapacity: consumed, ...rest } = asObject(answer.body);
  const capacity = sum(Array.isArray(consumed) ? asArray(consumed) : [consumed], isRead);
  return { ...answer, capacity, body: asked ? answer.body : rest };
}

function sum(tables: readonly unknown[], isRead: boolean): Capacity {
  const units = tables.reduce<number>((total, table) => total + Number(asObject(table)['CapacityUnits'] ?? 0), 0);
  return isRead ? { read: units, write: 0 } : { read: 0, write: units };
}
