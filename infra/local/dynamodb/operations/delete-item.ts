import { type Call, commit } from '../database.ts';
import { parseDelete } from '../parse-request.ts';
import { admit, planDelete } from '../write-item.ts';

export function deleteItem(call: Call, body: unknown): object {
  const request = parseDelete(body);
  const write = planDelete(call, request, 1);
  admit(call, write);
  commit(call, [write], null);
  return {
    ...(request.ReturnValues === 'ALL_OLD' && write.old !== null ? { Attributes: write.old.item } : {}),
    ...call.consumed.member(request.ReturnConsumedCapacity),
  };
}
