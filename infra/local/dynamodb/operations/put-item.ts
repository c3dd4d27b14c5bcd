import { type Call, commit } from '../database.ts';
import { parsePut } from '../parse-request.ts';
import { admit, planPut } from '../write-item.ts';

export function putItem(call: Call, body: unknown): object {
  const request = parsePut(body);
  const write = planPut(call, request, 1);
  admit(call, write);
  commit(call, [write], null);
  return {
    ...(request.ReturnValues === 'ALL_OLD' && write.old !== null ? { Attributes: write.old.item } : {}),
    ...call.consumed.member(request.ReturnConsumedCapacity),
  };
}
