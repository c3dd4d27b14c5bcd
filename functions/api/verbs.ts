import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { createBulkStore } from '../../shared/storage/bulk-store.ts';
import { createRunReader } from '../../shared/storage/run-reader.ts';
import { Table } from '../../shared/storage/table.ts';
import { consoleLog, systemRandom, systemClock } from '../../shared/process/system.ts';
import { parseEnv } from '../../shared/api/env.ts';
import type { BulkPorts } from '../../shared/engine/bulk/bulk-ports.ts';
import type { CorePorts } from '../../shared/engine/ports.ts';
import type { ReadPorts } from '../../shared/engine/read/read-ports.ts';
import { createApiPorts } from '../http/api-ports.ts';
import { type ApiPorts, createApiHandler } from '../http/create-api-handler.ts';
import { once } from '../../shared/process/once.ts';
import { createBulkEndpoints } from '../endpoints/bulk-endpoints.ts';
import { createReplayEndpoints } from '../endpoints/replay-endpoints.ts';
import { createVerbEndpoints } from '../endpoints/run-verbs.ts';
import { createCorePorts, noLargeObjects } from '../wiring/create-ports.ts';

/**
 * Handles the calls that change runs, one or many, or replay callbacks: a function of its own, apart from the reads.
 */
export function createVerbsHandler(
  api: ApiPorts,
  ports: CorePorts & Pick<ReadPorts, 'reader'> & BulkPorts,
): ReturnType<typeof createApiHandler> {
  return createApiHandler({
    functionName: 'verbs',
    ports: api,
    endpoints: {
      ...createVerbEndpoints(ports, api.once),
      ...createReplayEndpoints(ports, api.once),
      ...createBulkEndpoints(ports, api.once),
    },
  });
}

const wired = once(() => {
  const env = parseEnv('verbs', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const dynamodb = new DynamoDBClient(sdkOptions());
  const table = new Table(dynamodb, env.table, systemClock);
  return createVerbsHandler(createApiPorts(machine, table, env), {
    ...createCorePorts(env, machine, { dynamodb, sqs: new SQSClient(sdkOptions()), objects: noLargeObjects }, 0),
    reader: createRunReader(table, noLargeObjects),
    bulks: createBulkStore(table),
  });
});

export const handler: ReturnType<typeof createApiHandler> = (event, context) => wired()(event, context);
