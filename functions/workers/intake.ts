import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createLargeObjects } from '../../shared/aws/large-objects.ts';
import { createUploadObjects } from '../../shared/aws/upload-objects.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { consoleLog, systemRandom, systemClock } from '../../shared/process/system.ts';
import { parseEnv } from '../../shared/api/env.ts';
import { type IntakePorts, intakeRun } from '../../shared/engine/launch/intake-run.ts';
import { registerActions } from '../actions/index.ts';
import { once } from '../../shared/process/once.ts';
import { createQueueHandler } from '../wiring/create-queue-handler.ts';
import { createCorePorts } from '../wiring/create-ports.ts';

/** Reads uploads: one message for the whole upload of a run. */
export function createIntakeHandler(ports: IntakePorts): ReturnType<typeof createQueueHandler> {
  return createQueueHandler(ports, async (message) => {
    if (message.kind !== 'intake') throw new Error(`The intake queue carries no ${message.kind} messages.`);
    await intakeRun(ports, message);
  });
}

const wired = once(() => {
  const env = parseEnv('intake', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const dynamodb = new DynamoDBClient(sdkOptions());
  return createIntakeHandler({
    ...createCorePorts(env, machine, {
      dynamodb,
      sqs: new SQSClient(sdkOptions()),
      objects: createLargeObjects(dynamodb.config, env.bucket, process.env),
    }),
    actions: registerActions(env.settings.extraActions),
    uploads: createUploadObjects(dynamodb.config, env.bucket, process.env),
  });
});

export const handler: ReturnType<typeof createQueueHandler> = (event) => wired()(event);
