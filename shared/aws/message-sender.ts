import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { encodeMessage } from './messages.ts';
import type { Clock } from '../engine/ports.ts';
import type { Message, MessageSender } from '../engine/messages.ts';
import { type Batcher, createBatcher, PartialFlushError } from '../process/batcher.ts';
import type { InFlight } from '../process/in-flight.ts';
import type { WorkQueueName } from '../functions.ts';

/** URLs of the queues, by the function that reads them. A function has those to which it may send. */
export type QueueUrls = { readonly [Name in WorkQueueName]?: string | undefined };

interface Entry {
  readonly body: string;
  readonly group: string;
  readonly delaySeconds: number;
}

const BATCH_ENTRIES = 10; // SendMessageBatch's own limit

/**
 * Sends to SQS in batches of up to ten. The message group is the workspace: on a standard queue this prevents that a
 * busy workspace delays the others (Amazon SQS, "fair queues"). `maxWaitMs`: how long a message waits for others of its
 * batch; `inFlight`: the work in hand that may still send some. `send` rejects where SQS refused the message.
 */
export function createMessageSender(
  client: SQSClient,
  clock: Clock,
  urls: QueueUrls,
  maxWaitMs: number,
  inFlight?: InFlight,
): MessageSender {
  const queues = {
    control: queueOf(urls.control),
    page: queueOf(urls.page),
    callback: queueOf(urls.callback),
    intake: queueOf(urls.intake),
  };

  function queueOf(url: string | undefined): Batcher<Entry> | null {
    if (url === undefined) return null;
    return createBatcher(clock, { maxEntries: BATCH_ENTRIES, maxWaitMs, inFlight }, (entries) =>
      sendBatch(client, url, entries),
    );
  }

  return {
    async send(message, { workspaceUid, delayMs = 0 }) {
      const queue = queues[queueFor(message)];
      if (queue === null) throw new Error(`This function may not send ${message.kind} messages.`);
      const delaySeconds = Math.min(900, Math.ceil(delayMs / 1_000));
      await queue.add({ body: encodeMessage(message), group: workspaceUid, delaySeconds });
    },
  };
}

function queueFor(message: Message): keyof QueueUrls {
  const { kind } = message;
  return kind === 'page' || kind === 'callback' || kind === 'intake' ? kind : 'control';
}

async function sendBatch(client: SQSClient, url: string, entries: readonly Entry[]): Promise<void> {
  const { Failed: failed = [] } = await client.send(
    new SendMessageBatchCommand({
      QueueUrl: url,
      Entries: entries.map(({ body, group, delaySeconds }, index) => ({
        Id: String(index),
        MessageBody: body,
        MessageGroupId: group,
        DelaySeconds: delaySeconds,
      })),
    }),
  );
  if (failed.length === 0) return;
  const reasons = failed.map(({ Code, Message: text }) => `${Code ?? ''} ${text ?? ''}`.trim());
  throw new PartialFlushError(
    new Set(failed.map(({ Id }) => Number(Id))),
    `SQS refused entries: ${reasons.join('; ')}`,
  );
}
