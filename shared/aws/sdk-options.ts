import { StandardRetryStrategy } from '@smithy/core/retry';

/** AWS's services are a millisecond away: a connection that takes so long will not come. */
const CONNECT_MS = 1_000;
/** Until the answer begins, and between two parts of it. The slowest call of ours takes some 100 ms on a bad day. */
const ANSWER_MS = 5_000;
/** What three quick repeats do not mend is left to who called: a queue gives the message again, a caller is told 503. */
const MAX_ATTEMPTS = 4;

/** Of an attempt: longer, and it was the answer that did not come, not the connection. */
const CONNECTING_AT_MOST_MS = 3_000;

type Strategy = Pick<
  StandardRetryStrategy,
  'acquireInitialRetryToken' | 'refreshRetryTokenForRetry' | 'recordSuccess' | 'mode'
>;
type Token = Awaited<ReturnType<Strategy['acquireInitialRetryToken']>>;

/**
 * What every client of the SDK is made with: by its own default one that never answers costs a function all its time.
 * Retries are standard: of what is over at once (throttling, 5xx, a connection that broke or was not made), with backoff
 * and a budget per process. Not adaptive: that would slow all workspaces of a process for one hot item of one of them.
 */
export function sdkOptions() {
  return {
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      socketTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
    },
    maxAttempts: MAX_ATTEMPTS,
    retryStrategy: createRetries(MAX_ATTEMPTS),
    // The steps of a command are put together at its first call; nobody here changes them later.
    cacheMiddleware: true,
  };
}

/** Standard retries, but none after an answer that did not come: what waited five seconds would wait ten. */
export function createRetries(maxAttempts: number): Strategy {
  const standard = new StandardRetryStrategy(maxAttempts);
  const begun = new WeakMap<Token, number>();
  const begin = (token: Token): Token => {
    begun.set(token, performance.now());
    return token;
  };
  return {
    mode: standard.mode,
    acquireInitialRetryToken: async (scope) => begin(await standard.acquireInitialRetryToken(scope)),
    async refreshRetryTokenForRetry(token, info) {
      const tookMs = performance.now() - (begun.get(token) ?? 0);
      if (tookMs >= CONNECTING_AT_MOST_MS && isTimeout(info.error)) throw new Error('No answer came in time.');
      return begin(await standard.refreshRetryTokenForRetry(token, info));
    },
    recordSuccess: (token) => standard.recordSuccess(token),
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}
