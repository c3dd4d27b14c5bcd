import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { PagingPorts } from '../endpoints/list-page.ts';
import { createHeaderSeal } from '../../shared/aws/header-seal.ts';
import { createKeyringReader } from '../../shared/aws/keyring-reader.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { createScheduleStore } from '../../shared/storage/schedule-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { consoleLog, systemRandom, systemClock } from '../../shared/process/system.ts';
import { parseEnv } from '../../shared/api/env.ts';
import type { DryRunPorts } from '../../shared/engine/launch/dry-run-launch.ts';
import type { SchedulePorts } from '../../shared/engine/schedules/schedule-ports.ts';
import { registerActions } from '../actions/index.ts';
import { createApiPorts } from '../http/api-ports.ts';
import { type ApiPorts, createApiHandler } from '../http/create-api-handler.ts';
import { once } from '../../shared/process/once.ts';
import { createScheduleLaunchEndpoints } from '../endpoints/schedules/launch-endpoints.ts';
import { createScheduleReadEndpoints } from '../endpoints/schedules/read-endpoints.ts';
import { createScheduleVerbEndpoints } from '../endpoints/schedules/verb-endpoints.ts';
import { createStarterPorts, openCallbackPolicy } from '../wiring/create-ports.ts';

/** Handles all calls about schedules. */
export function createSchedulesHandler(
  api: ApiPorts,
  ports: SchedulePorts & DryRunPorts & PagingPorts,
): ReturnType<typeof createApiHandler> {
  return createApiHandler({
    functionName: 'schedules',
    ports: api,
    endpoints: {
      ...createScheduleLaunchEndpoints(ports, api.once),
      ...createScheduleReadEndpoints(ports),
      ...createScheduleVerbEndpoints(ports, api.once),
    },
  });
}

const wired = once(() => {
  const env = parseEnv('schedules', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const keyring = createKeyringReader(new SecretsManagerClient(sdkOptions()), env.masterSecretArn, machine);
  const table = new Table(new DynamoDBClient(sdkOptions()), env.table, systemClock);
  return createSchedulesHandler(createApiPorts(machine, table, env), {
    ...createStarterPorts(env, machine, { table, sqs: new SQSClient(sdkOptions()) }),
    schedules: createScheduleStore(table),
    actions: registerActions(env.settings.extraActions),
    secrets: createHeaderSeal(keyring),
    callbackPolicy: openCallbackPolicy(table, env.settings, machine),
    keyring,
  });
});

export const handler: ReturnType<typeof createApiHandler> = (event, context) => wired()(event, context);
