import { readHostRules } from '../../shared/domain/callback-host.ts';
import type { RuntimeSettings } from '../../shared/api/env.ts';
import type { LimitsInForce } from '../../shared/api/workspace/view.ts';
import { quotasInForce } from '../../shared/domain/quota.ts';
import type { OwnLimits } from '../../shared/storage/limit-reader.ts';

/** A workspace's own limits, and the stage's where it has none. */
export function limitsInForce(
  { rates, runsAtOnce, inputsInFlight, quotas, callbackHosts }: OwnLimits,
  stage: RuntimeSettings,
): LimitsInForce {
  return {
    live: rates.live ?? stage.rateLimits.live,
    launch: rates.launch ?? stage.rateLimits.launch,
    read: rates.read ?? stage.rateLimits.read,
    runsAtOnce: runsAtOnce ?? stage.concurrentRuns,
    inputsInFlight: inputsInFlight ?? stage.inputsInFlight,
    callbackHosts: callbackHosts ?? (stage.callbackHosts && readHostRules(stage.callbackHosts)),
    quotas: quotasInForce(quotas, { ...stage.quotas, uploadsOpen: stage.uploadsOpen }),
  };
}
