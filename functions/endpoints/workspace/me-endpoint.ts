import { apiKeyView, type LimitsInForce, limitsView } from '../../../shared/api/workspace/view.ts';
import { EngineError } from '../../../shared/domain/errors.ts';
import type { KeyPorts } from '../../../shared/engine/keys/key-ports.ts';
import { settleAll } from '../../../shared/engine/settle-all.ts';
import type { WorkspaceStore } from '../../../shared/storage/workspace-store.ts';
import type { EndpointsOf } from '../../http/create-api-handler.ts';
import { defineEndpoint } from '../../http/endpoint.ts';

export interface MePorts extends Pick<KeyPorts, 'keys'> {
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
        const [{ uid, name }, { keys }, lastUse, limits] = await settleAll([
          ports.workspaces.readWorkspace(workspaceUid),
          ports.keys.readKeys(workspaceUid),
          ports.keys.readLastUse(workspaceUid),
          ports.readLimits(workspaceUid),
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
            version,
            stage,
          },
        };
      },
    }),
  };
}
