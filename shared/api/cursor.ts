import { hash } from 'node:crypto';
import * as z from 'zod';
import { EngineError } from '../domain/errors.ts';
import { canonicalJson } from './canonical-json.ts';

/** A keyed hash (HMAC) of a text under a key derived for a purpose. */
export type Sign = (purpose: string, text: string) => string;

/** Whether a signature is that of the text for the purpose, also one made with an earlier key. */
export type Verify = (purpose: string, text: string, signature: string) => boolean;

/** How long a cursor is good, in ms: 24 h. */
export const CURSOR_LIFETIME_MS = 24 * 60 * 60 * 1000;

/** What cursors of lists are signed for, and those of live calls: each has a key of its own. */
const LIST_CURSOR = 'cursor';
export const LIVE_CURSOR = 'live-cursor';

const payloadSchema = z.strictObject({ d: z.unknown(), e: z.int() });

/**
 * An opaque cursor: `<payload>.<signature>`, both base64url or the signer's alphabet without a dot. `boundTo` is signed
 * but not carried: it is known again when the cursor comes back.
 */
export function encodeCursor(
  cursor: { readonly data: unknown; readonly boundTo: string; readonly expiresAt: number },
  sign: Sign,
  purpose = LIST_CURSOR,
): string {
  const payload = Buffer.from(JSON.stringify({ d: cursor.data, e: cursor.expiresAt })).toString('base64url');
  return `${payload}.${sign(purpose, signedText(payload, cursor.boundTo))}`;
}

/**
 * What a cursor carries, read by the schema of the list that made it. BAD_INPUT naming `cursor` if it was altered,
 * made for another workspace or query, has expired, or carries the shape of another version.
 */
export function decodeCursor<Schema extends z.ZodType>(
  text: string,
  expected: { readonly schema: Schema; readonly boundTo: string; readonly now: number },
  verify: Verify,
  purpose = LIST_CURSOR,
): z.output<Schema> {
  const [payload = '', signature = '', ...rest] = text.split('.');
  if (rest.length > 0 || !verify(purpose, signedText(payload, expected.boundTo), signature)) {
    throw badCursor(
      'is not valid for this call; omit it to begin, or repeat the call that it came from, with the same query and body',
    );
  }
  const { d: data, e: expiresAt } = payloadSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  if (expiresAt <= expected.now)
    throw badCursor('has expired (a cursor is valid for 24 hours); omit it to begin again');
  const parsed = expected.schema.safeParse(data);
  if (!parsed.success) throw badCursor('is from an earlier version of the API; omit it to begin again');
  return parsed.data;
}

/** The signature of a cursor, which says which key made it. */
export function signatureOf(cursor: string): string {
  return cursor.slice(cursor.indexOf('.') + 1);
}

/**
 * What a list's cursor is bound to: workspace, path and query, in an order of its own. `limit` may differ from page to
 * page, and uids in upper or lower case: only they differ so in the path of a list.
 */
export function listBinding(workspaceUid: string, path: string, query: URLSearchParams): string {
  const kept = [...query].filter(([name]) => name !== 'cursor' && name !== 'limit');
  const written = kept.map(([name, value]) => [name, name.endsWith('uid') ? value.toLowerCase() : value]);
  const sorted = written.map((pair) => JSON.stringify(pair)).toSorted();
  return JSON.stringify([workspaceUid, path.toLowerCase(), ...sorted]);
}

/**
 * What the cursor of a live call is bound to: a hash of workspace, path (it names the action) and body, however it is
 * written.
 */
export function callBinding(workspaceUid: string, path: string, body: unknown): string {
  return hash('sha256', canonicalJson([workspaceUid, path, body]), 'base64url');
}

function signedText(payload: string, boundTo: string): string {
  return `${payload}\n${boundTo}`;
}

function badCursor(message: string): EngineError {
  return new EngineError('BAD_INPUT', `query: cursor: ${message}`, {
    validationErrors: [{ path: 'cursor', message }],
  });
}
