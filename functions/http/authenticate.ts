import { Lru } from '../../shared/process/lru.ts';
import { digestApiKey, isWellFormedApiKey } from '../../shared/domain/api-key.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import type { Scope } from '../../shared/domain/scopes.ts';
import { createReadAllowance } from './read-allowance.ts';

/** The caller: what is stored under the digest of an API key. */
export interface Caller {
  readonly workspaceUid: string;
  /** Identifies the key in logs. Neither the key nor its digest can be found from it. */
  readonly keyUid: string;
  readonly scopes: readonly Scope[];
  /** When the key stops working, epoch ms; null: never. */
  readonly expiresAt: number | null;
}

/** The caller a key's digest belongs to; null when it is unknown or revoked. */
export type FindCaller = (keyDigest: string) => Promise<Caller | null>;

/** How long a process uses a key that it has read; a revoked key works at most this long. */
const TRUST_MS = 60_000;
/** Callers that a process caches. */
const CACHED_CALLERS = 1_000;
/** Unknown keys that a process caches. */
const CACHED_MISSES = 1_000;
/**
 * How long a key that two reads did not find is refused without a read. A key made at that moment has to wait as long.
 */
const MISS_MS = 1_000;

interface KnownKey {
  readonly caller: Caller;
  readonly until: number;
}

interface Miss {
  readonly reads: number;
  readonly until: number;
}

/**
 * Checks the API key of a call. Throws UNAUTHORIZED if it is absent, malformed (without a read), unknown, revoked or
 * expired, and LIMIT_REACHED if the caller's network has used up its reads of keys that this process does not know. A
 * cached key uses none of them, not even when it is read again after a minute.
 */
export function createAuthenticator(
  findCaller: FindCaller,
  now: () => number,
): (key: string | undefined, address: string) => Promise<Caller> {
  const known = new Lru<KnownKey>(CACHED_CALLERS);
  const misses = new Lru<Miss>(CACHED_MISSES);
  const reading = new Map<string, Promise<Caller | null>>();
  const takeRead = createReadAllowance(now);

  function read(digest: string): Promise<Caller | null> {
    const pending = reading.get(digest);
    if (pending !== undefined) return pending;
    const finding = findCaller(digest).finally(() => reading.delete(digest));
    reading.set(digest, finding);
    return finding;
  }

  /** Reads a key that is not cached, or no longer valid in the cache. Calls with the same key share one read. */
  async function find(digest: string, address: string): Promise<Caller | null> {
    const miss = misses.get(digest);
    const isFresh = miss !== undefined && now() < miss.until;
    if (isFresh && miss.reads > 1) return null;
    if (known.get(digest) === undefined && !reading.has(digest)) checkAllowance(takeRead(address), now());
    const caller = await read(digest);
    if (caller === null) {
      known.delete(digest);
      misses.set(digest, { reads: isFresh ? miss.reads + 1 : 1, until: now() + MISS_MS });
    } else {
      misses.delete(digest);
      known.set(digest, { caller, until: now() + TRUST_MS });
    }
    return caller;
  }

  return async (key, address) => {
    if (key === undefined)
      throw new EngineError('UNAUTHORIZED', 'The API key is missing; send it in the X-API-Key header.');
    if (!isWellFormedApiKey(key)) {
      throw new EngineError(
        'UNAUTHORIZED',
        'The API key in X-API-Key is malformed: a key is trk_ and 39 letters and digits, the last seven a checksum. Copy it whole.',
      );
    }
    const digest = digestApiKey(key);
    const cached = known.get(digest);
    const isTrusted = cached !== undefined && now() < cached.until;
    const caller = isTrusted ? cached.caller : await find(digest, address);
    if (caller === null) throw new EngineError('UNAUTHORIZED', 'The API key in X-API-Key is unknown or revoked.');
    const { expiresAt } = caller;
    if (expiresAt !== null && expiresAt <= now()) {
      const at = new Date(expiresAt).toISOString();
      throw new EngineError('UNAUTHORIZED', `The API key in X-API-Key has expired, at ${at}; use another one.`);
    }
    return caller;
  };
}

function checkAllowance(waitMs: number, now: number): void {
  if (waitMs === 0) return;
  const message = 'There were too many calls with unknown keys from your address. Wait, then use a valid key.';
  throw new EngineError('LIMIT_REACHED', message, { postponedUntil: new Date(now + waitMs).toISOString() });
}
