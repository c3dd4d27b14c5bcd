import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';

/** The connections of one pool key (a workspace). They are kept alive and reused for that key only. */
export type Pool = { readonly http: HttpAgent; readonly https: HttpsAgent; inFlight: number };

/**
 * A Lambda has 1,024 file descriptors. It sends tens of requests at once, so these limits are far from being reached.
 */
const MAX_POOLS = 64;
const MAX_SOCKETS_PER_HOST = 64;
const IDLE_TIMEOUT_MS = 10_000;

/** The pools. Over the limit the least recently used one without requests in flight is closed. */
export type Pools = { poolOf(key: string): Pool; close(): void };

/** `publicLookup` resolves hosts of https URLs, `localLookup` those of http URLs, which only the local stage allows. */
export function createPools(publicLookup: LookupFunction, localLookup: LookupFunction): Pools {
  const pools = new Map<string, Pool>();
  const shape = {
    keepAlive: true,
    maxSockets: MAX_SOCKETS_PER_HOST,
    maxFreeSockets: MAX_SOCKETS_PER_HOST,
    timeout: IDLE_TIMEOUT_MS,
  };
  return {
    poolOf(key) {
      const found = pools.get(key);
      const pool = found ?? {
        http: new HttpAgent({ ...shape, lookup: localLookup }),
        https: new HttpsAgent({ ...shape, lookup: publicLookup }),
        inFlight: 0,
      };
      if (found !== undefined) pools.delete(key);
      pools.set(key, pool);
      if (pools.size > MAX_POOLS) closeOldest(pools);
      return pool;
    },
    close() {
      for (const pool of pools.values()) closePool(pool);
      pools.clear();
    },
  };
}

function closeOldest(pools: Map<string, Pool>): void {
  const newest = [...pools.keys()].at(-1);
  for (const [key, pool] of pools) {
    if (pool.inFlight > 0 || key === newest) continue;
    closePool(pool);
    pools.delete(key);
    return;
  }
}

function closePool(pool: Pool): void {
  pool.http.destroy();
  pool.https.destroy();
}
