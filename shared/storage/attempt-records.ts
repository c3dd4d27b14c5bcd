import type { CallbackAttempt } from '../domain/callback.ts';
import { EngineError, type ErrorLabel, toErrorRecord } from '../domain/errors.ts';
import type { ItemReader } from './attributes.ts';

/**
 * The attempts of a callback's record: one attribute each, named by its number and the message that made it. So an
 * attempt that is written twice is there once, and two workers that made the same attempt do not overwrite each other.
 */
const ATTEMPT_PREFIX = 'a#';

/** One attempt as it is stored, short: an item with all ten attempts is written anew with each of them. */
interface StoredAttempt {
  readonly at: number;
  readonly ms?: number;
  /** HTTP status and text of the answer. */
  readonly s?: number;
  readonly r?: string;
  /** Of its error: label, message and reference. */
  readonly l?: ErrorLabel;
  readonly m?: string;
  readonly e?: string;
}

export function attemptName({ attempt, by }: Pick<CallbackAttempt, 'attempt' | 'by'>): string {
  return `${ATTEMPT_PREFIX}${attempt}#${by}`;
}

export function attemptToStored({ at, durationMs, httpStatus, httpResponse, error }: CallbackAttempt): object {
  return {
    at,
    ms: durationMs,
    s: httpStatus,
    r: httpResponse,
    l: error?.error_label,
    m: error?.message,
    e: error?.error_ref,
  };
}

export function attemptsToItem(attempts: readonly CallbackAttempt[]): object {
  return Object.fromEntries(attempts.map((attempt) => [attemptName(attempt), attemptToStored(attempt)]));
}

export function attemptsFromItem(read: ItemReader): readonly CallbackAttempt[] {
  return Array.from(read.withPrefix<StoredAttempt>(ATTEMPT_PREFIX), ([name, stored]) => {
    const [attempt = '', by = ''] = name.split('#');
    const { at, ms = null, s: httpStatus = null, r: httpResponse = null, l: label, m = '', e = '' } = stored;
    const error = label === undefined ? null : toErrorRecord(new EngineError(label, m, { isReceivers: true }), e);
    return { attempt: Number(attempt), by, at, durationMs: ms, httpStatus, httpResponse, error };
  });
}
