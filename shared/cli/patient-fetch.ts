import { TriremeError } from '../client/trireme.ts';
import { DEFAULT_RETRY } from '../client/retry.ts';

/**
 * A `fetch` that tells, once, that it waits for a deployment which does not answer, and until when. Where nothing
 * listens on this machine it fails at once. `now`: epoch ms.
 */
export function patientFetch(url: string, tell: (line: string) => void, ask = fetch, now = Date.now): typeof fetch {
  let failedAt: number | null = null;
  let isTold = false;
  return async (...request) => {
    if (failedAt !== null && !isTold) {
      const until = new Date(failedAt + DEFAULT_RETRY.maxWaitMs).toLocaleTimeString('en-GB');
      tell(`no answer from ${url}; trying again until ${until} at the latest`);
      isTold = true;
    }
    try {
      return await ask(...request);
    } catch (error) {
      failedAt = now();
      if (!(isRefused(error) && isHere(new URL(url).hostname))) throw error;
      throw new TriremeError(
        {
          label: 'NO_ANSWER',
          message: `Nothing listens at ${url}. In the folder of Trireme, npm start starts a local system.`,
          status: 0,
          scope: null,
          retryable: false,
          retryAt: null,
          ref: null,
          params: {},
          validationErrors: [],
        },
        error,
      );
    }
  };
}

function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

export function isHere(hostname: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}
