import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { FUNCTIONS, type QueueWorker } from '../../shared/functions.ts';
import { isRepeated, type Stage } from './instance.ts';
import type { InstancePool } from './instance-pool.ts';
import { asOld, type CodeVersion, isNewer, readBy } from './rollout.ts';
import type { Queue, QueuedMessage } from './queues.ts';

/** One that answers nothing has the whole batch deleted unless it throws. */
export type QueueHandler = (event: SQSEvent) => Promise<SQSBatchResponse | void>;

type Say = (message: string) => void;

/** Invocations at once of a worker whose number is a setting. */
const AT_ONCE = 4;

/** The event source mapping of a worker: hands its queue's messages to it in batches, deletes what did not fail. */
export function connect(
  stage: Stage,
  queue: Queue,
  worker: {
    readonly name: QueueWorker;
    readonly pool: InstancePool<QueueHandler>;
  },
  on: {
    readonly receive: (message: QueuedMessage) => void;
    /** It is about to be deleted: its handler says that it is done. */
    readonly done: (message: QueuedMessage) => void;
    readonly drop: Say;
    readonly forget: Say;
  },
): void {
  const { batchSize, atOnce: ceiling } = FUNCTIONS[worker.name].queue;
  const atOnce = ceiling === 'workerConcurrency' ? AT_ONCE : ceiling;
  let isPolling = false;
  const failedOnce = new WeakSet<object>();

  function poll(): void {
    isPolling = false;
    while (worker.pool.busy < atOnce) {
      const batch = queue.receive(batchSize);
      if (batch.length === 0) return;
      for (const message of batch) on.receive(message);
      void hand(batch);
    }
  }

  function poisonOf(batch: readonly QueuedMessage[]): number | null {
    const { breakdowns, adversary } = stage;
    if (breakdowns === null || adversary.isCalm) return null;
    const poisons = batch.map(({ body }) => breakdowns.poisonOf(worker.name, asOld(body)));
    return poisons.find((ms) => ms !== null) ?? null;
  }

  async function hand(batch: readonly QueuedMessage[]): Promise<void> {
    stage.trace.add(`${worker.name} gets ${batch.map(({ body, receives }) => `${body} (${receives})`).join(' ')}`);
    let version: CodeVersion = 1;
    const failures = await worker.pool.invoke(async (handler, instance) => {
      version = instance.version;
      const poisonMs = poisonOf(batch);
      if (poisonMs !== null) stage.timeline.after(poisonMs, () => instance.die('poisoned'));
      const refusedBefore = queue.traffic.timesRefused(instance.name);
      const Records = batch.map((message) => recordOf(queue, message, instance.version));
      const { batchItemFailures: failures } = (await handler({ Records })) ?? { batchItemFailures: [] };
      if (poisonMs !== null) instance.die('poisoned');
      const refused = queue.traffic.timesRefused(instance.name) - refusedBefore;
      // A request whose answer was lost is made again whole; a record that failed may have left work behind, which goes
      // on in a later invocation.
      if (failures.length > 0) failedOnce.add(instance);
      else if (refused > 0 && !failedOnce.has(instance) && !isRepeated(stage))
        on.forget(`SQS refused ${refused} entries of ${instance.name}, which reported no message as failed`);
      return failures;
    });
    if (failures !== null) {
      const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
      const newer = batch.filter(({ body }) => version === 1 && isNewer(body));
      if (newer.length > 0) stage.coverage.hit('fault:new_version', newer.length);
      const unread = newer.find(({ id }) => !failed.has(id));
      if (unread !== undefined)
        on.drop(`${worker.name} reported ${unread.body} as handled, though it cannot read this version`);
      for (const message of batch) {
        if (failed.has(message.id)) continue;
        on.done(message);
        queue.delete(message);
      }
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

function recordOf(
  queue: Queue,
  { id, body, attributes, sentAt, receives, receipt }: QueuedMessage,
  version: CodeVersion,
): SQSRecord {
  const told = Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }]);
  return {
    messageId: id,
    receiptHandle: String(receipt),
    body: readBy(version, body),
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(Math.round(sentAt)),
      SenderId: 'simulated',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: Object.fromEntries(told),
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:eu-central-1:1:${queue.name}`,
    awsRegion: 'eu-central-1',
  };
}
