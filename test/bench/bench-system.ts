import { LAUNCH_DEFAULTS } from '../../shared/domain/launch-terms.ts';
import type { DryRun } from '../../shared/domain/dry-run.ts';
import { FUNCTIONS } from '../../shared/functions.ts';
import type { ActionServices } from '../../shared/engine/ports.ts';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { createCallbackHandler } from '../../functions/workers/callback.ts';
import { createControlHandler } from '../../functions/workers/control.ts';
import { createPageHandler } from '../../functions/workers/page.ts';
import { createSweepHandler } from '../../functions/workers/sweep.ts';
import { createCorePorts } from '../../functions/wiring/create-ports.ts';
import { nextTime } from '../../shared/domain/schedule-times.ts';
import type { FireMessage, Message } from '../../shared/engine/messages.ts';
import { putSchedule } from '../../shared/engine/schedules/put-schedule.ts';
import { createScheduleStore } from '../../shared/storage/schedule-store.ts';
import { Table } from '../../shared/storage/table.ts';
import type { DynamoDbEngine } from '../../infra/local/dynamodb/engine.ts';
import { settingsOf } from '../../infra/settings.ts';
import { createKeyring } from '../../shared/aws/keyring.ts';
import { createCallbackSecrets } from '../../shared/aws/callback-secrets.ts';
import type { GatherLimits } from '../../shared/engine/pages/gather-ends.ts';
import type { LargeObjects } from '../../shared/storage/progress-store.ts';
import { systemRandom } from '../../shared/process/system.ts';
import type { CorePorts, Log } from '../../shared/engine/ports.ts';
import { dryRunLaunch } from '../../shared/engine/launch/dry-run-launch.ts';
import type { Launch } from '../../shared/engine/launch/check-launch.ts';
import { startRun } from '../../shared/engine/launch/start-run.ts';
import type { Action } from '../../shared/sdk/action.ts';
import { createRegistry } from '../../shared/sdk/action-registry.ts';
import { openEngine, TABLE_NAME } from '../support/open-table.ts';
import { drainQueues, Queue, type QueueName, type WorkerPool } from './bench-queue.ts';
import {
  createDynamoDbClient,
  createSqsClient,
  type Latencies,
  latencyOn,
  type SentMessage,
} from './in-process-aws.ts';
import { Tally } from './tally.ts';
import { VirtualClock } from './virtual-clock.ts';
import { anyCallback } from '../support/any-callback.ts';

export interface BenchSystemOptions {
  readonly action: Action;
  /** Messages a worker takes at most, and how many workers of a kind there are. */
  readonly batch: number;
  readonly workers: number;
  readonly inputsInFlight: number;
  /** False: callbacks are sent to their queue and lie there. */
  readonly deliversCallbacks: boolean;
  readonly latencies: Latencies;
  /** Absent: as deployed. */
  readonly gather?: GatherLimits;
  /** How long the next page takes, virtual ms; absent: no time. */
  readonly pageMs?: () => number;
  /** How long the receiver takes to answer, virtual ms; absent: no time. */
  readonly receiverMs?: number;
}

/** The engine's own handlers and stores over in-process services, on a clock that jumps. */
export interface BenchSystem {
  readonly engine: DynamoDbEngine;
  /** Takes a run; `scheduleAt`: it begins then (virtual epoch ms). */
  launch(
    inputs: readonly Readonly<Record<string, unknown>>[],
    callbackUrl: string | null,
    scheduleAt?: number,
  ): Promise<string>;
  /** What the same launch would do. */
  dryRun(inputs: readonly Readonly<Record<string, unknown>>[], callbackUrl: string | null): Promise<DryRun>;
  /** Takes a schedule of one input; gives the message that EventBridge would send for a time of it. */
  schedule(cron: string, input: Readonly<Record<string, unknown>>): Promise<FireMessage>;
  /** Puts a message into the queue it belongs to. */
  queue(message: Message): Promise<void>;
  /** For what no worker does. */
  readonly ports: CorePorts;
  /** Lets the workers work until no message is left. */
  drain(): Promise<void>;
  /** Virtual epoch ms. */
  now(): number;
  /** Lets so much time pass, then one sweep. */
  sweepAfter(ms: number): Promise<void>;
  /** The bill since the last call. */
  takeTally(): Tally;
}

type Handler = (event: SQSEvent) => Promise<{ readonly batchItemFailures: readonly unknown[] }>;

export const WORKSPACE = '11111111-1111-4111-8111-111111111111';
const START = Date.UTC(2030, 0, 1);
const QUEUES = 'https://sqs.us-east-1.amazonaws.com/123456789012';
const URLS = { control: `${QUEUES}/control`, page: `${QUEUES}/page`, callback: `${QUEUES}/callback` };

/** Says what goes wrong and nothing else. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message, data) => console.error(message, data),
  error: (message, data) => console.error(message, data),
};

export function openBenchSystem(options: BenchSystemOptions): BenchSystem {
  const clock = new VirtualClock(START);
  const engine = openEngine({ now: () => clock.now() });
  let tally = new Tally();
  const queues: Record<QueueName, Queue> = { control: new Queue(), page: new Queue(), callback: new Queue() };
  let delayed = 0;
  const deliver = (url: string, message: SentMessage): void => {
    const name = url.slice(url.lastIndexOf('/') + 1) as QueueName; // cast: the urls are the ones above
    if (message.delayMs === 0) return queues[name].push(message);
    delayed += 1;
    clock.after(message.delayMs, () => {
      delayed -= 1;
      queues[name].push(message);
    });
  };

  /** Every worker is a Lambda of its own: its clients, caches and batchers are shared with nobody. */
  const openDynamoDb = () => createDynamoDbClient(engine, () => tally, latencyOn(clock, options.latencies.dynamodbMs));
  const openTable = () => new Table(openDynamoDb(), TABLE_NAME, clock);

  function openPorts(): CorePorts {
    const { runtime } = settingsOf('prod');
    const dynamodb = openDynamoDb();
    const sqs = createSqsClient(deliver, () => tally, latencyOn(clock, options.latencies.sqsMs));
    const env = {
      table: TABLE_NAME,
      settings: { ...runtime, inputsInFlight: options.inputsInFlight },
      controlQueueUrl: URLS.control,
      pageQueueUrl: URLS.page,
      callbackQueueUrl: URLS.callback,
    };
    const ports = createCorePorts(env, { clock, random: systemRandom, log: silentLog }, { dynamodb, sqs, objects });
    return { ...ports, settings: { ...ports.settings, inputsAPlace: 1 } };
  }

  const stored = new Map<string, Uint8Array>();
  const objects: LargeObjects = {
    async put(key, bytes) {
      tally.objectPuts += 1;
      stored.set(key, bytes);
    },
    async get(key) {
      tally.objectGets += 1;
      const bytes = stored.get(key);
      if (bytes === undefined) throw new Error(`There is no object ${key}.`);
      return bytes;
    },
  };
  const actions = createRegistry({ 'bench-action.ts': options.action });
  const keyring = createKeyring(Buffer.alloc(32, 7), (size) => systemRandom.bytes(size));
  const secrets = createCallbackSecrets(() => Promise.resolve(keyring), openTable(), clock);
  const actionServices: ActionServices = {
    async enter(_, work) {
      const takes = options.pageMs?.() ?? 0;
      if (takes > 0) await clock.sleep(takes);
      return work();
    },
    forWorkspace: () => ({
      fetch: () => Promise.reject(new Error('The bench has no network.')),
      secret: () => Promise.reject(new Error('The bench has no secrets.')),
      maskSecrets: (text: string) => text,
      findSecret: () => null,
    }),
  };
  const sender = {
    async post() {
      if (options.receiverMs !== undefined) await clock.sleep(options.receiverMs);
      return { kind: 'answered', status: 204, body: '', retryAfter: undefined } as const;
    },
  };
  const api = { ...openPorts(), actions, secrets, callbackPolicy: anyCallback };
  const sweep = createSweepHandler(openPorts());
  const schedules = createScheduleStore(
    new Table(
      createDynamoDbClient(engine, () => tally, latencyOn(clock, options.latencies.dynamodbMs)),
      TABLE_NAME,
      clock,
    ),
  );
  const entries = { putEntry: async () => undefined, deleteEntry: async () => undefined, hasEntry: async () => true };
  const pools: WorkerPool<Handler>[] = [
    { name: 'control', handlers: [createControl()] },
    {
      name: 'page',
      handlers: many(() =>
        createPageHandler({ ...openPorts(), actions, actionServices }, options.workers, options.gather),
      ),
    },
  ];
  if (options.deliversCallbacks) {
    pools.push({
      name: 'callback',
      handlers: many(() =>
        createCallbackHandler({ ...openPorts(), sender, secrets, callbackPolicy: anyCallback }, options.workers),
      ),
    });
  }
  function createControl(): Handler {
    const ports = { ...openPorts(), actions };
    return createControlHandler(ports, { schedules: { ...ports, schedules, entries } });
  }
  function many(open: () => Handler): Handler[] {
    return Array.from({ length: options.workers }, open);
  }

  async function invoke(name: QueueName, handler: Handler, batch: readonly SentMessage[]): Promise<void> {
    tally.sqsReceives += 1;
    const startedAt = clock.now();
    const { batchItemFailures } = await handler({ Records: batch.map(recordOf) });
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages of ${name} failed.`);
    tally.addInvocation(name, batch.length, clock.now() - startedAt, FUNCTIONS[name].memoryMb);
    tally.sqsDeletes += 1;
  }

  function launchOf(inputs: Launch['inputs'], callbackUrl: string | null): Launch {
    return {
      workspaceUid: WORKSPACE,
      actionName: options.action.name,
      inputs,
      parameters: {},
      callback: callbackUrl === null ? null : { url: callbackUrl, headers: {}, on: 'all' },
      name: null,
      ...LAUNCH_DEFAULTS,
      dependsOn: [],
      scheduleAt: null,
    };
  }

  return {
    engine,
    async launch(inputs, callbackUrl, scheduleAt) {
      const launch = launchOf(inputs, callbackUrl);
      const { definition } = await startRun(api, scheduleAt === undefined ? launch : { ...launch, scheduleAt });
      return definition.uid;
    },
    dryRun: (inputs, callbackUrl) => dryRunLaunch(api, launchOf(inputs, callbackUrl)),
    async schedule(cron, input) {
      const { schedule } = await putSchedule(
        { ...api, schedules },
        {
          workspaceUid: WORKSPACE,
          actionName: options.action.name,
          inputs: [input],
          parameters: {},
          callback: null,
          name: null,
          ...LAUNCH_DEFAULTS,
          cron,
          scheduleAt: null,
          timezone: 'UTC',
          overlap: 'allow',
          catchUpSeconds: 3_600,
          jitterSeconds: 0,
        },
      );
      const nominalAt = nextTime(schedule, clock.now()) ?? 0;
      return { kind: 'fire', scheduleUid: schedule.uid, nominalAt, revision: null };
    },
    queue: (message) => api.messages.send(message, { workspaceUid: WORKSPACE }),
    ports: api,
    async drain() {
      await drainQueues(pools, queues, options.batch, clock, invoke, () => delayed);
      if (!options.deliversCallbacks) queues.callback.take(Infinity);
    },
    now: () => clock.now(),
    async sweepAfter(ms) {
      await clock.sleep(ms);
      await sweep();
    },
    takeTally() {
      const taken = tally;
      tally = new Tally();
      return taken;
    },
  };
}

export function recordOf({ id, body }: Pick<SentMessage, 'id' | 'body'>): SQSRecord {
  return {
    messageId: id,
    receiptHandle: id,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(START),
      SenderId: 'bench',
      ApproximateFirstReceiveTimestamp: String(START),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:bench',
    awsRegion: 'us-east-1',
  };
}
