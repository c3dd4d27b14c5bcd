import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createLargeObjects } from '../../shared/aws/large-objects.ts';
import { createCallbackSecrets } from '../../shared/aws/callback-secrets.ts';
import { createKeyringReader } from '../../shared/aws/keyring-reader.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { createRunReader } from '../../shared/storage/run-reader.ts';
import { createNotificationReader } from '../../shared/storage/notification-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { consoleLog, systemRandom, systemClock } from '../../shared/process/system.ts';
import { parseEnv } from '../../shared/api/env.ts';
import type { Clock } from '../../shared/engine/ports.ts';
import type { ReadPorts } from '../../shared/engine/read/read-ports.ts';
import type { UsagePorts } from '../../shared/engine/usage/usage-ports.ts';
import type { ActionRegistry } from '../../shared/sdk/action-registry.ts';
import { registerActions } from '../actions/index.ts';
import { leadToPage } from '../pages/lead-to-page.ts';
import { createApiPorts } from '../http/api-ports.ts';
import { type ApiPorts, createApiHandler } from '../http/create-api-handler.ts';
import { once } from '../../shared/process/once.ts';
import { createActionEndpoints } from '../endpoints/action-endpoints.ts';
import { type CallbackPorts, createCallbackEndpoints } from '../endpoints/callback-endpoints.ts';
import { createItemEndpoints } from '../endpoints/item-endpoints.ts';
import { createRunEndpoints } from '../endpoints/run-endpoints.ts';
import type { PagingPorts } from '../endpoints/list-page.ts';
import { createUsageEndpoints } from '../endpoints/usage-endpoints.ts';
import { createStorePorts } from '../wiring/create-ports.ts';

/** The ports that the function needs besides those of the pipeline. */
export interface RunsPorts
  extends ReadPorts, PagingPorts, Pick<CallbackPorts, 'secrets' | 'notificationReader'>, Pick<UsagePorts, 'usage'> {
  readonly clock: Clock;
  readonly actions: ActionRegistry;
}

/** Handles all other reads, and requests that match no route. */
export function createRunsHandler(api: ApiPorts, ports: RunsPorts): ReturnType<typeof createApiHandler> {
  const answer = createApiHandler({
    functionName: 'runs',
    ports: api,
    endpoints: {
      ...createActionEndpoints({ ...ports, publicUrl: api.publicUrl }),
      ...createRunEndpoints(ports),
      ...createItemEndpoints(ports),
      ...createCallbackEndpoints(ports),
      ...createUsageEndpoints(ports),
    },
  });
  return async (event, context) => leadToPage(event) ?? answer(event, context);
}

const wired = once(() => {
  const env = parseEnv('runs', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const dynamodb = new DynamoDBClient(sdkOptions());
  const objects = createLargeObjects(dynamodb.config, env.bucket, process.env);
  const table = new Table(dynamodb, env.table, systemClock);
  const keyring = createKeyringReader(new SecretsManagerClient(sdkOptions()), env.masterSecretArn, machine);
  return createRunsHandler(createApiPorts(machine, table, env), {
    ...createStorePorts(env, machine, { dynamodb, objects }),
    reader: createRunReader(table, objects),
    notificationReader: createNotificationReader(table),
    keyring,
    secrets: createCallbackSecrets(keyring, table, systemClock),
    actions: registerActions(env.settings.extraActions),
  });
});

export const handler: ReturnType<typeof createApiHandler> = (event, context) => wired()(event, context);
