import * as z from 'zod';
import type { LivePage } from '../../domain/live-page.ts';
import {
  callBinding,
  CURSOR_LIFETIME_MS,
  decodeCursor,
  encodeCursor,
  LIVE_CURSOR,
  type Sign,
  type Verify,
} from '../cursor.ts';

const carried = z.strictObject({ cursor: z.string(), page: z.int().min(1) });

/** The page a live call asks for. BAD_INPUT for a cursor that is not good for this very call. */
export function livePageOf(
  call: {
    readonly workspaceUid: string;
    readonly path: string;
    readonly body: unknown;
    readonly cursor: string | undefined;
    readonly page: number | undefined;
  },
  now: number,
  verify: Verify,
): LivePage {
  const boundTo = callBinding(call.workspaceUid, call.path, call.body);
  if (call.cursor === undefined) {
    return { cursor: null, number: (call.page ?? 1) - 1, byNumber: call.page !== undefined, boundTo };
  }
  const { cursor, page } = decodeCursor(call.cursor, { schema: carried, boundTo, now }, verify, LIVE_CURSOR);
  return { cursor, number: page, byNumber: false, boundTo };
}

/**
 * The absolute URL of the page after a live call's, to be called with the same body; its cursor is good for 24 h from
 * `at`.
 */
export function nextLiveUrl(
  origin: string,
  actionName: string,
  page: LivePage,
  nextCursor: string,
  at: number,
  sign: Sign,
): string {
  const url = new URL(`/v1/actions/${actionName}/run/live`, origin);
  if (page.byNumber) url.searchParams.set('page', String(page.number + 2));
  else {
    const data = { cursor: nextCursor, page: page.number + 1 };
    const cursor = encodeCursor({ data, boundTo: page.boundTo, expiresAt: at + CURSOR_LIFETIME_MS }, sign, LIVE_CURSOR);
    url.searchParams.set('cursor', cursor);
  }
  return url.href;
}
