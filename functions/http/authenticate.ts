import { Lru } from '../../shared/process/lru.ts';
import type { Scope } from '../../shared/api/route.ts';
import { digestApiKey, isWellFormedApiKey } from '../../shared/domain/api-key.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import { createReadAllowance } from './read-allowance.ts';

/** Who calls: what is stored under the digest of an API key. */
export interface Caller {
  readonly workspaceUid: string;
  /** The key in logs: it leads neither to the key nor to its digest. */
  readonly keyUid: string;
  readonly scopes: readonly Scope[];
}

/** The caller a key's digest belongs to; null when it is unknown or revoked. */
export type FindCaller = (keyDigest: string) => Promise<Caller | null>;

/** How long a process goes on trusting a key it has read: a revoked key works at most so long. */
const TRUST_MS = 60_000;
/** Callers remembered by a process; the one used longest ago goes first. */
const REMEMBERED = 1_000;
/** Unknown keys remembered by a process. */
const REMEMBERED_MISSES = 1_000;
/** How long a key that was read twice in vain is refused without a read: as long a key made just then has to wait. */
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
 * Checks the API key of calls. UNAUTHORIZED when it is absent, malformed (refused without a read), unknown or revoked;
 * LIMIT_REACHED when the caller's network has made as many reads of keys unknown here as it may. A key in memory costs
 * its network nothing, not even when it is read again after its minute.
 */
export function createAuthenticator(
  findCaller: FindCaller,
  now: () => number,
): (key: string | undefined, address: string) => Promise<Caller> {
  const known = new Lru<KnownKey>(REMEMBERED);
  const misses = new Lru<Miss>(REMEMBERED_MISSES);
  const reading = new Map<string, Promise<Caller | null>>();
  const takeRead = createReadAllowance(now);

  function read(digest: string): Promise<Caller | null> {
    const stored = reading.get(digest);
    if (stored !== undefined) return stored;
    const begun = findCaller(digest).finally(() => reading.delete(digest));
    reading.set(digest, begun);
    return begun;
  }

  /** Reads a key that is not trusted, or not any more. Calls that come meanwhile with the same key share the read. */
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
        'The API key in X-API-Key is malformed; a key begins with trk_ and has no spaces.',
      );
    }
    const digest = digestApiKey(key);
    const remembered = known.get(digest);
    const isTrusted = remembered !== undefined && now() < remembered.until;
    const caller = isTrusted ? remembered.caller : await find(digest, address);
    if (caller === null) throw new EngineError('UNAUTHORIZED', 'The API key in X-API-Key is unknown or revoked.');
    return caller;
  };
}

function checkAllowance(waitMs: number, now: number): void {
  if (waitMs === 0) return;
  const message = 'There were too many calls with unknown keys from your address. Wait, then use a valid key.';
  throw new EngineError('LIMIT_REACHED', message, { postponedUntil: new Date(now + waitMs).toISOString() });
}
