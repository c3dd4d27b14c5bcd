import { hash } from 'node:crypto';
import { canonicalJson } from '../../shared/api/canonical-json.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import { type KeyedRequest, onceByKey, type OncePorts, type OnceWork } from '../../shared/engine/once-by-key.ts';
import type { Caller } from './authenticate.ts';
import type { Reply } from './endpoint.ts';
import type { HttpRequest } from './http-request.ts';

/** Refuses an invalid Idempotency-Key, with BAD_INPUT, and does not use a valid one. */
export function checkIdempotencyKey(call: KeyedCall): void {
  keyedRequest(call);
}

interface KeyedCall {
  readonly request: HttpRequest;
  readonly caller: Caller;
  readonly sent: unknown;
}

const MAX_KEY = 255;
/** Printable ASCII, the only characters that a header transports unchanged (RFC 9110 §5.5). */
const KEY = /^[\x20-\x7e]+$/;

/**
 * Does the work of a call once for its Idempotency-Key and repeats the answer after that; without a key always does it.
 */
export async function answerOnce<Body>(
  ports: OncePorts,
  call: KeyedCall,
  work: OnceWork<Reply<Body>>,
): Promise<Reply<Body>> {
  const { answer, replayed } = await onceByKey(ports, keyedRequest(call), work);
  return replayed ? { ...answer, headers: { ...answer.headers, 'Idempotency-Replayed': 'true' } } : answer;
}

/**
 * The key, and a hash of method, path, query and canonical body. Null without a key; throws BAD_INPUT for an invalid
 * one.
 */
function keyedRequest({ request, caller, sent }: KeyedCall): KeyedRequest | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (key.length > MAX_KEY || !KEY.test(key)) {
    const isForeign = key !== '' && key.length <= MAX_KEY;
    const has = isForeign ? 'contains another character' : `has ${key.length}`;
    const message = `must have 1 to ${MAX_KEY} printable ASCII characters; it ${has}`;
    throw new EngineError('BAD_INPUT', `header: Idempotency-Key: ${message}`, {
      validationErrors: [{ path: 'Idempotency-Key', message }],
    });
  }
  // In lower case, because only uids in a path may differ by case, and then they are the same uid.
  const parts = [request.method, request.rawPath.toLowerCase(), request.query.toString(), canonicalJson(sent ?? {})];
  return { workspaceUid: caller.workspaceUid, key, hash: hash('sha256', parts.join('\n'), 'base64url') };
}
