import { TriremeError } from '../client/trireme.ts';
import { DEFAULT_RETRY } from '../client/retry.ts';

/**
 * A `fetch` that tells, once, that it waits for a deployment which does not answer, and until when. One that has never
 * answered is not waited for where nothing listens on this machine, or no host has its name. `now`: epoch ms.
 */
export function patientFetch(url: string, tell: (line: string) => void, ask = fetch, now = Date.now): typeof fetch {
  let failedAt: number | null = null;
  let isTold = false;
  let hasAnswered = false;
  return async (...request) => {
    if (failedAt !== null && !isTold) {
      const until = new Date(failedAt + DEFAULT_RETRY.maxWaitMs).toLocaleTimeString('en-GB');
      tell(`no answer from ${url}; trying again until ${until} at the latest`);
      isTold = true;
    }
    try {
      const response = await ask(...request);
      hasAnswered = true;
      return response;
    } catch (error) {
      failedAt = now();
      const message = hasAnswered ? null : whyHopeless(url, error);
      if (message === null) throw error;
      throw new TriremeError(
        {
          label: 'NO_ANSWER',
          message,
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

/** Why another attempt would come to the same; null: it may not. */
function whyHopeless(url: string, error: unknown): string | null {
  const { hostname } = new URL(url);
  const cause = error instanceof Error ? error.cause : null;
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code === 'ENOTFOUND') return `No host is named ${hostname}, or there is no network.`;
  if (code !== 'ECONNREFUSED' || !isHere(hostname)) return null;
  return `Nothing listens at ${url}. In the folder of Trireme, npm start starts a local system.`;
}

export function isHere(hostname: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}
