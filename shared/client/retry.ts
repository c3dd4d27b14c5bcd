import type { TriremeError } from './error.ts';

/** How long a call is repeated. */
export interface RetryPolicy {
  /** How often it is sent at most; 1 is never again. */
  readonly attempts: number;
  /**
   * How long it may wait between attempts, all together, in ms. A wait that the API asks for beyond that ends the call.
   */
  readonly maxWaitMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 6, maxWaitMs: 60_000 };

/** The Idempotency-Key of a call: none, one that the client made, or one that its caller gave. */
export type KeyKind = 'none' | 'own' | 'given';

/** A call that failed, so far. */
export interface Attempted {
  readonly error: TriremeError;
  /** Whether it may be done twice: a read, or a change that has the same effect again. */
  readonly isSafe: boolean;
  readonly key: KeyKind;
  /** Whether the answer was stored under the key: the same key gives it again. */
  readonly isReplayed: boolean;
  /** Whether an action ran and this is its own answer. */
  readonly hasRun: boolean;
  readonly attempt: number;
  readonly waitedMs: number;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;

/**
 * Whether to send a call again, after which wait, and under which key; null: not. A call that got no answer, or a
 * fault of the server, may have been done, so it is sent again only if that does no harm. An action's own answer is
 * never asked for again: whether the action may run twice only the caller knows. A limit's answer may be stored under the
 * key, so another try needs a new one. `random`: 0 to 1, for full jitter.
 */
export function decideRetry(
  { error, isSafe, key, isReplayed, hasRun, attempt, waitedMs }: Attempted,
  { attempts, maxWaitMs }: RetryPolicy,
  now: number,
  random: number,
): { readonly waitMs: number; readonly newKey: boolean } | null {
  if (attempt >= attempts || !error.retryable || hasRun) return null;
  const mayBeDone = error.label === 'NO_ANSWER' || error.status >= 500;
  if (mayBeDone && !isSafe && key === 'none') return null;
  const keepsKey = mayBeDone || error.label === 'IDEMPOTENCY_IN_FLIGHT';
  if (!keepsKey && key === 'given' && isReplayed) return null;
  const asked = error.retryAt === null ? null : Math.max(0, error.retryAt.getTime() - now);
  const waitMs = asked ?? random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  if (waitedMs + waitMs > maxWaitMs) return null;
  return { waitMs: Math.ceil(waitMs), newKey: !keepsKey && key === 'own' };
}
