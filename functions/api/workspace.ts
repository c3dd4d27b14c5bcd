import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseEnv } from '../../shared/api/env.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { createKeyringReader } from '../../shared/aws/stage-secrets.ts';
import { once } from '../../shared/process/once.ts';
import { consoleLog, systemClock, systemRandom } from '../../shared/process/system.ts';
import { VERSION } from '../../shared/process/version.ts';
import { createApiKeyStore } from '../../shared/storage/api-key-store.ts';
import { readOwnLimits } from '../../shared/storage/limit-reader.ts';
import { Table } from '../../shared/storage/table.ts';
import { createWorkspaceStore } from '../../shared/storage/workspace-store.ts';
import { createKeyEndpoints, type KeyEndpointPorts } from '../endpoints/workspace/key-endpoints.ts';
import { createSecretEndpoints, type SecretPorts } from '../endpoints/workspace/secret-endpoints.ts';
import { createMeEndpoint, type MePorts } from '../endpoints/workspace/me-endpoint.ts';
import { createApiPorts } from '../http/api-ports.ts';
import { type ApiPorts, createApiHandler } from '../http/create-api-handler.ts';
import { limitsInForce } from '../wiring/limits-in-force.ts';

export type WorkspacePorts = MePorts & KeyEndpointPorts & SecretPorts;

/**
 * Handles what a workspace does with itself: who it is, its keys and its secrets. It alone may write them, and it runs
 * no actions.
 */
export function createWorkspaceHandler(api: ApiPorts, ports: WorkspacePorts): ReturnType<typeof createApiHandler> {
  return createApiHandler({
    functionName: 'workspace',
    ports: api,
    endpoints: { ...createMeEndpoint(ports), ...createKeyEndpoints(ports), ...createSecretEndpoints(ports) },
  });
}

const wired = once(() => {
  const env = parseEnv('workspace', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const table = new Table(new DynamoDBClient(sdkOptions()), env.table, systemClock);
  return createWorkspaceHandler(createApiPorts(machine, table, env), {
    workspaces: createWorkspaceStore(table),
    keys: createApiKeyStore(table),
    now: () => systemClock.now(),
    randomBytes: (count) => systemRandom.bytes(count),
    keyring: createKeyringReader(new SecretsManagerClient(sdkOptions()), env.masterSecretArn, systemRandom),
    readLimits: async (uid) => limitsInForce(await readOwnLimits(table, uid, 'eventual'), env.settings),
    version: VERSION,
    stage: env.stage,
  });
});

export const handler: ReturnType<typeof createApiHandler> = (event, context) => wired()(event, context);
