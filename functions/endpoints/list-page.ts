import type * as z from 'zod';
import { type Keyring, versionOf } from '../../shared/aws/keyring.ts';
import type { ReadVersioned } from '../../shared/aws/versioned-reader.ts';
import { CURSOR_LIFETIME_MS, decodeCursor, encodeCursor, listBinding, signatureOf } from '../../shared/api/cursor.ts';
import { LIMITS } from '../../shared/domain/limits.ts';
import type { Clock } from '../../shared/engine/ports.ts';
import type { Step } from '../../shared/engine/read/steps.ts';
import type { Caller } from '../http/authenticate.ts';
import { type HttpRequest, nextPageHeaders, pageUrl } from '../http/http-request.ts';

/** The ports that lists need for their cursors. */
export interface PagingPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly keyring: ReadVersioned<Pick<Keyring, 'sign' | 'verify'>>;
}

export interface ListCall {
  readonly request: HttpRequest;
  readonly caller: Caller;
  readonly query: { readonly limit: number; readonly cursor?: string | undefined };
}

/** One page of a list: its rows, and headers with the URL of the next page if there is one. */
export interface ListPage<View> {
  readonly body: readonly View[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Kept free of the 4 MB for the brackets of the list and what is added to an answer. */
const ROOM_BYTES = 1_024;

/**
 * One page of a list. It ends at the limit, before its answer would be over 4 MB, or after the work that one call may
 * do. In each case its cursor is the place after its last row. Throws BAD_INPUT for a cursor that is not of this list.
 */
export async function listPage<Row, Place, View>(
  ports: PagingPorts,
  call: ListCall,
  list: {
    readonly place: z.ZodType<Place>;
    readonly steps: (after: Place | null) => AsyncIterable<Step<Row, Place>>;
    readonly view: (row: Row) => View;
  },
): Promise<ListPage<View>> {
  const { after, headersOf } = await openList(ports, call, list.place);
  const { rows, next, incomplete } = await takeRows(list.steps(after), call.query.limit, list.view);
  return { body: rows, headers: headersOf(next, incomplete) };
}

/** Where the list of a call begins, and the headers with the URL of its next page: none where `next` is null. */
export async function openList<Place>(
  ports: PagingPorts,
  { request, caller, query }: ListCall,
  schema: z.ZodType<Place>,
): Promise<{
  readonly after: Place | null;
  readonly headersOf: (next: Place | null, incomplete: boolean) => Readonly<Record<string, string>>;
}> {
  const { cursor: given } = query;
  const { sign, verify } = await ports.keyring(given === undefined ? given : versionOf(signatureOf(given)));
  const now = ports.clock.now();
  const boundTo = listBinding(caller.workspaceUid, request.url.pathname, request.query);
  const after = given === undefined ? null : decodeCursor(given, { schema, boundTo, now }, verify);
  return {
    after,
    headersOf(next, incomplete) {
      if (next === null) return {};
      const cursor = encodeCursor({ data: next, boundTo, expiresAt: now + CURSOR_LIFETIME_MS }, sign);
      const headers = nextPageHeaders(pageUrl(request, { cursor }));
      return incomplete ? { ...headers, 'X-Complete': 'false' } : headers;
    },
  };
}

async function takeRows<Row, Place, View>(
  steps: AsyncIterable<Step<Row, Place>>,
  limit: number,
  view: (row: Row) => View,
): Promise<{ readonly rows: readonly View[]; readonly next: Place | null; readonly incomplete: boolean }> {
  const rows: View[] = [];
  let bytes = ROOM_BYTES;
  let next: Place | null = null;
  for await (const { row, after, incomplete = false } of steps) {
    if (row === null) return { rows, next: after, incomplete };
    if (rows.length === limit) return { rows, next, incomplete: false };
    const shown = view(row);
    bytes += Buffer.byteLength(JSON.stringify(shown)) + 1;
    if (bytes > LIMITS.answerBytes && rows.length > 0) return { rows, next, incomplete: false };
    rows.push(shown);
    next = after;
  }
  return { rows, next: null, incomplete: false };
}
