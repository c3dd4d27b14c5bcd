import { countsView } from '../../../shared/api/usage/view.ts';
import { apiKeyView, type LimitsInForce, limitsView } from '../../../shared/api/workspace/view.ts';
import { EngineError } from '../../../shared/domain/errors.ts';
import type { KeyPorts } from '../../../shared/engine/workspace/key-ports.ts';
import { dayOf } from '../../../shared/domain/usage.ts';
import { addUsage, NO_USAGE, type UsageCounts } from '../../../shared/domain/usage-counts.ts';
import { readUsage } from '../../../shared/engine/usage/read-usage.ts';
import type { UsagePorts } from '../../../shared/engine/usage/usage-ports.ts';
import { settleAll } from '../../../shared/engine/settle-all.ts';
import type { WorkspaceStore } from '../../../shared/storage/workspace-store.ts';
import type { EndpointsOf } from '../../http/create-api-handler.ts';
import { defineEndpoint } from '../../http/endpoint.ts';

export interface MePorts extends Pick<KeyPorts, 'keys'>, UsagePorts {
  readonly workspaces: Pick<WorkspaceStore, 'readWorkspace'>;
  readonly readLimits: (workspaceUid: string) => Promise<LimitsInForce>;
  readonly version: string;
  readonly stage: string;
}

/** Says who calls, and what the workspace may do. */
export function createMeEndpoint(ports: MePorts): Pick<EndpointsOf<'workspace'>, 'getMe'> {
  return {
    getMe: defineEndpoint('getMe', {
      async handle({ caller: { workspaceUid, keyUid } }) {
        const [{ uid, name }, { keys }, lastUse, limits, usage] = await settleAll([
          ports.workspaces.readWorkspace(workspaceUid),
          ports.keys.readKeys(workspaceUid),
          ports.keys.readLastUse(workspaceUid),
          ports.readLimits(workspaceUid),
          usageToday(ports, workspaceUid),
        ]);
        const key = keys.find((one) => one.uid === keyUid);
        // Revoked within the last minute, and so many others since that it is no longer listed.
        if (key === undefined) throw new EngineError('UNAUTHORIZED', 'The API key in X-API-Key was revoked.');
        const { version, stage } = ports;
        return {
          body: {
            workspace: { uid, name },
            key: apiKeyView(key, lastUse),
            limits: limitsView(limits),
            usage_today: usage === null ? null : countsView(usage),
            version,
            stage,
          },
        };
      },
    }),
  };
}

/** This call is made often, so it reads no more than this many runs that are not summed yet: four steps. */
const RUNS_A_CALL = 1_600;
const READ_MS = 2_000;

/** What the runs of today have used; null where there are too many to read. */
async function usageToday(ports: UsagePorts, workspaceUid: string): Promise<UsageCounts | null> {
  const now = ports.clock.now();
  const today = dayOf(now);
  const budget = { runs: RUNS_A_CALL, until: now + READ_MS };
  const { days, isComplete } = await readUsage(ports, workspaceUid, { from: today, to: today }, budget);
  return isComplete ? Array.from(days.get(today)?.values() ?? []).reduce(addUsage, NO_USAGE) : null;
}
