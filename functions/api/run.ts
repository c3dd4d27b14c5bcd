import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createKeyringReader } from '../../shared/aws/keyring-reader.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { createRunReader } from '../../shared/storage/run-reader.ts';
import { Table } from '../../shared/storage/table.ts';
import { consoleLog, systemRandom, systemClock } from '../../shared/process/system.ts';
import { parseEnv } from '../../shared/api/env.ts';
import { createApiPorts } from '../http/api-ports.ts';
import { type ApiPorts, createApiHandler } from '../http/create-api-handler.ts';
import { once } from '../../shared/process/once.ts';
import { createRunEndpoint, type RunPorts } from '../endpoints/run-endpoint.ts';
import { createStorePorts, noLargeObjects } from '../wiring/create-ports.ts';

/**
 * Handles GET of one run, which may wait for the run's end: a function of its own, so that waiting does not block other
 * reads.
 */
export function createRunHandler(api: ApiPorts, ports: RunPorts): ReturnType<typeof createApiHandler> {
  return createApiHandler({ functionName: 'run', ports: api, endpoints: createRunEndpoint(ports, api.spendRate) });
}

const wired = once(() => {
  const env = parseEnv('run', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const dynamodb = new DynamoDBClient(sdkOptions());
  const table = new Table(dynamodb, env.table, systemClock);
  return createRunHandler(createApiPorts(machine, table, env), {
    ...createStorePorts(env, machine, { dynamodb, objects: noLargeObjects }),
    reader: createRunReader(table, noLargeObjects),
    keyring: createKeyringReader(new SecretsManagerClient(sdkOptions()), env.masterSecretArn, machine),
  });
});

export const handler: ReturnType<typeof createApiHandler> = (event, context) => wired()(event, context);
