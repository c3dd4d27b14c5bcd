/** How often one page is tried when its action fails in a way that may be temporary. */
export const ACTION_ATTEMPTS = 3;

const ACTION_BASE_MS = 5_000;
const ACTION_CAP_MS = 300_000;

/**
 * How long to wait before the next attempt at a page, ms: 5 s doubled per attempt, capped at 5 min, with full jitter (a
 * uniform draw between 0 and that, which spreads simultaneous retries best; AWS Architecture Blog, "Exponential Backoff
 * And Jitter"). `random` is in [0, 1).
 */
export function actionDelayMs(attemptsSpent: number, random: number): number {
  return Math.round(Math.min(ACTION_CAP_MS, ACTION_BASE_MS * 2 ** (attemptsSpent - 1)) * random);
}

/** Delays between a callback's attempts in seconds: 5 s, 5 min, 30 min, 2, 5, 10, 14, 20, 24 h (Standard Webhooks). */
const CALLBACK_DELAYS_S: readonly number[] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

const CALLBACK_JITTER = 0.2;
/** How long a callback is tried at most, whatever delays it, ms: its schedule with the longest jitter, 90.7 h. */
export const CALLBACK_LIFE_MS =
  CALLBACK_DELAYS_S.reduce((sum, delay) => sum + delay, 0) * 1_000 * (1 + CALLBACK_JITTER);
const RETRY_AFTER_MIN_S = 1;
const RETRY_AFTER_MAX_S = 86_400;

/**
 * When a callback is tried again after `attemptsMade` attempts, in ms from now, or null when all are spent.
 * `retryAfterSeconds`, from the receiver's 429 or 503, replaces the schedule's delay, bounded to 1 s to 24 h.
 */
export function callbackDelayMs(
  attemptsMade: number,
  random: number,
  retryAfterSeconds: number | null = null,
): number | null {
  const delay = CALLBACK_DELAYS_S[attemptsMade - 1];
  if (delay === undefined) return null;
  if (retryAfterSeconds !== null) {
    return Math.min(RETRY_AFTER_MAX_S, Math.max(RETRY_AFTER_MIN_S, retryAfterSeconds)) * 1_000;
  }
  return Math.round(delay * 1_000 * (1 - CALLBACK_JITTER + 2 * CALLBACK_JITTER * random));
}
