import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import { EngineError } from '../domain/errors.ts';

/** Long enough for a throttled partition or a failover to recover, short enough for a caller that waits. */
const RETRY_AFTER_SECONDS = 5;

/** Turns the SDK's errors of an AWS service that is unavailable, overloaded or silent into UNAVAILABLE; others stay. */
export function asUnavailable(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof EngineError) return thrown;
  const fault = thrown as Parameters<typeof isTransientError>[0]; // cast: an Error whose extra fields may be absent
  if (!isThrottlingError(fault) && !isTransientError(fault)) return thrown;
  const message =
    'A service that the API depends on is unavailable or overloaded. Try again after the seconds in Retry-After.';
  return new EngineError('UNAVAILABLE', message, { retryAfterSeconds: RETRY_AFTER_SECONDS }, { cause: thrown });
}
