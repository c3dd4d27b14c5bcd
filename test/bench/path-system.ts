import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { createLaunchHandler } from '../../functions/api/launch.ts';
import { createLiveHandler } from '../../functions/api/live.ts';
import { createRunHandler } from '../../functions/api/run.ts';
import { createApiPorts } from '../../functions/http/api-ports.ts';
import { createCorePorts, noLargeObjects } from '../../functions/wiring/create-ports.ts';
import { createCallbackHandler } from '../../functions/workers/callback.ts';
import { createControlHandler } from '../../functions/workers/control.ts';
import { createPageHandler } from '../../functions/workers/page.ts';
import { createSweepHandler } from '../../functions/workers/sweep.ts';
import { issueKey } from '../../infra/admin/issue-key.ts';
import { settingsOf } from '../../infra/settings.ts';
import { createKeyring } from '../../shared/aws/keyring.ts';
import { createCallbackSecrets } from '../../shared/aws/callback-secrets.ts';
import { createRunReader } from '../../shared/storage/run-reader.ts';
import { Table } from '../../shared/storage/table.ts';
import { createApiKeyStore } from '../../shared/storage/api-key-store.ts';
import { createWorkspaceStore } from '../../shared/storage/workspace-store.ts';
import { systemRandom } from '../../shared/process/system.ts';
import type { ActionServices } from '../../shared/engine/ports.ts';
import { createRegistry } from '../../shared/sdk/action-registry.ts';
import { openEngine, TABLE_NAME } from '../support/open-table.ts';
import { apiEvent } from './api-event.ts';
import { createBenchAction, SMALL_PAGE } from './bench-action.ts';
import type { QueueName } from './bench-queue.ts';
import { recordOf, silentLog } from './bench-system.ts';
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

/** How long an action takes and a receiver, virtual ms: what is done beside them costs nobody time. */
const ASIDE_MS = 100;

const START = Date.UTC(2030, 0, 1);
export const QUEUE_NAMES: readonly QueueName[] = ['control', 'page', 'callback'];
const QUEUES = 'https://sqs.us-east-1.amazonaws.com/123456789012';

/** A message as a queue has it, and when it came there (virtual ms). */
export interface Arrived extends SentMessage {
  readonly at: number;
}

/** How long a function had a message in hand, and when it posted or sent on, from its beginning (virtual ms). */
export interface Worked {
  readonly ms: number;
  /** When the first message came to a queue, by queue. */
  readonly sentAfter: ReadonlyMap<QueueName, number>;
  readonly postedAfter: number | null;
}

/** One process of each function over in-process services, on a clock where only AWS calls and waits take time. */
export interface PathSystem {
  /** Calls an API function; how long it took, and its answer. */
  call(
    name: 'launch' | 'live' | 'run',
    request: Request,
  ): Promise<{ readonly ms: number; readonly body: Readonly<Record<string, unknown>> }>;
  /** Has the function of a queue take its oldest message, alone. */
  work(name: QueueName): Promise<Worked>;
  /** How many messages wait in a queue. */
  waiting(name: QueueName): number;
  /** Lets so much time pass, then one sweep. */
  sweepAfter(ms: number): Promise<void>;
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type ApiHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** `gathers`: whether entries wait for others as deployed, or are sent at once. */
export async function openPathSystem(latencies: Latencies, gathers: boolean): Promise<PathSystem> {
  const clock = new VirtualClock(START);
  const engine = openEngine({ now: () => clock.now() });
  const queues: Record<QueueName, Arrived[]> = { control: [], page: [], callback: [] };
  const posts: number[] = [];
  let aside = 0;
  /** Time but for that of actions and receivers: what is done beside them takes none. */
  const passed = (): number => clock.now() - aside;
  async function passAside(): Promise<void> {
    await clock.sleep(ASIDE_MS);
    aside += ASIDE_MS;
  }
  const actionServices: ActionServices = {
    async enter(_, work) {
      await passAside();
      return work();
    },
    forWorkspace: () => ({
      fetch: () => Promise.reject(new Error('The bench has no network.')),
      secret: () => Promise.reject(new Error('The bench has no secrets.')),
      maskSecrets: (text: string) => text,
      findSecret: () => null,
    }),
  };
  const tally = new Tally();
  const machine = { clock, random: systemRandom, log: silentLog };
  const keyring = createKeyring(Buffer.alloc(32, 7), (size) => systemRandom.bytes(size));
  const actions = createRegistry({ 'bench-action.ts': createBenchAction(SMALL_PAGE) });
  const { runtime } = settingsOf('prod');
  const env = {
    table: TABLE_NAME,
    settings: runtime,
    controlQueueUrl: `${QUEUES}/control`,
    pageQueueUrl: `${QUEUES}/page`,
    callbackQueueUrl: `${QUEUES}/callback`,
  };
  const deliver = (url: string, message: SentMessage): void => {
    const name = url.slice(url.lastIndexOf('/') + 1) as QueueName; // cast: the urls are the ones above
    queues[name].push({ ...message, at: passed() });
  };
  const clientOf = (takes: number) => createDynamoDbClient(engine, () => tally, latencyOn(clock, takes));

  /** Every function is a process of its own: its clients, caches and batchers are shared with nobody. */
  function open(gatherMs = gathers ? undefined : 0) {
    const dynamodb = clientOf(latencies.dynamodbMs);
    const sqs = createSqsClient(deliver, () => tally, latencyOn(clock, latencies.sqsMs));
    const table = new Table(dynamodb, TABLE_NAME, clock);
    const clients = { dynamodb, sqs, objects: noLargeObjects };
    const core = createCorePorts(env, machine, clients, gatherMs);
    const api = createApiPorts(machine, table, { publicUrl: 'https://api.example', settings: runtime });
    const reader = createRunReader(table, noLargeObjects);
    return { core, api, reader };
  }

  const table = new Table(clientOf(0), TABLE_NAME, clock);
  const secrets = createCallbackSecrets(async () => keyring, table, clock);
  const { apiKey } = await issueKey(
    { workspaces: createWorkspaceStore(table), keys: createApiKeyStore(table), ...machine },
    { workspaceName: 'bench', scopes: ['run', 'read', 'manage'] },
  );
  const launch = open(0); // as the API's functions are wired: their messages wait for no others
  const live = open(0);
  const run = open();
  const apis: Record<'launch' | 'live' | 'run', ApiHandler> = {
    launch: createLaunchHandler(launch.api, {
      ...launch.core,
      actions,
      secrets,
      callbackPolicy: anyCallback,
    }),
    live: createLiveHandler(live.api, { ...live.core, actions, actionServices }, async () => keyring),
    run: createRunHandler(run.api, { ...run.core, reader: run.reader, keyring: async () => keyring }),
  };
  const sender = {
    async post() {
      posts.push(passed());
      await passAside();
      return { kind: 'answered', status: 204, body: '', retryAfter: undefined } as const;
    },
  };
  const workers = {
    control: createControlHandler({ ...open().core, actions }),
    page: createPageHandler({ ...open().core, actions, actionServices }, 1),
    callback: createCallbackHandler({ ...open().core, sender, secrets, callbackPolicy: anyCallback }, 1),
  };
  const sweep = createSweepHandler(open().core);

  return {
    waiting: (name) => queues[name].length,
    async call(name, { method, path, body, headers = {} }) {
      const began = passed();
      const sent = body === undefined ? { headers } : { body, headers };
      const answer = await apis[name](apiEvent(method, path, apiKey, sent), {} as Context); // cast: none is looked at
      if ((answer.statusCode ?? 0) >= 300) throw new Error(`${path} was answered ${answer.statusCode}: ${answer.body}`);
      const said: unknown = JSON.parse(answer.body ?? '{}');
      return { ms: passed() - began, body: said as Record<string, unknown> }; // cast: our own answers are objects
    },
    async work(name) {
      const message = queues[name].shift();
      if (message === undefined) throw new Error(`No message is in the queue ${name}.`);
      const before = { control: queues.control.length, page: queues.page.length, callback: queues.callback.length };
      posts.length = 0;
      const began = passed();
      const { batchItemFailures } = await workers[name]({ Records: [recordOf(message)] });
      if (batchItemFailures.length > 0) throw new Error(`A message of ${name} failed.`);
      const sent = QUEUE_NAMES.flatMap((queue) =>
        queues[queue].slice(before[queue], before[queue] + 1).map(({ at }) => [queue, at - began] as const),
      );
      const [posted] = posts;
      return {
        ms: passed() - began,
        sentAfter: new Map(sent),
        postedAfter: posted === undefined ? null : posted - began,
      };
    },
    async sweepAfter(ms) {
      await clock.sleep(ms);
      await sweep();
    },
  };
}
