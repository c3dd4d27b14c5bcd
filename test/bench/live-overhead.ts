import type { ActionServices } from '../../shared/engine/ports.ts';
import type { Context } from 'aws-lambda';
import { createLiveHandler } from '../../functions/api/live.ts';
import { createApiPorts } from '../../functions/http/api-ports.ts';
import { createCorePorts, noLargeObjects } from '../../functions/wiring/create-ports.ts';
import { createKeyring } from '../../shared/aws/keyring.ts';
import { Table } from '../../shared/storage/table.ts';
import { createApiKeyStore } from '../../shared/storage/api-key-store.ts';
import { createWorkspaceStore } from '../../shared/storage/workspace-store.ts';
import { systemRandom, systemClock } from '../../shared/process/system.ts';
import { createRegistry } from '../../shared/sdk/action-registry.ts';
import { issueKey } from '../../infra/admin/issue-key.ts';
import { settingsOf } from '../../infra/settings.ts';
import { apiEvent } from './api-event.ts';
import { createBenchAction, SMALL_PAGE } from './bench-action.ts';
import { openEngine, TABLE_NAME } from '../support/open-table.ts';
import { silentLog } from './bench-system.ts';
import { createDynamoDbClient, createSqsClient, latencyOn } from './in-process-aws.ts';
import { percentile, type Progress, type Report } from './report.ts';
import { Tally } from './tally.ts';

const WARM = 3_000;
const CALLS = 5_000;

/** What a live call adds to the action: the whole handler from event to answer, its record written in process. */
export async function benchLiveOverhead(progress: Progress): Promise<Report> {
  const action = createBenchAction(SMALL_PAGE);
  const { call } = await openLive(action);
  const context = directContext();
  progress('warming up');
  await timesOf(WARM, call);
  await timesOf(WARM, () => action.run(context));
  progress('measuring');
  const live = await timesOf(CALLS, call);
  const direct = await timesOf(CALLS, () => action.run(context));
  const directMs = percentile(direct, 0.5);
  const over = (share: number): number => percentile(live, share) - directMs;
  return {
    title: 'Live calls: overhead over the action itself',
    notes: [
      `${CALLS} calls one after another, warm: routing, key, schemas, cursor, page of 1.5 KB, record in the in-process DynamoDB through the SDK. Baseline: the action called directly.`,
    ],
    figures: [
      { what: 'p50', value: over(0.5), unit: 'ms', target: { atMost: 1 }, baseline: directMs },
      { what: 'p99', value: over(0.99), unit: 'ms', target: { atMost: 5 }, baseline: percentile(direct, 0.99) },
    ],
  };
}

type BenchAction = ReturnType<typeof createBenchAction>;

async function openLive(action: BenchAction): Promise<{ readonly call: () => Promise<unknown> }> {
  const { runtime } = settingsOf('prod');
  // As fast as the bench calls, in lots as large as under the stage's own limit.
  const rateLimits = { ...runtime.rateLimits, live: { ...runtime.rateLimits.live, perSecond: 1e6 } };
  const tally = new Tally();
  const engine = openEngine({ now: () => Date.now() });
  const machine = { clock: systemClock, random: systemRandom, log: silentLog };
  const dynamodb = createDynamoDbClient(engine, () => tally, latencyOn(null, 0));
  const sqs = createSqsClient(
    () => undefined,
    () => tally,
    latencyOn(null, 0),
  );
  const table = new Table(dynamodb, TABLE_NAME, systemClock);
  const issued = await issueKey(
    { workspaces: createWorkspaceStore(table), keys: createApiKeyStore(table), ...machine },
    { workspaceName: 'bench', scopes: ['run'] },
  );
  const core = createCorePorts({ table: TABLE_NAME, settings: runtime }, machine, {
    dynamodb,
    sqs,
    objects: noLargeObjects,
  });
  const actionServices: ActionServices = {
    enter: (_, work) => work(),
    forWorkspace: () => ({
      fetch: () => Promise.reject(new Error('The bench has no network.')),
      secret: () => Promise.reject(new Error('The bench has no secrets.')),
      maskSecrets: (text: string) => text,
      findSecret: () => null,
    }),
  };
  const keyring = createKeyring(Buffer.alloc(32, 7), (size) => systemRandom.bytes(size));
  const handler = createLiveHandler(
    createApiPorts(machine, table, { publicUrl: 'https://api.example', settings: { rateLimits } }),
    { ...core, actions: createRegistry({ 'bench-action.ts': action }), actionServices },
    () => Promise.resolve(keyring),
  );
  const path = `/v1/actions/${action.name}/run/live`;
  const event = apiEvent('POST', path, issued.apiKey, { body: { input: { pages: 10, seed: 1 } } });
  return {
    async call() {
      const { statusCode } = await handler(event, {} as Context); // cast: the handler looks at no context
      if (statusCode !== 200) throw new Error(`A live call was answered ${statusCode}.`);
    },
  };
}

function directContext(): Parameters<BenchAction['run']>[0] {
  const line = (): void => undefined;
  return {
    input: { pages: 10, seed: 1 },
    parameters: {},
    cursor: null,
    page: 0,
    pageSize: 8,
    signal: new AbortController().signal,
    fetch: () => Promise.reject(new Error('The bench has no network.')),
    secret: () => Promise.reject(new Error('The bench has no secrets.')),
    log: { debug: line, info: line, warn: line, error: line },
    idempotencyKey: '',
    runUid: '',
    workspaceUid: '',
    now: () => 0,
  };
}

async function timesOf(count: number, call: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = performance.now();
    await call();
    times.push(performance.now() - at);
  }
  return times;
}
