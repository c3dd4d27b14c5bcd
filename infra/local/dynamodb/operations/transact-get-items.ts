import { type Call, findTable, spend } from '../database.ts';
import { validationError } from '../errors.ts';
import { parseGet } from '../parse-request.ts';
import { parseTransaction } from '../parse-transaction.ts';
import { planRead } from '../read-item.ts';
import { projected } from './get-item.ts';

const MAX_BYTES = 4 * 1024 * 1024;

/** All items at one moment. */
export function transactGetItems(call: Call, body: unknown): object {
  const request = parseTransaction(body, ['Get']);
  const reads = request.entries.map((entry) => {
    const get = parseGet(entry.body);
    return { get, ...planRead(call, findTable(call, get.TableName), get.Key, 'transactional') };
  });
  if (reads.reduce((sum, { stored }) => sum + (stored?.size ?? 0), 0) > MAX_BYTES)
    throw validationError('Member must have aggregate item size less than or equal to 4 MB');
  const throttled = spend(
    call,
    reads.map(({ demand }) => demand),
  );
  if (throttled !== null) throw throttled;
  return {
    Responses: reads.map(({ stored, get }) =>
      stored === null ? {} : { Item: projected(stored.item, get._projection) },
    ),
    ...call.consumed.listMember(request.capacity, true),
  };
}
