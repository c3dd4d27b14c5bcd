import type { CallbackAttempt, CallbackRecord } from './callback.ts';
import type { LoggedDelivery } from './page-callback.ts';

/**
 * All attempts of a record in their order: those it lists, and those of a page's callback that are in the delivery log,
 * which are first attempts that were delivered.
 */
export function attemptsOf(record: CallbackRecord, logged: readonly LoggedDelivery[]): readonly CallbackAttempt[] {
  const listed = record.attempts.length > 0 ? record.attempts : onlyKnown(record, logged);
  return [...listed, ...logged.map(loggedAttempt)].toSorted(byTime);
}

/** A record of release 0.1.0 lists no attempts; its last one can be told from its other members. */
function onlyKnown(record: CallbackRecord, logged: readonly LoggedDelivery[]): readonly CallbackAttempt[] {
  const { status, retryCount, httpStatus, httpResponse, error, deliveredAt } = record;
  const isAnswered = httpStatus !== null && logged.length === 0;
  if (!isAnswered && error?.error_label !== 'UPSTREAM_ERROR') return [];
  // The attempt under way is counted already, but the members are those of the one before it.
  const attempt = status === 'RUNNING' ? Math.max(0, retryCount - 1) : retryCount;
  const at = error === null ? deliveredAt : null;
  return [{ attempt, by: '', at, durationMs: null, httpStatus, httpResponse, error }];
}

function loggedAttempt({ at, durationMs, httpStatus }: LoggedDelivery): CallbackAttempt {
  const begunAt = at - (durationMs ?? 0);
  return { attempt: 0, by: '', at: begunAt, durationMs, httpStatus, httpResponse: null, error: null };
}

function byTime(a: CallbackAttempt, b: CallbackAttempt): number {
  return a.attempt - b.attempt || (a.at ?? 0) - (b.at ?? 0);
}
