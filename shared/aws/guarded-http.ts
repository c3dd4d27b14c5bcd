import { refusalOf } from '../domain/address.ts';
import type { CallbackPolicy } from '../domain/callback-url.ts';
import { GuardedHttpError } from './guarded-http/error.ts';
import { runExchange, StaleConnectionError } from './guarded-http/exchange.ts';
import type { Exchange } from './guarded-http/exchange.ts';
import type { GuardedResponse } from './guarded-http/response.ts';
import { createDnsResolve, createGuardedLookup, resolveLocalhost } from './guarded-http/lookup.ts';
import type { AddressRule, Resolve } from './guarded-http/lookup.ts';
import { createPools } from './guarded-http/pools.ts';
import type { Pool } from './guarded-http/pools.ts';
import { createTargetReader } from './guarded-http/target.ts';

/**
 * Options of a guarded client; times in milliseconds. `resolve` gives all A and AAAA records of a name (default: DNS).
 */
export type GuardedHttpOptions = {
  readonly policy: CallbackPolicy;
  readonly resolve?: Resolve;
  readonly connectTimeoutMs?: number;
  readonly totalTimeoutMs?: number;
  readonly maxResponseBytes?: number;
};

/** One request. `poolKey` (a workspace) says which connections it may share. */
export type GuardedRequest = {
  readonly url: string | URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly poolKey: string;
  readonly maxResponseBytes?: number | undefined;
  readonly totalTimeoutMs?: number | undefined;
  /**
   * Whether it may be sent again if a reused connection turns out to be closed. Default: if its method is idempotent.
   */
  readonly isRepeatable?: boolean | undefined;
  /**
   * Whether a 2xx status line counts as the answer even if the rest is broken. Default: false, the answer must be
   * whole.
   */
  readonly isStatusEnough?: boolean | undefined;
};

/**
 * HTTP to URLs that callers choose: it connects to public addresses only, follows no redirects, and limits time, size
 * and connections.
 */
export type GuardedHttp = {
  request(request: GuardedRequest): Promise<GuardedResponse>;
  /** Closes all connections; requests in flight fail. */
  close(): void;
};

/**
 * Headers a request may not set, because they would break what the client guarantees (Host and SNI, one answer a
 * request).
 */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Methods a client may send again by itself (RFC 9110 §9.2.2). */
const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/**
 * A guarded client over node:http and node:https. `request` rejects with GuardedHttpError.
 * `addressRule` is for tests only; settings of a stage cannot set it, because they are data and it is a function.
 */
export function createGuardedHttp(options: GuardedHttpOptions, addressRule: AddressRule = refusalOf): GuardedHttp {
  const { connectTimeoutMs = 3000, totalTimeoutMs = 15_000, maxResponseBytes = 16_384 } = options;
  const readTarget = createTargetReader(options.policy);
  const pools = createPools(
    createGuardedLookup(options.resolve ?? createDnsResolve(), addressRule),
    createGuardedLookup(resolveLocalhost, () => null),
  );

  return {
    async request(request) {
      const target = readTarget(request.url);
      refuseConnectionHeaders(request.headers);
      const pool = pools.poolOf(request.poolKey);
      return await inPool(pool, request.isRepeatable ?? IDEMPOTENT_METHODS.has(request.method), {
        target,
        agent: target.isSecure ? pool.https : pool.http,
        method: request.method,
        headers: request.headers,
        body: request.body,
        signal: request.signal,
        connectTimeoutMs,
        totalTimeoutMs: request.totalTimeoutMs ?? totalTimeoutMs,
        maxResponseBytes: request.maxResponseBytes ?? maxResponseBytes,
        isStatusEnough: request.isStatusEnough ?? false,
      });
    },
    close: () => pools.close(),
  };
}

/**
 * Runs an exchange. If a reused connection turns out to be closed, it is repeated on another, until it gets a new one.
 */
async function inPool(pool: Pool, isRepeatable: boolean, exchange: Exchange): Promise<GuardedResponse> {
  pool.inFlight += 1;
  try {
    for (;;) {
      try {
        return await runExchange(exchange);
      } catch (error) {
        if (!isRepeatable || !(error instanceof StaleConnectionError)) throw error;
      }
    }
  } finally {
    pool.inFlight -= 1;
  }
}

function refuseConnectionHeaders(headers: Readonly<Record<string, string>>): void {
  for (const name in headers) {
    const lower = name.toLowerCase();
    if (CONNECTION_HEADERS.has(lower) || lower.startsWith('proxy-')) {
      throw new GuardedHttpError('protocol', `header "${name}" belongs to the connection and cannot be set`);
    }
  }
}
