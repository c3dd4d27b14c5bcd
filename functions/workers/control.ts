import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { consoleLog, systemChance, systemClock } from '../../shared/adapters/system.ts';
import { parseEnv } from '../../shared/contract/env.ts';
import { dispatchRun } from '../../shared/engine/dispatch-run.ts';
import type { CorePorts } from '../../shared/engine/ports.ts';
import { once } from '../entry/once.ts';
import { createQueueHandler } from '../entry/queue/create-queue-handler.ts';
import { createCorePorts, noLargeObjects } from '../entry/world.ts';

/** Lays runs out: slot, window, first pages. */
export function createControlHandler(ports: CorePorts): ReturnType<typeof createQueueHandler> {
  return createQueueHandler(ports.log, async (message, receipt) => {
    if (message.kind !== 'dispatch') throw new Error(`The control queue carries no ${message.kind} messages.`);
    await dispatchRun(ports, message, receipt);
  });
}

const wired = once(() => {
  const env = parseEnv('control', process.env);
  const machine = { clock: systemClock, chance: systemChance, log: consoleLog };
  const clients = {
    dynamodb: new DynamoDBClient(),
    sqs: new SQSClient(),
    objects: noLargeObjects,
  };
  return createControlHandler(createCorePorts(env, machine, clients));
});

export const handler: ReturnType<typeof createQueueHandler> = (event) => wired()(event);
