import { type Call, findTable } from '../database.ts';
import { parseScan } from '../parse-request.ts';
import { viewOf } from '../read-item.ts';
import { readPage, spaceOf, startAfter } from '../read-page.ts';

export function scan(call: Call, body: unknown): object {
  const request = parseScan(body);
  const space = spaceOf(findTable(call, request.TableName), request);
  const after = startAfter(space, request);
  const view = viewOf(call, space, null, request.ConsistentRead === true);
  const candidates = view.scan(after, request.Segment ?? 0, request.TotalSegments ?? 1);
  return readPage(call, space, request, null, candidates);
}
