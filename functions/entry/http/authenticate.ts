import type { Scope } from '../../../shared/contract/routes.ts';
import { digestApiKey, isWellFormedApiKey } from '../../../shared/domain/api-key.ts';
import { EngineError } from '../../../shared/domain/errors.ts';

/** Who calls: what is stored under the digest of an API key. */
export interface Caller {
  readonly workspaceUid: string;
  readonly keyDigest: string;
  readonly scopes: readonly Scope[];
}

/** The caller a key's digest belongs to; null when it is unknown or revoked. */
export type FindCaller = (keyDigest: string) => Promise<Caller | null>;

/** How long a container goes on trusting a key it has read: a revoked key works at most so long. */
const TRUST_MS = 60_000;
/** Callers remembered by a container; the one read longest ago goes first. */
const REMEMBERED = 1_000;

/**
 * Checks the API key of calls. UNAUTHORIZED when it is absent, malformed (refused without a read), unknown or revoked;
 * unknown keys are not remembered, so that a new key works at once.
 */
export function createAuthenticator(
  findCaller: FindCaller,
  now: () => number,
): (key: string | undefined) => Promise<Caller> {
  const known = new Map<string, { readonly caller: Caller; readonly until: number }>();
  return async (key) => {
    if (key === undefined) throw new EngineError('UNAUTHORIZED', 'No API key; send one in the header X-API-Key.');
    if (!isWellFormedApiKey(key)) {
      throw new EngineError('UNAUTHORIZED', 'The API key in X-API-Key is malformed; copy it whole, from trk_ on.');
    }
    const digest = digestApiKey(key);
    const remembered = known.get(digest);
    if (remembered !== undefined && now() < remembered.until) return remembered.caller;
    known.delete(digest);
    const caller = await findCaller(digest);
    if (caller === null) throw new EngineError('UNAUTHORIZED', 'The API key in X-API-Key is unknown or revoked.');
    known.set(digest, { caller, until: now() + TRUST_MS });
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return caller;
  };
}

/** FORBIDDEN naming the scope a route needs and the key lacks. */
export function checkScope(caller: Caller, scope: Scope): void {
  if (caller.scopes.includes(scope)) return;
  const held = caller.scopes.length === 0 ? 'none' : caller.scopes.join(', ');
  const message = `This call needs a key with scope ${scope}; this key has ${held}.`;
  throw new EngineError('FORBIDDEN', message, { params: { scope } });
}
