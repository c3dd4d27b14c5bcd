import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createGuardedHttp } from '../../shared/aws/guarded-http.ts';
import { createLargeObjects } from '../../shared/aws/large-objects.ts';
import { createActionServices } from '../../shared/aws/outbound.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { consoleLog, systemRandom, systemClock } from '../../shared/process/system.ts';
import { parseEnv } from '../../shared/api/env.ts';
import { createEndGatherer, type GatherLimits } from '../../shared/engine/pages/gather-ends.ts';
import { createPageShare, type PagePorts, runPage } from '../../shared/engine/pages/run-page.ts';
import { registerActions } from '../actions/index.ts';
import { Table } from '../../shared/storage/table.ts';
import { once } from '../../shared/process/once.ts';
import { createQueueHandler, type QueueHandlerPorts } from '../wiring/create-queue-handler.ts';
import { wireActionSecrets } from '../wiring/action-secrets.ts';
import { createCorePorts } from '../wiring/create-ports.ts';

/** Runs pages: one page a message. `workers`: maximum of concurrent invocations of this function. */
export function createPageHandler(
  ports: Omit<PagePorts, 'pageWorkers' | 'ends'> & QueueHandlerPorts,
  workers: number,
  gather?: GatherLimits,
): ReturnType<typeof createQueueHandler> {
  const shared: PagePorts = {
    ...ports,
    pageWorkers: createPageShare(ports, workers),
    ends: createEndGatherer(ports.clock, ports.progress, gather),
  };
  return createQueueHandler(ports, async (message, receipt) => {
    if (message.kind !== 'page') throw new Error(`The page queue carries no ${message.kind} messages.`);
    await runPage(shared, message, receipt);
  });
}

const wired = once(() => {
  const env = parseEnv('page', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const { outboundPorts, allowLocalHttp, extraActions, pageTimeoutSeconds } = env.settings;
  const dynamodb = new DynamoDBClient(sdkOptions());
  const http = createGuardedHttp({
    policy: { allowedPorts: outboundPorts, allowLocalHttp },
    totalTimeoutMs: pageTimeoutSeconds * 1_000,
  });
  return createPageHandler(
    {
      ...createCorePorts(env, machine, {
        dynamodb,
        sqs: new SQSClient(sdkOptions()),
        objects: createLargeObjects(dynamodb.config, env.bucket, process.env),
      }),
      actions: registerActions(extraActions),
      actionServices: createActionServices(http, wireActionSecrets(env, new Table(dynamodb, env.table, systemClock))),
    },
    env.pageWorkers,
  );
});

export const handler: ReturnType<typeof createQueueHandler> = (event) => wired()(event);
