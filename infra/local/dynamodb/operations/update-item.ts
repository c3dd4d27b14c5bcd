import { type Call, commit } from '../database.ts';
import type { Item } from '../item.ts';
import { parseUpdate } from '../parse-request.ts';
import { projectItem } from '../project.ts';
import type { UpdateRequest } from '../requests.ts';
import { admit, type ItemWrite, planUpdate } from '../write-item.ts';

export function updateItem(call: Call, body: unknown): object {
  const request = parseUpdate(body);
  const write = planUpdate(call, request, 1);
  admit(call, write);
  commit(call, [write], null);
  const attributes = returnedAttributes(request, write);
  return {
    ...(attributes === null ? {} : { Attributes: attributes }),
    ...call.consumed.member(request.ReturnConsumedCapacity),
  };
}

function returnedAttributes(request: UpdateRequest, write: ItemWrite): Item | null {
  const old = write.old?.item ?? null;
  const next = write.next?.item ?? null;
  const paths = request._updates?.paths ?? [];
  switch (request.ReturnValues ?? 'NONE') {
    case 'ALL_OLD':
      return old;
    case 'ALL_NEW':
      return next;
    case 'UPDATED_OLD':
      return old === null ? null : nonEmpty(projectItem(old, paths));
    case 'UPDATED_NEW':
      return next === null ? null : nonEmpty(projectItem(next, paths));
    case 'NONE':
      return null;
  }
}

function nonEmpty(item: Item): Item | null {
  return Object.keys(item).length === 0 ? null : item;
}
