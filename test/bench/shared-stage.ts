import { LAUNCH_DEFAULTS } from '../../shared/domain/launch-terms.ts';
import type { SQSEvent } from 'aws-lambda';
import { createCallbackHandler } from '../../functions/workers/callback.ts';
import { createControlHandler } from '../../functions/workers/control.ts';
import { createPageHandler } from '../../functions/workers/page.ts';
import { createCorePorts } from '../../functions/wiring/create-ports.ts';
import { QueueState } from '../../infra/local/services/sqs/queue.ts';
import { settingsOf } from '../../infra/settings.ts';
import { createKeyring } from '../../shared/aws/keyring.ts';
import { Table } from '../../shared/storage/table.ts';
import { createCallbackSecrets } from '../../shared/aws/callback-secrets.ts';
import { systemRandom } from '../../shared/process/system.ts';
import { startRun } from '../../shared/engine/launch/start-run.ts';
import type { CallbackSender, Log } from '../../shared/engine/ports.ts';
import type { Action } from '../../shared/sdk/action.ts';
import { createRegistry } from '../../shared/sdk/action-registry.ts';
import { openEngine, TABLE_NAME } from '../support/open-table.ts';
import { recordOf, silentLog } from './bench-system.ts';
import { createDynamoDbClient, createSqsClient, latencyOn, type SentMessage } from './in-process-aws.ts';
import { Tally } from './tally.ts';
import { VirtualClock } from './virtual-clock.ts';
import { anyCallback } from '../support/any-callback.ts';

export interface SharedStageOptions {
  readonly actions: readonly Action[];
  /** Invocations of the page and of the callback worker at once. */
  readonly workers: { readonly page: number; readonly callback: number };
  /** False: nobody is kept to a share of them. */
  readonly isShared: boolean;
  readonly senderOn: (clock: VirtualClock) => CallbackSender;
}

/** The engine's workers on fair queues, used by several workspaces at once, on a clock that jumps. */
export interface SharedStage {
  readonly clock: VirtualClock;
  launch(run: {
    readonly workspaceUid: string;
    readonly actionName: string;
    readonly inputs: readonly Readonly<Record<string, unknown>>[];
    readonly callbackUrl: string;
  }): Promise<void>;
  /** Lets workers begin nothing any more; what they have begun ends. */
  close(): void;
}

type QueueName = 'control' | 'page' | 'callback';
type Handler = (event: SQSEvent) => Promise<{ readonly batchItemFailures: readonly unknown[] }>;

const START = Date.UTC(2030, 0, 1);
const BATCH = 10;
const LATENCIES = { dynamodbMs: 4, sqsMs: 8 };
/** From a queue to its worker. */
const POLL_MS = 20;
const QUEUES = 'https://sqs.us-east-1.amazonaws.com/123456789012';
/** More than anybody could hold. */
const NO_END_OF_WORKERS = 1_000_000;
/** That receivers are not there is what this is about. */
const log: Log = { ...silentLog, warn: () => undefined };

export function openSharedStage({ actions, workers, isShared, senderOn }: SharedStageOptions): SharedStage {
  const clock = new VirtualClock(START);
  const engine = openEngine({ now: () => clock.now() });
  const queueOf = (name: QueueName): QueueState => new QueueState(name, {}, START);
  const queues = { control: queueOf('control'), page: queueOf('page'), callback: queueOf('callback') };
  const state = { isOpen: true, arrival: Promise.withResolvers<void>() };
  const tally = new Tally();

  function deliver(url: string, { body, group, delayMs }: SentMessage): void {
    const id = systemRandom.uuid(); // that of the client is its own only
    const name = url.slice(url.lastIndexOf('/') + 1) as QueueName; // cast: the urls are the ones below
    queues[name].put({
      id,
      body,
      groupId: group,
      attributes: {},
      traceHeader: null,
      senderId: 'bench',
      sentAt: clock.now(),
      deadFrom: null,
      receiveCount: 0,
      firstReceivedAt: null,
      visibleAt: clock.now() + delayMs,
    });
    clock.after(delayMs + POLL_MS, wake);
  }

  function wake(): void {
    state.arrival.resolve();
    state.arrival = Promise.withResolvers();
  }

  /** Every worker is a Lambda of its own: its clients, caches and what it knows of hosts are shared with nobody. */
  const openDynamoDb = () => createDynamoDbClient(engine, () => tally, latencyOn(clock, LATENCIES.dynamodbMs));

  function openPorts() {
    const dynamodb = openDynamoDb();
    const sqs = createSqsClient(deliver, () => tally, latencyOn(clock, LATENCIES.sqsMs));
    const env = {
      table: TABLE_NAME,
      settings: settingsOf('prod').runtime,
      controlQueueUrl: `${QUEUES}/control`,
      pageQueueUrl: `${QUEUES}/page`,
      callbackQueueUrl: `${QUEUES}/callback`,
    };
    return createCorePorts(env, { clock, random: systemRandom, log }, { dynamodb, sqs, objects: noObjects });
  }

  async function work(queue: QueueState, handler: Handler): Promise<void> {
    while (state.isOpen) {
      const batch = takeBatch(queue, clock.now());
      if (batch.length === 0) {
        await state.arrival.promise;
        continue;
      }
      await handler({ Records: batch.map(recordOf) });
      for (const { id } of batch) queue.remove(id);
    }
  }

  const registry = createRegistry(Object.fromEntries(actions.map((action) => [`${action.name}.ts`, action])));
  const keyring = createKeyring(Buffer.alloc(32, 7), (size) => systemRandom.bytes(size));
  const secrets = createCallbackSecrets(
    () => Promise.resolve(keyring),
    new Table(openDynamoDb(), TABLE_NAME, clock),
    clock,
  );
  const counted = (count: number): number => (isShared ? count : NO_END_OF_WORKERS);
  const page = (): Handler =>
    createPageHandler({ ...openPorts(), actions: registry, actionServices: noServices }, counted(workers.page));
  const callback = (): Handler =>
    createCallbackHandler(
      { ...openPorts(), sender: senderOn(clock), secrets, callbackPolicy: anyCallback },
      counted(workers.callback),
    );
  void work(queues.control, createControlHandler({ ...openPorts(), actions: registry }));
  for (let n = 0; n < workers.page; n += 1) void work(queues.page, page());
  for (let n = 0; n < workers.callback; n += 1) void work(queues.callback, callback());
  const api = { ...openPorts(), actions: registry, secrets, callbackPolicy: anyCallback };

  return {
    clock,
    async launch({ callbackUrl, ...run }) {
      await startRun(api, {
        ...run,
        parameters: {},
        callback: { url: callbackUrl, headers: {}, on: 'all' },
        name: null,
        ...LAUNCH_DEFAULTS,
        dependsOn: [],
        scheduleAt: null,
      });
    },
    close() {
      state.isOpen = false;
      wake();
    },
  };
}

function takeBatch(queue: QueueState, now: number): { readonly id: string; readonly body: string }[] {
  const batch: { readonly id: string; readonly body: string }[] = [];
  while (batch.length < BATCH) {
    const message = queue.takeDue(now);
    if (message === undefined) break;
    batch.push(message);
  }
  queue.received(
    batch.map(({ id }) => id),
    now,
    Infinity,
  );
  return batch;
}

const noObjects = {
  put: (key: string) => Promise.reject(new Error(`The bench puts no object ${key}.`)),
  get: (key: string) => Promise.reject(new Error(`The bench has no object ${key}.`)),
};

const noServices = {
  enter: <Result>(_: object, work: () => Promise<Result>): Promise<Result> => work(),
  forWorkspace: () => ({
    fetch: () => Promise.reject(new Error('The bench has no network.')),
    secret: () => Promise.reject(new Error('The bench has no secrets.')),
    maskSecrets: (text: string) => text,
    findSecret: () => null,
  }),
};
