import { randomUUID } from 'node:crypto';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../account.ts';
import { asObject, asString } from './json-values.ts';
import { AwsServiceError, type CallContext, type ServiceAnswer, type TargetService } from './service.ts';
import { readNumber } from './sqs/limits.ts';
import { createQueue, getQueueAttributes, moveMessages, setQueueAttributes, type MoveTask } from './sqs/manage.ts';
import type { QueueState } from './sqs/queue.ts';
import { openQueues, type Queues } from './sqs/queues.ts';
import { createReceiver, type Receiver, type SqsChaos } from './sqs/receive.ts';
import { sendMessage, sendMessageBatch } from './sqs/send.ts';
import { changeVisibility, deleteMessage, answerBatch } from './sqs/receipts.ts';
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
   * Makes messages in flight visible again. To be called where every consumer is known to be gone, as at the start of a
   * runtime: otherwise the messages of a killed process stay hidden until their visibility timeout ends.
   */
  releaseInFlight(): void;
  close(): void;
}

/** What every operation works on. */
interface SqsContext {
  readonly queues: Queues;
  readonly receiver: Receiver;
  readonly waiters: Waiters;
  readonly now: () => number;
  readonly account: string;
  readonly arnOf: (name: string) => string;
  readonly moves: MoveTask[];
}

/**
 * Opens the queues under `dir`. Our own and not fauxqs, which takes no clock, knows no groups and has no calls in
 * process.
 */
export function openSqs(options: SqsOptions): Sqs {
  const { now, region = LOCAL_REGION, account = LOCAL_ACCOUNT } = options;
  const queues = openQueues(options.dir);
  const arnOf = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;
  const receiver = createReceiver({ queues, now, arnOf, chaos: options.chaos });
  const sqs: SqsContext = { queues, receiver, waiters: createWaiters(now), now, account, arnOf, moves: [] };
  return {
    async handle(operation, body, context) {
      const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (run === undefined)
        throw new AwsServiceError('UnsupportedOperation', `SQS stand-in: no operation ${operation}.`);
      return { status: 200, body: await run(sqs, asObject(body), context) } satisfies ServiceAnswer;
    },
    releaseInFlight() {
      const at = now();
      for (const queue of queues.all()) {
        const events = queue.inFlight(at).map(({ id }) => ({ op: 'hide', q: queue.name, id, until: at }) as const);
        queues.commit(...events);
        sqs.waiters.wake(queue);
      }
    },
    close() {
      sqs.waiters.close();
      queues.close();
    },
  };
}

type Operation = (sqs: SqsContext, input: Json, context: CallContext) => Json | Promise<Json>;

const operations: Readonly<Record<string, Operation>> = {
  CreateQueue(sqs, input, context) {
    createQueue(sqs.queues, input, sqs.now());
    return { QueueUrl: urlOf(sqs, asString(input['QueueName']), context) };
  },
  GetQueueUrl: (sqs, input, context) => ({
    QueueUrl: urlOf(sqs, sqs.queues.get(asString(input['QueueName'])).name, context),
  }),
  ListQueues: (sqs, input, context) => ({
    QueueUrls: [...sqs.queues.all()]
      .filter(({ name }) => name.startsWith(asString(input['QueueNamePrefix'])))
      .map(({ name }) => urlOf(sqs, name, context)),
  }),
  GetQueueAttributes(sqs, input) {
    const queue = queueOf(sqs, input);
    return getQueueAttributes(queue, sqs.arnOf(queue.name), input, sqs.now());
  },
  SetQueueAttributes(sqs, input) {
    setQueueAttributes(sqs.queues, queueOf(sqs, input), input);
    return {};
  },
  DeleteQueue(sqs, input) {
    sqs.queues.commit({ op: 'drop', q: queueOf(sqs, input).name });
    return {};
  },
  PurgeQueue(sqs, input) {
    sqs.queues.commit({ op: 'purge', q: queueOf(sqs, input).name });
    return {};
  },
  SendMessage(sqs, input, { traceHeader }) {
    const queue = queueOf(sqs, input);
    const { event, answer } = sendMessage(queue, input, { now: sqs.now(), traceHeader });
    sqs.queues.commit(event);
    sqs.waiters.wake(queue);
    return answer;
  },
  SendMessageBatch(sqs, input, { traceHeader }) {
    const queue = queueOf(sqs, input);
    const { events, answer } = sendMessageBatch(queue, input, { now: sqs.now(), traceHeader });
    sqs.queues.commit(...events);
    sqs.waiters.wake(queue);
    return answer;
  },
  async ReceiveMessage(sqs, input, { signal }) {
    const queue = queueOf(sqs, input);
    const ofQueue = Number(queue.attributes['ReceiveMessageWaitTimeSeconds'] ?? 0);
    const waitSeconds = readNumber(input['WaitTimeSeconds'], 'WaitTimeSeconds', 0, 20, ofQueue);
    const receive = (): readonly Json[] => sqs.receiver.receive(queue, input);
    const messages = await sqs.waiters.first(queue, waitSeconds * 1000, signal, receive);
    return messages.length === 0 ? {} : { Messages: messages };
  },
  DeleteMessage(sqs, input) {
    deleteMessage(sqs.queues, queueOf(sqs, input), input);
    return {};
  },
  DeleteMessageBatch(sqs, input) {
    const queue = queueOf(sqs, input);
    return answerBatch(input, (entry) => deleteMessage(sqs.queues, queue, entry));
  },
  ChangeMessageVisibility(sqs, input) {
    const queue = queueOf(sqs, input);
    changeVisibility(sqs.queues, queue, input, sqs.now());
    sqs.waiters.wake(queue);
    return {};
  },
  ChangeMessageVisibilityBatch(sqs, input) {
    const queue = queueOf(sqs, input);
    const answer = answerBatch(input, (entry) => changeVisibility(sqs.queues, queue, entry, sqs.now()));
    sqs.waiters.wake(queue);
    return answer;
  },
  StartMessageMoveTask(sqs, input) {
    sqs.moves.push(moveMessages(sqs.queues, input, sqs.now()));
    for (const queue of sqs.queues.all()) sqs.waiters.wake(queue);
    return { TaskHandle: randomUUID() };
  },
  ListMessageMoveTasks: (sqs, input) => ({
    Results: sqs.moves.filter(({ SourceArn }) => SourceArn === input['SourceArn']).slice(-10),
  }),
};

/** A queue's URL begins with the gateway's; only its last part, the name, is read. */
function urlOf(sqs: SqsContext, name: string, context: CallContext): string {
  return `${context.baseUrl}/${sqs.account}/${name}`;
}

function queueOf(sqs: SqsContext, input: Json): QueueState {
  return sqs.queues.get(asString(input['QueueUrl']).split('/').at(-1) ?? '');
}
