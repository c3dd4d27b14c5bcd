import { hash } from 'node:crypto';
import { signingSecretsView } from '../../../shared/api/callbacks/view.ts';
import { deriveSigningSecrets } from '../../../shared/aws/derive-signing-secrets.ts';
import type { ReadKeyring } from '../../../shared/aws/keyring-reader.ts';
import { type SigningSecret, signingAt } from '../../../shared/domain/signing-secrets.ts';
import type { OncePorts } from '../../../shared/engine/once-by-key.ts';
import {
  rotateSigningSecret,
  type SigningSecretStore,
} from '../../../shared/engine/workspace/rotate-signing-secret.ts';
import type { WorkspaceStore } from '../../../shared/storage/workspace-store.ts';
import type { EndpointsOf } from '../../http/create-api-handler.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { answerOnce } from '../../http/once-by-key.ts';

export interface SecretPorts {
  readonly workspaces: Pick<WorkspaceStore, 'readWorkspace'>;
  readonly signingSecrets: SigningSecretStore;
  readonly keyring: ReadKeyring;
  readonly now: () => number;
}

const HOUR_MS = 3_600_000;
const DEFAULT_OVERLAP_HOURS = 24;

type SecretEndpoints = Pick<EndpointsOf<'workspace'>, 'getSigningSecret' | 'rotateSigningSecret'>;

/** The secrets that sign a workspace's callbacks. */
export function createSecretEndpoints(ports: SecretPorts, once: OncePorts): SecretEndpoints {
  async function show(workspaceUid: string, secrets: readonly SigningSecret[]) {
    const { createdAt } = await ports.workspaces.readWorkspace(workspaceUid);
    return signingSecretsView(await deriveSigningSecrets(ports.keyring, workspaceUid, secrets), createdAt);
  }

  return {
    getSigningSecret: defineEndpoint('getSigningSecret', {
      async handle({ caller: { workspaceUid } }) {
        const { secrets } = await ports.signingSecrets.readSecrets(workspaceUid, 'strong');
        return { body: await show(workspaceUid, signingAt(secrets, ports.now())) };
      },
    }),

    rotateSigningSecret: defineEndpoint('rotateSigningSecret', {
      async handle(call) {
        const { body, caller } = call;
        // The answer that is kept for an Idempotency-Key is what secrets are derived from, never the secrets.
        const reply = await answerOnce<readonly SigningSecret[]>(once, call, {
          async run(claim) {
            const overlapMs = (body.overlap_hours ?? DEFAULT_OVERLAP_HOURS) * HOUR_MS;
            const by = hash('sha256', (await claim()).seed, 'base64url');
            const { currentVersion: root } = await ports.keyring('newest');
            return { body: await rotateSigningSecret(ports, caller.workspaceUid, { root, overlapMs, by }) };
          },
        });
        return { ...reply, body: await show(caller.workspaceUid, reply.body) };
      },
    }),
  };
}
