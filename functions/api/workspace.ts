import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseEnv } from '../../shared/api/env.ts';
import { createGuardedHttp } from '../../shared/aws/guarded-http.ts';
import { createCallbackSender } from '../../shared/aws/outbound.ts';
import { userAgentOf } from '../../shared/domain/callback-headers.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { createCallbackSecrets } from '../../shared/aws/callback-secrets.ts';
import { createKeyringReader } from '../../shared/aws/keyring-reader.ts';
import { once } from '../../shared/process/once.ts';
import { consoleLog, systemClock, systemRandom } from '../../shared/process/system.ts';
import { VERSION } from '../../shared/process/version.ts';
import type { CredentialPorts } from '../../shared/engine/workspace/credential-ports.ts';
import { createApiKeyStore } from '../../shared/storage/api-key-store.ts';
import { createNotificationSettingStore } from '../../shared/storage/notification-store.ts';
import { createCredentialStore } from '../../shared/storage/credential-store.ts';
import { readOwnLimits } from '../../shared/storage/limit-reader.ts';
import { createSigningSecretStore } from '../../shared/storage/signing-secret-store.ts';
import { createRunReader } from '../../shared/storage/run-reader.ts';
import { Table } from '../../shared/storage/table.ts';
import { createUsageStore } from '../../shared/storage/usage-store.ts';
import { createWorkspaceStore } from '../../shared/storage/workspace-store.ts';
import type { NotificationSettingPorts } from '../../shared/engine/notifications/settings.ts';
import type { TestPorts } from '../../shared/engine/callbacks/test-callback.ts';
import { createTestEndpoint } from '../endpoints/workspace/test-endpoint.ts';
import { createCredentialEndpoints } from '../endpoints/workspace/credential-endpoints.ts';
import { createNotificationEndpoints } from '../endpoints/workspace/notification-endpoints.ts';
import { createKeyEndpoints, type KeyEndpointPorts } from '../endpoints/workspace/key-endpoints.ts';
import { createSecretEndpoints, type SecretPorts } from '../endpoints/workspace/secret-endpoints.ts';
import { createMeEndpoint, type MePorts } from '../endpoints/workspace/me-endpoint.ts';
import { createApiPorts } from '../http/api-ports.ts';
import { type ApiPorts, createApiHandler } from '../http/create-api-handler.ts';
import { noLargeObjects, openCallbackPolicy } from '../wiring/create-ports.ts';
import { limitsInForce } from '../wiring/limits-in-force.ts';

export type WorkspacePorts = MePorts &
  KeyEndpointPorts &
  SecretPorts &
  CredentialPorts &
  TestPorts &
  NotificationSettingPorts;

/**
 * Handles what a workspace does with itself: who it is, its keys and its secrets. It alone may write them, and it runs
 * no actions. It also sends test callbacks.
 */
export function createWorkspaceHandler(api: ApiPorts, ports: WorkspacePorts): ReturnType<typeof createApiHandler> {
  return createApiHandler({
    functionName: 'workspace',
    ports: api,
    endpoints: {
      ...createMeEndpoint(ports),
      ...createKeyEndpoints(ports),
      ...createSecretEndpoints(ports, api.once),
      ...createTestEndpoint(ports),
      ...createCredentialEndpoints(ports),
      ...createNotificationEndpoints(ports),
    },
  });
}

const wired = once(() => {
  const env = parseEnv('workspace', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const table = new Table(new DynamoDBClient(sdkOptions()), env.table, systemClock);
  const secretsManager = new SecretsManagerClient(sdkOptions());
  const credentialKey = createKeyringReader(secretsManager, env.credentialKeyArn, machine);
  const keyring = createKeyringReader(secretsManager, env.masterSecretArn, machine);
  const policy = { allowedPorts: env.settings.outboundPorts, allowLocalHttp: env.settings.allowLocalHttp };
  const userAgent = userAgentOf(VERSION, env.publicUrl);
  return createWorkspaceHandler(createApiPorts(machine, table, env), {
    ...machine,
    workspaces: createWorkspaceStore(table),
    keys: createApiKeyStore(table),
    credentials: createCredentialStore(table),
    notifications: createNotificationSettingStore(table),
    sealCredential: async (value, aad) => (await credentialKey()).seal(value, aad),
    signingSecrets: createSigningSecretStore(table),
    clock: systemClock,
    usage: createUsageStore(table),
    reader: createRunReader(table, noLargeObjects),
    now: () => systemClock.now(),
    randomBytes: (count) => systemRandom.bytes(count),
    keyring,
    secrets: createCallbackSecrets(keyring, table, systemClock),
    callbackPolicy: openCallbackPolicy(table, env.settings, machine),
    sender: createCallbackSender(createGuardedHttp({ policy }), userAgent),
    userAgent,
    readLimits: async (uid) => limitsInForce(await readOwnLimits(table, uid, 'eventual'), env.settings),
    version: VERSION,
    stage: env.stage,
  });
});

export const handler: ReturnType<typeof createApiHandler> = (event, context) => wired()(event, context);
