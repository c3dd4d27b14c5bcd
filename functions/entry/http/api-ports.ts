import type { WorkspaceStore } from '../../../shared/adapters/dynamodb/workspace-store.ts';
import { SCOPES, type Scope } from '../../../shared/contract/routes.ts';
import type { Machine } from '../world.ts';
import type { ApiPorts } from './create-api-handler.ts';

/** What the pipeline of an API function needs, over the stores it shares with its endpoints. */
export function createApiPorts(
  machine: Machine,
  workspaces: Pick<WorkspaceStore, 'findKey'>,
  publicUrl: string,
): ApiPorts {
  return {
    publicUrl,
    now: () => machine.clock.now(),
    newErrorRef: () => machine.chance.uuid(),
    log: machine.log,
    async findCaller(keyDigest) {
      const key = await workspaces.findKey(keyDigest);
      if (key === null || key.revokedAt !== null) return null;
      return { workspaceUid: key.workspaceUid, keyDigest, scopes: key.scopes.filter(isScope) };
    },
  };
}

function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}
