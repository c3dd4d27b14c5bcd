import { rateTypeOf } from '../../shared/api/route.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import type { Step } from './api-call.ts';
import type { RateState, SpendRate } from './rate-limit.ts';

/**
 * Counts the call against its workspace's rate limit. Adds the X-RateLimit headers to any answer; over it throws
 * LIMIT_REACHED.
 */
export function checkRate(spendRate: SpendRate): Step<'route' | 'caller', 'headers'> {
  return {
    before: async ({ event: call }) => {
      if (call.caller === null) return;
      const state = await spendRate(call.caller.workspaceUid, rateTypeOf(call.route));
      call.headers = { ...call.headers, ...rateHeaders(state) };
      if (state.refusedUntil !== null) throw limitReached(state, state.refusedUntil);
    },
  };
}

function rateHeaders({ type, limit, remaining, resetSeconds }: RateState): Readonly<Record<string, string>> {
  return {
    'X-RateLimit-Type': type,
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(resetSeconds),
  };
}

/** `postponed_until` of the error is when the next call will be allowed. */
function limitReached({ type, limit }: RateState, refusedUntil: number): EngineError {
  const postponedUntil = new Date(refusedUntil).toISOString();
  const message = `The workspace has reached its rate limit for ${type} calls (burst ${limit}). Try again after the seconds in Retry-After.`;
  return new EngineError('LIMIT_REACHED', message, { postponedUntil });
}
