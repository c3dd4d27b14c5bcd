import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type Stage, TIMEOUT_MS } from './instance.ts';
import type { InstancePool } from './instance-pool.ts';
import { type CodeVersion, isNewer, readBy } from './rollout.ts';
import type { Queue, QueuedMessage } from './queues.ts';

export type QueueHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

type Say = (message: string) => void;

/** Messages handed over at a time, at most. */
const BATCH_SIZE = { control: 10, page: 10, callback: 10, intake: 1 } as const;
const MAX_CONCURRENCY = 4;

/** The event source mapping of a worker: hands its queue's messages to it in batches, deletes what did not fail. */
export function connect(
  stage: Stage,
  queue: Queue,
  worker: { readonly name: 'control' | 'page' | 'callback' | 'intake'; readonly pool: InstancePool<QueueHandler> },
  on: { readonly receive: (message: QueuedMessage) => void; readonly drop: Say; readonly forget: Say },
): void {
  let isPolling = false;
  const failedOnce = new WeakSet<object>();

  function poll(): void {
    isPolling = false;
    while (worker.pool.busy < MAX_CONCURRENCY) {
      const batch = queue.receive(BATCH_SIZE[worker.name]);
      if (batch.length === 0) return;
      for (const message of batch) on.receive(message);
      void hand(batch);
    }
  }

  async function hand(batch: readonly QueuedMessage[]): Promise<void> {
    stage.trace.add(`${worker.name} gets ${batch.map(({ body, receives }) => `${body} (${receives})`).join(' ')}`);
    let version: CodeVersion = 1;
    const answer = await worker.pool.invoke(TIMEOUT_MS[worker.name], async (handler, instance) => {
      version = instance.version;
      const refusedBefore = queue.traffic.timesRefused(instance.name);
      const answer = await handler({ Records: batch.map((message) => recordOf(queue, message, instance.version)) });
      const refused = queue.traffic.timesRefused(instance.name) - refusedBefore;
      // A request whose answer was lost is made again whole; a record that failed may have left work behind, which goes
      // on in a later invocation.
      if (answer.batchItemFailures.length > 0) failedOnce.add(instance);
      else if (refused > 0 && !failedOnce.has(instance) && !stage.adversary.isOn('applied_but_failed'))
        on.forget(`${instance.name} had ${refused} entries refused`);
      return answer;
    });
    if (answer !== null) {
      const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const newer = batch.filter(({ body }) => version === 1 && isNewer(body));
      if (newer.length > 0) stage.coverage.hit('fault:new_version', newer.length);
      const unread = newer.find(({ id }) => !failed.has(id));
      if (unread !== undefined) on.drop(`${worker.name} took ${unread.body}, which it cannot read`);
      for (const message of batch) if (!failed.has(message.id)) queue.delete(message);
    }
    wake();
  }

  function wake(): void {
    if (isPolling) return;
    isPolling = true;
    stage.timeline.after(stage.adversary.latency(), poll);
  }

  queue.onVisible = wake;
}

function recordOf(queue: Queue, { id, body, receives, receipt }: QueuedMessage, version: CodeVersion): SQSRecord {
  return {
    messageId: id,
    receiptHandle: String(receipt),
    body: readBy(version, body),
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: '0',
      SenderId: 'simulated',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:eu-central-1:1:${queue.name}`,
    awsRegion: 'eu-central-1',
  };
}
