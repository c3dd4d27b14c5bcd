import { type Call, findTable, spend } from '../database.ts';
import type { ParsedProjection } from '../expressions.ts';
import type { Item } from '../item.ts';
import { parseGet } from '../parse-request.ts';
import { projectItem } from '../project.ts';
import { planRead } from '../read-item.ts';

export function getItem(call: Call, body: unknown): object {
  const request = parseGet(body);
  const table = findTable(call, request.TableName);
  const read = planRead(call, table, request.Key, request.ConsistentRead === true ? 'consistent' : 'eventual');
  const throttled = spend(call, [read.demand]);
  if (throttled !== null) throw throttled;
  return {
    ...(read.stored === null ? {} : { Item: projected(read.stored.item, request._projection) }),
    ...call.consumed.member(request.ReturnConsumedCapacity),
  };
}

/** The attributes that a request asked for; all without a projection. */
export function projected(item: Item, projection: ParsedProjection | undefined): Item {
  return projection === undefined ? item : projectItem(item, projection.paths);
}
