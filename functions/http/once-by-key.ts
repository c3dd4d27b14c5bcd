import { hash } from 'node:crypto';
import { canonicalJson } from '../../shared/api/canonical-json.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import { type KeyedRequest, onceByKey, type OncePorts, type OnceWork } from '../../shared/engine/once-by-key.ts';
import type { Caller } from './authenticate.ts';
import type { Reply } from './endpoint.ts';
import type { HttpRequest } from './http-request.ts';

interface KeyedCall {
  readonly request: HttpRequest;
  readonly caller: Caller;
  readonly sent: unknown;
}

const MAX_KEY = 255;
/** Printable characters of ASCII, the only ones a header carries unharmed (RFC 9110 §5.5). */
const KEY = /^[\x20-\x7e]+$/;

/** Answers a call once for its Idempotency-Key; without one it is simply answered. */
export async function answerOnce<Body>(
  ports: OncePorts,
  call: KeyedCall,
  work: OnceWork<Reply<Body>>,
): Promise<Reply<Body>> {
  const { answer, replayed } = await onceByKey(ports, keyedRequest(call), work);
  return replayed ? { ...answer, headers: { ...answer.headers, 'Idempotency-Replayed': 'true' } } : answer;
}

/** What a call is known by: method, path, query and body, however the body is written. BAD_INPUT for a key that is none. */
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
  // In lower case: what differs by case in a path of ours is a uid, and the same one.
  const about = [request.method, request.rawPath.toLowerCase(), request.query.toString(), canonicalJson(sent ?? {})];
  return { workspaceUid: caller.workspaceUid, key, hash: hash('sha256', about.join('\n'), 'base64url') };
}
