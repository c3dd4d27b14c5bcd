import type { Message } from '../../shared/engine/messages.ts';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { createApiPorts } from '../../functions/http/api-ports.ts';
import type { ApiPorts } from '../../functions/http/create-api-handler.ts';
import { createCorePorts } from '../../functions/wiring/create-ports.ts';
import { createLaunchHandler } from '../../functions/api/launch.ts';
import { createLiveHandler } from '../../functions/api/live.ts';
import { createRunHandler } from '../../functions/api/run.ts';
import { createRunsHandler } from '../../functions/api/runs.ts';
import { createSchedulesHandler } from '../../functions/api/schedules.ts';
import { createVerbsHandler } from '../../functions/api/verbs.ts';
import { createWorkspaceHandler } from '../../functions/api/workspace.ts';
import { createCallbackHandler } from '../../functions/workers/callback.ts';
import { createDeadLetterHandler } from '../../functions/workers/dead-letters.ts';
import { createControlHandler } from '../../functions/workers/control.ts';
import { createIntakeHandler } from '../../functions/workers/intake.ts';
import { createPageHandler } from '../../functions/workers/page.ts';
import { createSweepHandler } from '../../functions/workers/sweep.ts';
import { createCredentialReader } from '../../shared/aws/credential-reader.ts';
import { createEntryScheduler } from '../../shared/aws/entry-scheduler.ts';
import { createKeyring } from '../../shared/aws/keyring.ts';
import { createCallbackPolicy } from '../../shared/aws/outbound.ts';
import { createCallbackSecrets } from '../../shared/aws/callback-secrets.ts';
import { createApiKeyStore } from '../../shared/storage/api-key-store.ts';
import { createCredentialStore } from '../../shared/storage/credential-store.ts';
import { createBulkStore } from '../../shared/storage/bulk-store.ts';
import { createRunReader } from '../../shared/storage/run-reader.ts';
import { createRemovalStore } from '../../shared/storage/removal-store.ts';
import { createSigningSecretStore } from '../../shared/storage/signing-secret-store.ts';
import { createScheduleStore } from '../../shared/storage/schedule-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { createNotificationReader, createNotificationSettingStore } from '../../shared/storage/notification-store.ts';
import { createUploadStore } from '../../shared/storage/upload-store.ts';
import { createWorkspaceStore } from '../../shared/storage/workspace-store.ts';
import type { Log } from '../../shared/engine/ports.ts';
import type { RuntimeSettings } from '../../shared/api/env.ts';
import { openEngine, TABLE_NAME } from '../support/open-table.ts';
import { createDynamoDbClient, createSqsClient } from './aws-clients.ts';
import { createDynamoDb, createSqs } from './services.ts';
import { createShortDynamoDbClient, createShortSqsClient } from '../support/short-clients.ts';
import { connect, type QueueHandler } from './event-source.ts';
import { type Instance, PAGE_TIMEOUT, type Stage } from './instance.ts';
import { InstancePool } from './instance-pool.ts';
import type { Observer } from './observer.ts';
import { type QueuedMessage, Queues } from './queues.ts';
import { createReceivers, type ReceiverNature } from './receivers.ts';
import { asOld } from './rollout.ts';
import { SimulatedScheduler } from './schedules/simulated-scheduler.ts';
import { SimulatedBucket } from './simulated-bucket.ts';
import type { Truth } from './truth.ts';
import { createUpstream, scriptedActions } from './upstream.ts';
import { type Workload, workersOf } from './workload.ts';

const PUBLIC_URL = 'https://api.example.com';
export const MASTER_SECRET = Buffer.from('a master secret for simulated stages, known to everybody');

type ApiHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** A whole stage in memory: the real functions over simulated services. */
export interface Deployment {
  readonly queues: Queues;
  readonly bucket: SimulatedBucket;
  readonly launch: InstancePool<ApiHandler>;
  readonly live: InstancePool<ApiHandler>;
  readonly verbs: InstancePool<ApiHandler>;
  readonly schedules: InstancePool<ApiHandler>;
  readonly workspace: InstancePool<ApiHandler>;
  readonly run: InstancePool<ApiHandler>;
  readonly runs: InstancePool<ApiHandler>;
  /** The functions that answer reads, on another stage and without rate limits. */
  onlookers(stage: Stage): Pick<Deployment, 'run' | 'runs'>;
  readonly scheduler: SimulatedScheduler;
  readonly sweep: InstancePool<() => Promise<unknown>>;
  /** Invocations under way, of all functions. */
  busy(): number;
  /** From now on every receiver behaves like this, or each as the workload has it. */
  turnReceivers(nature: ReceiverNature | 'as drawn'): void;
  /** Puts items into the table before anything happens. */
  write(items: readonly object[]): Promise<void>;
}

export function deploy(
  stage: Stage,
  workload: Workload,
  truth: Truth,
  observer: Observer,
  clients: 'sdk' | 'short',
): Deployment {
  const isShort = clients === 'short';
  const { adversary, timeline, seed } = stage;
  const chaos = adversary.strikes('stale_reads') ? { chaos: { seed } } : {};
  const engine = openEngine({ now: () => timeline.now(), ...chaos });
  const queues = new Queues(stage, workload.maxReceives);
  const bucket = new SimulatedBucket();
  const servicesOf = createUpstream(stage, truth);
  const natures = [...workload.receivers];
  const pagers = [...(workload.notifications?.pagers ?? [])];
  const senderOf = createReceivers(stage, truth, { natures, pagers });
  const dynamoDbService = createDynamoDb(engine, observer, adversary);
  const sqsService = createSqs(queues);
  const tellDifference = (message: string): void => observer.violate('shortClientsDoAsTheSdk', message);
  const scheduler = new SimulatedScheduler(stage, queues);
  const env = { table: TABLE_NAME, settings: settingsOf(workload), ...urlsOf(queues) };

  function portsOf(instance: Instance) {
    const dynamodb = isShort
      ? createShortDynamoDbClient((operation, body) => dynamoDbService(instance, operation, body))
      : createDynamoDbClient(instance, dynamoDbService, tellDifference);
    const sqs = isShort
      ? createShortSqsClient((operation, body) => sqsService(instance, operation, body))
      : createSqsClient(instance, sqsService, tellDifference);
    const objects = bucket.pagesOf(instance);
    const uploads = bucket.uploadsOf(instance);
    const clients = { dynamodb, sqs, objects };
    const { clock, random, log } = instance;
    const machine = { clock, random, log };
    const keyring = () => readKeyring(instance);
    const table = new Table(dynamodb, TABLE_NAME, clock);
    const workspaces = createWorkspaceStore(table);
    const credentials = createCredentialStore(table);
    const core = createCorePorts(env, machine, clients);
    return {
      ...core,
      // A run takes all the places it may have, however small it is.
      settings: { ...core.settings, inputsAPlace: 1, ...sumsOf(workload) },
      actions: scriptedActions,
      actionServices: servicesOf(instance, createCredentialReader(credentials, keyring, clock)),
      sender: senderOf(instance),
      secrets: createCallbackSecrets(keyring, table, clock),
      callbackPolicy: createCallbackPolicy({ allowedPorts: [443], allowLocalHttp: false }, async () => null),
      api: createApiPorts(machine, table, { publicUrl: PUBLIC_URL, settings: env.settings }),
      reader: createRunReader(table, objects),
      bulks: createBulkStore(table),
      schedules: createScheduleStore(table),
      workspaces,
      credentials,
      sealCredential: async (value: string, aad: string) => (await keyring()).seal(value, aad),
      keys: createApiKeyStore(table),
      signingSecrets: createSigningSecretStore(table),
      readLimits: () => Promise.reject(new Error('No caller asks for limits.')),
      now: () => clock.now(),
      randomBytes: (count: number) => random.bytes(count),
      version: 'simulated',
      userAgent: 'simulated',
      stage: 'simulated',
      table,
      uploads: { ...createUploadStore(table, () => clock.now()), ...uploads },
      keyring,
      notifications: createNotificationSettingStore(table),
      notificationReader: createNotificationReader(table),
    };
  }

  const launch = new InstancePool<ApiHandler>(stage, 'launch', (instance) => {
    const { api, uploads, ...ports } = portsOf(instance);
    return createLaunchHandler(api, ports, uploads);
  });
  const live = new InstancePool<ApiHandler>(stage, 'live', (instance) => {
    const { api, keyring, ...ports } = portsOf(instance);
    return createLiveHandler(api, ports, keyring);
  });
  const verbs = new InstancePool<ApiHandler>(stage, 'verbs', (instance) => {
    const { api, ...ports } = portsOf(instance);
    return createVerbsHandler(api, ports);
  });
  const workspace = new InstancePool<ApiHandler>(stage, 'workspace', (instance) => {
    const { api, ...ports } = portsOf(instance);
    return createWorkspaceHandler(api, ports);
  });
  const schedules = new InstancePool<ApiHandler>(stage, 'schedules', (instance) => {
    const { api, ...ports } = portsOf(instance);
    return createSchedulesHandler(api, ports);
  });
  const readersOn = (on: Stage, own: Partial<ApiPorts>): Pick<Deployment, 'run' | 'runs'> => ({
    run: new InstancePool<ApiHandler>(on, 'run', (instance) => {
      const { api, ...ports } = portsOf(instance);
      return createRunHandler({ ...api, ...own }, ports);
    }),
    runs: new InstancePool<ApiHandler>(on, 'runs', (instance) => {
      const { api, ...ports } = portsOf(instance);
      return createRunsHandler({ ...api, ...own }, ports);
    }),
  });
  const { run, runs } = readersOn(stage, {});
  const sweep = new InstancePool(stage, 'sweep', (instance) => createSweepHandler(portsOf(instance)));
  const control = new InstancePool<QueueHandler>(stage, 'control', (one) => {
    const ports = portsOf(one);
    const entries = createEntryScheduler(scheduler.clientOf(one), ENTRY_TARGET);
    const removal = createRemovalStore(ports.table, bucket.removalOf(one), one.clock);
    return createControlHandler(ports, { schedules: { ...ports, entries }, removal, sums: ports, bulks: ports });
  });
  const workers = workersOf(seed, workload);
  const page = new InstancePool<QueueHandler>(stage, 'page', (one) => createPageHandler(portsOf(one), workers));
  const callback = new InstancePool<QueueHandler>(stage, 'callback', (one) =>
    createCallbackHandler(portsOf(one), workers),
  );
  const seenTo = new Set<string>();
  const deadLetters = new InstancePool<QueueHandler>(stage, 'dead-letters', (one) => {
    const ports = portsOf(one);
    return createDeadLetterHandler({ ...ports, log: notingLetters(stage, seenTo, ports.log) });
  });

  const drop = (message: string): void => observer.violate('unknownVersionsComeAgain', message);
  const forget = (message: string): void => observer.violate('refusalsAreToldOf', message);
  const nothing = (): void => undefined;
  const on = { receive: nothing, done: nothing, drop, forget };
  connect(stage, queues.control, { name: 'control', pool: control }, on);
  connect(stage, queues.page, { name: 'page', pool: page }, on);
  const noteAttempt = ({ body }: QueuedMessage): void => noteFirst(truth, body);
  connect(stage, queues.callback, { name: 'callback', pool: callback }, { ...on, receive: noteAttempt });
  const done = ({ id, body }: QueuedMessage): void => {
    if (!seenTo.has(id))
      observer.violate('lettersAreSeenTo', `a dead letter was deleted without a logged outcome: ${body}`);
  };
  connect(stage, queues.deadLetters, { name: 'dead-letters', pool: deadLetters }, { ...on, done });
  const { readBytes, chunkBytes } = workload.uploads ?? {};
  const sizes = readBytes === undefined || chunkBytes === undefined ? {} : { readBytes, chunkBytes };
  const intake = new InstancePool<QueueHandler>(stage, 'intake', (one) =>
    createIntakeHandler({ ...portsOf(one), ...sizes }),
  );
  connect(stage, queues.intake, { name: 'intake', pool: intake }, on);
  const pools = [
    launch,
    live,
    verbs,
    schedules,
    workspace,
    run,
    runs,
    sweep,
    control,
    page,
    callback,
    intake,
    deadLetters,
  ];
  return {
    queues,
    bucket,
    launch,
    live,
    verbs,
    schedules,
    workspace,
    run,
    runs,
    onlookers: (quiet) => readersOn(quiet, { spendRate: unlimited }),
    scheduler,
    sweep,
    turnReceivers: (nature) => {
      const drawn = { natures: workload.receivers, pagers: workload.notifications?.pagers ?? [] };
      natures.splice(0, Infinity, ...drawn.natures.map((own) => (nature === 'as drawn' ? own : nature)));
      pagers.splice(0, Infinity, ...drawn.pagers.map((own) => (nature === 'as drawn' ? own : nature)));
    },
    busy: () => pools.reduce((sum, { busy }) => sum + busy, 0),
    async write(items) {
      for (const item of items) await engine.handle('PutItem', { TableName: TABLE_NAME, Item: item });
    },
  };
}

/** Asks nothing of the table. */
const unlimited: ApiPorts['spendRate'] = async (_, type) => ({
  type,
  limit: 1,
  remaining: 1,
  resetSeconds: 0,
  refusedUntil: null,
});

const ENTRY_TARGET = {
  group: 'default',
  roleArn: 'arn:aws:iam::1:role/scheduler',
  queueArn: 'arn:aws:sqs:eu-central-1:1:control',
  deadLettersArn: 'arn:aws:sqs:eu-central-1:1:control-dead',
};

/** A log that notes which dead letters were seen to or dropped, and counts what came of them. */
function notingLetters({ coverage }: Stage, seenTo: Set<string>, log: Log): Log {
  return {
    ...log,
    warn(message, about = {}) {
      const { outcome, message: letter, message_id: id } = about as Partial<FailingDeadLetters>; // cast: as the reader tells it
      if (outcome !== undefined && letter !== undefined) coverage.hit(`dead letter:${letter.kind} ${outcome}`);
      if (outcome !== undefined && id !== undefined) seenTo.add(id);
      log.warn(message, about);
    },
    error(message, about = {}) {
      const { message_id: id } = about as Partial<FailingDeadLetters>; // cast: as above
      if (id !== undefined) seenTo.add(id);
      log.error(message, about);
    },
  };
}

interface FailingDeadLetters {
  readonly outcome: string;
  readonly message: Message;
  readonly message_id: string;
}

function settingsOf({ runsAtOnce, inputsInFlight, notifications }: Workload): RuntimeSettings {
  const rate = { perSecond: 1_000, burst: 1_000 };
  return {
    retentionDays: 30,
    outboundPorts: [443],
    callbackHosts: null,
    allowLocalHttp: false,
    extraActions: [],
    ...PAGE_TIMEOUT,
    concurrentRuns: runsAtOnce,
    inputsInFlight,
    uploadsOpen: 1_000,
    quotas: {
      runsWaiting: notifications?.runsWaiting ?? null,
      schedules: null,
      pagesPerDay: notifications?.pagesPerDay ?? null,
    },
    rateLimits: { live: rate, launch: rate, read: rate, wait: rate },
  };
}

function sumsOf({ usage }: Workload): { readonly usageLagMs: number } | null {
  return usage === undefined ? null : { usageLagMs: usage.lagMs };
}

function urlsOf(queues: Queues) {
  return {
    controlQueueUrl: queues.control.url,
    pageQueueUrl: queues.page.url,
    callbackQueueUrl: queues.callback.url,
    intakeQueueUrl: queues.intake.url,
  };
}

function readKeyring(instance: Instance) {
  return instance.call(
    'GetSecretValue',
    async () => createKeyring(MASTER_SECRET, (size) => instance.random.bytes(size)),
    () => new Error('Secrets Manager did not answer'),
  );
}

function noteFirst(truth: Truth, body: string): void {
  const message = JSON.parse(asOld(body)) as { readonly uid: string; readonly t?: number }; // cast: a callback message
  if (message.t === undefined) truth.firstAttempts.set(message.uid, (truth.firstAttempts.get(message.uid) ?? 0) + 1);
}
