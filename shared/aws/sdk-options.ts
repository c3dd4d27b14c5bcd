import { StandardRetryStrategy } from '@smithy/core/retry';

/** AWS services are about a millisecond away, so a connection that takes this long will not be made. */
const CONNECT_MS = 1_000;
/** Until the answer begins, and between two parts of it. Our slowest calls take about 100 ms on a bad day. */
const ANSWER_MS = 5_000;
/**
 * After three quick retries the caller handles the failure: a queue delivers the message again, an API call gets 503.
 */
const MAX_ATTEMPTS = 4;

/** A timeout after more than this time means that the answer did not come, not that no connection was made. */
const CONNECTING_AT_MOST_MS = 3_000;

type Strategy = Pick<
  StandardRetryStrategy,
  'acquireInitialRetryToken' | 'refreshRetryTokenForRetry' | 'recordSuccess' | 'mode'
>;
type Token = Awaited<ReturnType<Strategy['acquireInitialRetryToken']>>;

/**
 * Options of every SDK client. Timeouts, because by default a service that never answers uses up all time of a
 * function. Retries in the standard mode (throttling, 5xx, a connection that broke or was not made), with backoff and a
 * budget per process. Not in the adaptive mode: it would slow down all workspaces because of one hot item of one
 * workspace.
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
    // Resolves the middleware of a command only once, which is safe because nothing here changes it later.
    cacheMiddleware: true,
  };
}

/** The SDK's standard retries, but none after an answer that did not come: a call that waited 5 s would wait 10. */
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
