import type { Keyring } from '../../../shared/aws/keyring.ts';
import type { WorkspaceStore } from '../../../shared/storage/workspace-store.ts';
import { instantOf } from '../../../shared/api/runs/view.ts';
import type { EndpointsOf } from '../../http/create-api-handler.ts';
import { defineEndpoint } from '../../http/endpoint.ts';

export interface SecretPorts {
  readonly workspaces: Pick<WorkspaceStore, 'readWorkspace'>;
  readonly keyring: () => Promise<Pick<Keyring, 'signingSecret' | 'currentVersion'>>;
}

/**
 * The secret that signs a workspace's callbacks. It is derived from the uid, so its `created_at` is the workspace's.
 */
export function createSecretEndpoints(ports: SecretPorts): Pick<EndpointsOf<'workspace'>, 'getSigningSecret'> {
  return {
    getSigningSecret: defineEndpoint('getSigningSecret', {
      async handle({ caller: { workspaceUid } }) {
        const keyring = await ports.keyring();
        const { createdAt } = await ports.workspaces.readWorkspace(workspaceUid);
        const secret = keyring.signingSecret(workspaceUid, keyring.currentVersion).reveal();
        return { body: { secrets: [{ secret, created_at: instantOf(createdAt), expires_at: null }] } };
      },
    }),
  };
}
