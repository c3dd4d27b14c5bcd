import { randomUUID } from 'node:crypto';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../account.ts';
import {
  AwsServiceError,
  asObject,
  asString,
  type CallContext,
  type ServiceAnswer,
  type TargetService,
} from './service.ts';
import { readNumber } from './sqs/limits.ts';
import { createQueue, getQueueAttributes, moveMessages, setQueueAttributes, type MoveTask } from './sqs/manage.ts';
import type { QueueState } from './sqs/queue.ts';
import { openQueues, type Queues } from './sqs/queues.ts';
import { createReceiver, type Receiver, type SqsChaos } from './sqs/receive.ts';
import { sendMessage, sendMessageBatch } from './sqs/send.ts';
import { changeVisibility, deleteMessage, settleBatch } from './sqs/settle.ts';
import { createWaiters, type Waiters } from './sqs/waiters.ts';

type Json = Readonly<Record<string, unknown>>;

export interface SqsOptions {
  /** Null keeps the queues in memory. */
  readonly dir: string | null;
  readonly now: () => number;
  readonly region?: string;
  readonly account?: string;
  readonly chaos?: SqsChaos;
}

/** The SQS stand-in: standard queues, durable against a killed process. */
export interface Sqs extends TargetService {
  /**
   * Makes visible again what was received and not deleted. For who knows that every consumer is gone, as a runtime that
   * starts does: without it, what a killed process had in hand would show only when its visibility ends.
   */
  releaseInHand(): void;
  close(): void;
}

interface Shop {
  readonly queues: Queues;
  readonly receiver: Receiver;
  readonly waiters: Waiters;
  readonly now: () => number;
  readonly account: string;
  readonly arnOf: (name: string) => string;
  readonly moves: MoveTask[];
}

/** Opens the queues under `dir`. It is our own and not fauxqs, which has no clock to hand, no groups and no calls in process. */
export function openSqs(options: SqsOptions): Sqs {
  const { now, region = LOCAL_REGION, account = LOCAL_ACCOUNT } = options;
  const queues = openQueues(options.dir);
  const arnOf = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;
  const receiver = createReceiver({ queues, now, arnOf, chaos: options.chaos });
  const shop: Shop = { queues, receiver, waiters: createWaiters(now), now, account, arnOf, moves: [] };
  return {
    async handle(operation, body, context) {
      const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (run === undefined)
        throw new AwsServiceError('UnsupportedOperation', `SQS stand-in: no operation ${operation}.`);
      return { status: 200, body: await run(shop, asObject(body), context) } satisfies ServiceAnswer;
    },
    releaseInHand() {
      const at = now();
      for (const queue of queues.all()) {
        const events = queue.inHand(at).map(({ id }) => ({ op: 'hide', q: queue.name, id, until: at }) as const);
        queues.commit(...events);
        shop.waiters.wake(queue);
      }
    },
    close() {
      shop.waiters.close();
      queues.close();
    },
  };
}

type Operation = (shop: Shop, input: Json, context: CallContext) => Json | Promise<Json>;

const operations: Readonly<Record<string, Operation>> = {
  CreateQueue(shop, input, context) {
    createQueue(shop.queues, input, shop.now());
    return { QueueUrl: urlOf(shop, asString(input['QueueName']), context) };
  },
  GetQueueUrl: (shop, input, context) => ({
    QueueUrl: urlOf(shop, shop.queues.get(asString(input['QueueName'])).name, context),
  }),
  ListQueues: (shop, input, context) => ({
    QueueUrls: [...shop.queues.all()]
      .filter(({ name }) => name.startsWith(asString(input['QueueNamePrefix'])))
      .map(({ name }) => urlOf(shop, name, context)),
  }),
  GetQueueAttributes(shop, input) {
    const queue = queueOf(shop, input);
    return getQueueAttributes(queue, shop.arnOf(queue.name), input, shop.now());
  },
  SetQueueAttributes(shop, input) {
    setQueueAttributes(shop.queues, queueOf(shop, input), input);
    return {};
  },
  DeleteQueue(shop, input) {
    shop.queues.commit({ op: 'drop', q: queueOf(shop, input).name });
    return {};
  },
  PurgeQueue(shop, input) {
    shop.queues.commit({ op: 'purge', q: queueOf(shop, input).name });
    return {};
  },
  SendMessage(shop, input, { traceHeader }) {
    const queue = queueOf(shop, input);
    const { event, answer } = sendMessage(queue, input, { now: shop.now(), traceHeader });
    shop.queues.commit(event);
    shop.waiters.wake(queue);
    return answer;
  },
  SendMessageBatch(shop, input, { traceHeader }) {
    const queue = queueOf(shop, input);
    const { events, answer } = sendMessageBatch(queue, input, { now: shop.now(), traceHeader });
    shop.queues.commit(...events);
    shop.waiters.wake(queue);
    return answer;
  },
  async ReceiveMessage(shop, input, { signal }) {
    const queue = queueOf(shop, input);
    const ofQueue = Number(queue.attributes['ReceiveMessageWaitTimeSeconds'] ?? 0);
    const waitSeconds = readNumber(input['WaitTimeSeconds'], 'WaitTimeSeconds', 0, 20, ofQueue);
    const receive = (): readonly Json[] => shop.receiver.receive(queue, input);
    const messages = await shop.waiters.first(queue, waitSeconds * 1000, signal, receive);
    return messages.length === 0 ? {} : { Messages: messages };
  },
  DeleteMessage(shop, input) {
    deleteMessage(shop.queues, queueOf(shop, input), input);
    return {};
  },
  DeleteMessageBatch(shop, input) {
    const queue = queueOf(shop, input);
    return settleBatch(input, (entry) => deleteMessage(shop.queues, queue, entry));
  },
  ChangeMessageVisibility(shop, input) {
    const queue = queueOf(shop, input);
    changeVisibility(shop.queues, queue, input, shop.now());
    shop.waiters.wake(queue);
    return {};
  },
  ChangeMessageVisibilityBatch(shop, input) {
    const queue = queueOf(shop, input);
    const answer = settleBatch(input, (entry) => changeVisibility(shop.queues, queue, entry, shop.now()));
    shop.waiters.wake(queue);
    return answer;
  },
  StartMessageMoveTask(shop, input) {
    shop.moves.push(moveMessages(shop.queues, input, shop.now()));
    for (const queue of shop.queues.all()) shop.waiters.wake(queue);
    return { TaskHandle: randomUUID() };
  },
  ListMessageMoveTasks: (shop, input) => ({
    Results: shop.moves.filter(({ SourceArn }) => SourceArn === input['SourceArn']).slice(-10),
  }),
};

/** A queue's address is the gateway's; only its last part, the name, is ever read back. */
function urlOf(shop: Shop, name: string, context: CallContext): string {
  return `${context.baseUrl}/${shop.account}/${name}`;
}

function queueOf(shop: Shop, input: Json): QueueState {
  return shop.queues.get(asString(input['QueueUrl']).split('/').at(-1) ?? '');
}
