import type { Message } from '../../shared/engine/messages.ts';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { createScheduleStore } from '../../shared/storage/schedule-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { consoleLog, systemRandom, systemClock } from '../../shared/process/system.ts';
import { parseEnv } from '../../shared/api/env.ts';
import { decodeMessage, isOfLaterRelease } from '../../shared/aws/messages.ts';
import { shortHash } from '../../shared/domain/ids.ts';
import { handleDeadLetter } from '../../shared/engine/dead-letters/handle-dead-letter.ts';
import type { Log } from '../../shared/engine/ports.ts';
import type { FirePorts } from '../../shared/engine/schedules/schedule-ports.ts';
import { registerActions } from '../actions/index.ts';
import { once } from '../../shared/process/once.ts';
import { createCorePorts, noLargeObjects } from '../wiring/create-ports.ts';

/**
 * Ends the input, run or callback of each dead letter with an error. Dead letters come in batches of one: so the alarm
 * can count them by invocations, and an error thrown here keeps only that one in its queue, and raises the alarm on
 * errors.
 */
export function createDeadLetterHandler(ports: FirePorts): (event: SQSEvent) => Promise<void> {
  return async ({ Records: records }) => {
    for (const record of records) {
      const message = readMessage(ports.log, record);
      const { messageId, eventSourceARN, messageAttributes } = record;
      const queue = eventSourceARN.slice(eventSourceARN.lastIndexOf(':') + 1);
      // EventBridge Scheduler adds this attribute to each of its dead letters (user guide, "Configuring a DLQ").
      const isUndelivered = messageAttributes['ERROR_CODE'] !== undefined;
      const deadLetter = { messageId, by: shortHash(messageId), queue, isUndelivered };
      if (message !== null) await handleDeadLetter(ports, message, deadLetter);
    }
  };
}

/**
 * The message in a dead letter. Null for a body that cannot be read: it is logged as a whole, as nothing else can be
 * done. Throws for a message of a later release, so that it stays in the queue until that release is deployed again.
 */
function readMessage(log: Log, { messageId, body, eventSourceARN }: SQSRecord): Message | null {
  try {
    return decodeMessage(body);
  } catch (error) {
    const data = { message_id: messageId, queue: eventSourceARN, body, error: String(error) };
    if (isOfLaterRelease(body))
      throw new Error(`The dead letter ${messageId} is of a later release and stays for it.`, { cause: error });
    log.error('a dead letter cannot be read and is dropped', data);
    return null;
  }
}

const wired = once(() => {
  const env = parseEnv('dead-letters', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const dynamodb = new DynamoDBClient(sdkOptions());
  return createDeadLetterHandler({
    ...createCorePorts(env, machine, { dynamodb, sqs: new SQSClient(sdkOptions()), objects: noLargeObjects }),
    actions: registerActions(env.settings.extraActions),
    schedules: createScheduleStore(new Table(dynamodb, env.table, systemClock)),
  });
});

export const handler = (event: SQSEvent): Promise<void> => wired()(event);
