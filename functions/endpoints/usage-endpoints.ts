import { CALL_STEPS_MS } from '../../shared/domain/timing.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import { dayEnd, dayOf, dayStart } from '../../shared/domain/usage.ts';
import { usageView } from '../../shared/api/usage/view.ts';
import { readUsage } from '../../shared/engine/usage/read-usage.ts';
import type { UsagePorts } from '../../shared/engine/usage/usage-ports.ts';
import type { EndpointsOf } from '../http/create-api-handler.ts';
import { defineEndpoint } from '../http/endpoint.ts';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const MOST_DAYS = 366;
/** Runs that a call reads at most beyond those that are summed: 50 steps of some 50 ms. */
const RUNS_A_CALL = 20_000;

/** What a workspace has used. */
export function createUsageEndpoints(ports: UsagePorts): Pick<EndpointsOf<'runs'>, 'getUsage'> {
  return {
    getUsage: defineEndpoint('getUsage', {
      async handle({ caller: { workspaceUid }, query }) {
        const now = ports.clock.now();
        const to = query.to ?? dayOf(now);
        const from = query.from ?? dayOf(dayStart(to) - USUAL_DAYS * DAY_MS);
        checkSpan(from, to);
        const budget = { runs: RUNS_A_CALL, until: now + CALL_STEPS_MS };
        const { days, isComplete } = await readUsage(ports, workspaceUid, { from, to }, budget);
        return { headers: isComplete ? {} : { 'X-Complete': 'false' }, body: usageView(days, query.by) };
      },
    }),
  };
}

/** Throws BAD_INPUT. */
function checkSpan(from: string, to: string): void {
  const days = (dayEnd(to) - dayStart(from)) / DAY_MS;
  if (days >= 1 && days <= MOST_DAYS) return;
  const message =
    days < 1
      ? `from must not be after to; from is ${from} and to is ${to}`
      : `from and to may be at most ${MOST_DAYS} days apart; these are ${days} days`;
  throw new EngineError('BAD_INPUT', message, { validationErrors: [{ path: 'from', message }] });
}
