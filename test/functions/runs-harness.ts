import { LAUNCH_DEFAULTS } from '../../shared/domain/launch-terms.ts';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { createLaunchHandler } from '../../functions/api/launch.ts';
import { createLiveHandler } from '../../functions/api/live.ts';
import { createRunHandler } from '../../functions/api/run.ts';
import { createRunsHandler } from '../../functions/api/runs.ts';
import { createVerbsHandler } from '../../functions/api/verbs.ts';
import { createSchedulesHandler } from '../../functions/api/schedules.ts';
import { createWorkspaceHandler } from '../../functions/api/workspace.ts';
import { createApiPorts } from '../../functions/http/api-ports.ts';
import { createCorePorts } from '../../functions/wiring/create-ports.ts';
import { limitsInForce } from '../../functions/wiring/limits-in-force.ts';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createKeyring } from '../../shared/aws/keyring.ts';
import { createCallbackSecrets } from '../../shared/aws/callback-secrets.ts';
import { createSigningSecretStore } from '../../shared/storage/signing-secret-store.ts';
import { createApiKeyStore } from '../../shared/storage/api-key-store.ts';
import { readOwnLimits } from '../../shared/storage/limit-reader.ts';
import { createCredentialStore } from '../../shared/storage/credential-store.ts';
import { createBulkStore } from '../../shared/storage/bulk-store.ts';
import { createRunReader } from '../../shared/storage/run-reader.ts';
import { createScheduleStore } from '../../shared/storage/schedule-store.ts';
import { keys as tableKeys } from '../../shared/storage/keys.ts';
import { createNotificationReader, createNotificationSettingStore } from '../../shared/storage/notification-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { createWorkspaceStore } from '../../shared/storage/workspace-store.ts';
import type { Method, Route } from '../../shared/api/route.ts';
import { matchRoute } from '../../shared/api/match-route.ts';
import type { CallbackRecord } from '../../shared/domain/callback.ts';
import { EngineError, type ErrorRecord, toErrorRecord } from '../../shared/domain/errors.ts';
import { runUidOf } from '../../shared/domain/ids.ts';
import type { OpenInput } from '../../shared/domain/input.ts';
import type { PageRecord } from '../../shared/domain/page.ts';
import type { RunMove } from '../../shared/domain/run-status.ts';
import { NO_TOTALS, type RunControl, type RunDefinition } from '../../shared/domain/run.ts';
import { createKey } from '../../shared/engine/workspace/create-key.ts';
import type { ControlChange } from '../../shared/engine/stores/run-store.ts';
import type { Message } from '../../shared/engine/messages.ts';
import { createRegistry } from '../../shared/sdk/action-registry.ts';
import type { Action } from '../../shared/sdk/action.ts';
import { clientOf, openEngine, TABLE_NAME } from '../support/open-table.ts';
import { createSampleActions } from '../support/sample-actions.ts';
import { anyCallback } from '../support/any-callback.ts';

export const START = Date.UTC(2026, 5, 1, 12);
const RETENTION_S = 30 * 86_400;

/** What a call of the handler gave. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** Path and query of the next page, or null. */
  readonly next: string | null;
}

export type ReadingHarness = Awaited<ReturnType<typeof createReadingHarness>>;

/** The function `runs` over real stores on an in-process table, with a clock turned by hand, and runs written step by step. */
export async function createReadingHarness(more: Readonly<Record<string, Action>> = {}) {
  const time = { now: START };
  const clock = { now: () => time.now, after: () => () => undefined };
  let ids = 0;
  const random = {
    fraction: () => 0.5,
    bytes: (count: number) => Buffer.alloc(count, (ids += 1)),
    uuid: () => `${String((ids += 1)).padStart(8, '0')}-0000-4000-8000-000000000000`,
  };
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const engine = openEngine({ now: () => time.now });
  const dynamodb = clientOf(engine);
  const kept = new Map<string, Uint8Array>();
  const objects = {
    put: async (key: string, bytes: Uint8Array) => void kept.set(key, bytes),
    get: async (key: string) => kept.get(key) ?? Promise.reject(new Error(`no object ${key}`)),
  };
  const machine = { clock: { ...clock, after: soon }, random, log: silent };
  const core = createCorePorts({ table: TABLE_NAME, settings: SETTINGS }, machine, {
    dynamodb,
    sqs: new SQSClient(),
    objects,
  });
  const table = new Table(dynamodb, TABLE_NAME, clock);
  const workspaces = createWorkspaceStore(table);
  const keyring = createKeyring(Buffer.alloc(32, 7), random.bytes);
  const { numberedPages, oneRecord, calls } = createSampleActions();
  const sent: Message[] = [];
  const ports = {
    ...core,
    messages: { send: async (message: Message) => void sent.push(message) },
    reader: createRunReader(table, objects),
    bulks: createBulkStore(table),
    workspaces,
    keys: createApiKeyStore(table),
    credentials: createCredentialStore(table),
    sealCredential: async (value: string, aad: string) => keyring.seal(value, aad),
    signingSecrets: createSigningSecretStore(table),
    readLimits: async (uid: string) => limitsInForce(await readOwnLimits(table, uid, 'strong'), SETTINGS),
    notifications: createNotificationSettingStore(table),
    notificationReader: createNotificationReader(table),
    now: () => time.now,
    randomBytes: random.bytes,
    version: '1.2.3',
    stage: 'test',
    keyring: async () => keyring,
    secrets: createCallbackSecrets(async () => keyring, table, clock),
    actions: createRegistry({ 'a.ts': numberedPages, 'b.ts': oneRecord, ...more }),
  };
  const api = createApiPorts(machine, table, { publicUrl: 'https://api.example', settings: SETTINGS });
  const runs = createRunsHandler(api, ports);
  const verbs = createVerbsHandler(api, ports);
  const launchPorts = {
    ...ports,
    callbackPolicy: anyCallback,
    sender: { post: () => Promise.reject(new Error('There is no network here.')) },
    userAgent: 'Trireme/1.2.3 (+https://api.example)',
  };
  const livePorts = {
    ...ports,
    actionServices: {
      enter: <Result>(_: object, work: () => Promise<Result>) => work(),
      forWorkspace: () => ({
        fetch: () => Promise.reject(new Error('There is no network here.')),
        secret: () => Promise.reject(new Error('There are no secrets here.')),
        maskSecrets: (text: string) => text,
        findSecret: () => null,
      }),
    },
  };
  const handlers = {
    runs,
    run: createRunHandler(api, ports),
    verbs,
    launch: createLaunchHandler(api, launchPorts),
    live: createLiveHandler(api, livePorts, ports.keyring),
    schedules: createSchedulesHandler(api, { ...launchPorts, schedules: createScheduleStore(table) }),
    workspace: createWorkspaceHandler(api, launchPorts),
  };

  const keys = new Map<string, string>();
  async function openWorkspace(name: string): Promise<string> {
    const { workspace } = await workspaces.openWorkspace(name, random.uuid(), time.now);
    const { text } = await createKey(
      { keys: ports.keys, now: () => time.now, randomBytes: (count) => Buffer.alloc(count, keys.size + 1) },
      workspace.uid,
      { label: name, scopes: null, expiresAt: null },
    );
    keys.set(workspace.uid, text);
    return workspace.uid;
  }
  const home = await openWorkspace('home');
  const away = await openWorkspace('away');

  async function get(url: string, workspaceUid = home): Promise<Answer> {
    return call('GET', url, { workspaceUid });
  }

  /** Calls the function of the route; a good answer is held against the route's schema. */
  async function call(
    method: Method,
    url: string,
    given: {
      readonly workspaceUid?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
      /** The body as it is sent, instead of `body`. */
      readonly text?: string | undefined;
    } = {},
  ): Promise<Answer> {
    const { workspaceUid = home, headers: further = {}, body: json, text: sent } = given;
    const { pathname, searchParams } = new URL(url, 'https://api.example');
    const event = {
      rawPath: pathname,
      rawQueryString: searchParams.toString(),
      headers: { 'x-api-key': keys.get(workspaceUid) ?? '', 'content-type': 'application/json', ...further },
      body: sent ?? (json === undefined ? undefined : JSON.stringify(json)),
      isBase64Encoded: false,
      requestContext: { requestId: 'request-1', http: { method, path: pathname, sourceIp: '192.0.2.1' } },
    } as unknown as APIGatewayProxyEventV2; // cast: the parts that are read
    const match = matchRoute(method, pathname);
    const name = match.found ? match.route.function : 'runs';
    const handler = handlers[name];
    const response = await handler(event, {} as Context); // cast: nothing of it is read
    const text = response.isBase64Encoded === true ? Buffer.from(response.body ?? '', 'base64') : response.body;
    const headers = response.headers ?? {};
    const isJson = headers['content-type'] === 'application/json';
    const body: unknown = isJson ? JSON.parse(String(text)) : String(text);
    const next = headers['X-Pagination-Next'];
    if (isJson && match.found) {
      const { success, dryRun }: Route = match.route;
      [success, dryRun].find((one) => one?.status === response.statusCode)?.schema.parse(body);
    }
    return { status: response.statusCode ?? 0, headers, body, next: typeof next === 'string' ? next : null };
  }

  /** Follows a list to its last page, or to where it says that it is incomplete. */
  async function follow<Row = Record<string, unknown>>(url: string, workspaceUid = home) {
    const rows: Row[] = [];
    let calls = 0;
    for (let at: string | null = url; at !== null; calls += 1) {
      if (calls > 5_000) throw new Error(`${url} has no end`);
      const answer: Answer = await get(at, workspaceUid);
      if (answer.status !== 200) throw new Error(`${at}: ${JSON.stringify(answer.body)}`);
      rows.push(...(answer.body as Row[])); // cast: lists are arrays, checked by the schema
      if (answer.headers['X-Complete'] === 'false') return { rows, calls, rest: answer.next };
      at = answer.next;
    }
    return { rows, calls, rest: null };
  }

  const pageRecords = new Map<string, PageRecord>();

  /** A run of so many inputs, as its launch leaves it. */
  async function createRun(
    wanted: Partial<RunDefinition> & { readonly inputs?: number; readonly inputText?: string } = {},
  ): Promise<string> {
    const { inputs = 1, inputText: text, ...given } = wanted;
    const uid = runUidOf(uidBytes((ids += 1)));
    const definition: RunDefinition = {
      uid,
      workspaceUid: home,
      actionName: 'numbered-pages',
      mode: 'ASYNC',
      name: null,
      parameters: { max_results: 1_000 },
      maxResults: 1_000,
      callback: { url: 'https://receiver.example/hook', on: 'all', sealedHeaders: null, sealedFor: null },
      ...LAUNCH_DEFAULTS,
      dependsOn: [],
      scheduleAt: null,
      inputsTotal: inputs,
      scheduledRunUid: null,
      livePage: null,
      scheduledRunName: null,
      createdAt: time.now,
      expiresAt: Math.ceil(time.now / 1_000) + RETENTION_S,
      ...given,
    };
    const stored = Array.from({ length: inputs }, (_, index) => ({
      input: { index, ...(text === undefined ? {} : { text }) },
      customData: { ref: `c${index}` },
    }));
    if (definition.mode === 'LIVE') {
      const [input = { input: {}, customData: null }] = stored;
      const end = {
        status: 'SUCCEEDED',
        finishedAt: time.now,
        totals: { ...NO_TOTALS, succeeded: 1, outputs: 3 },
      } as const;
      await core.runs.recordLive(definition, { ...controlOf(definition), ...end }, input);
    } else {
      await core.runs.createRun({ definition, control: controlOf(definition), inputs: stored, due: [] });
    }
    return uid;
  }

  async function moveRun(uid: string, move: RunMove, change: Partial<ControlChange> = {}): Promise<void> {
    const control = await core.runs.readControl(uid);
    const moved = await core.runs.moveRun(uid, move, control?.epoch ?? 0, { now: time.now, reason: null, ...change });
    if (!moved.moved) throw new Error(`${move} was refused: ${moved.current?.status}`);
  }

  /** Records the next page of an input: its items, or a failure. */
  async function recordPage(
    uid: string,
    input: number,
    outcome:
      | {
          readonly items: readonly unknown[];
          readonly last?: boolean;
          readonly parts?: number;
          readonly tries?: number;
        }
      | 'failure'
      | 'nothing',
    epoch = 1,
  ): Promise<PageRecord> {
    const name = `${uid} ${input}`;
    const before = pageRecords.get(name);
    const page = before === undefined ? 0 : before.outcome.kind === 'FAILURE' ? before.page : before.page + 1;
    const items = typeof outcome === 'string' ? [] : outcome.items;
    const { last = false, parts = 1, tries = 0 } = typeof outcome === 'string' ? { last: true } : outcome;
    const info = outcome === 'nothing' ? ({ label: 'NO_RESULT', message: 'nothing here' } as const) : null;
    const pageRecord: PageRecord = {
      runUid: uid,
      input,
      page,
      outcome:
        outcome === 'failure'
          ? { kind: 'FAILURE', error: anError(`input ${input} failed`) }
          : { kind: 'RESULT', count: items.length, nextCursor: last ? null : `c${page}`, last, parts, info },
      cursor: null,
      results: (before?.results ?? 0) + items.length,
      callbacks: (before?.callbacks ?? 0) + parts,
      tries: (before?.tries ?? 0) + tries,
      epoch,
      attempt: epoch,
      by: 'me',
      at: time.now,
      version: 1,
    };
    const put = await core.progress.putPageRecord(
      pageRecord,
      items,
      Math.ceil(time.now / 1_000) + RETENTION_S,
      pageRecord.epoch,
    );
    if (!put.won) throw new Error('the slot was taken');
    pageRecords.set(name, pageRecord);
    return pageRecord;
  }

  /** The window of each run as it was laid last, and the inputs that have ended. */
  const laid = new Map<
    string,
    { next: number; epoch: number; open: Map<number, Partial<OpenInput>>; ended: Set<number> }
  >();

  function stateOf(uid: string) {
    const stored = laid.get(uid) ?? { next: 0, epoch: 1, open: new Map(), ended: new Set<number>() };
    laid.set(uid, stored);
    return stored;
  }

  async function layWindow(uid: string): Promise<void> {
    const { next, epoch, open, ended } = stateOf(uid);
    const totals = { ...NO_TOTALS };
    for (const input of ended) {
      const pageRecord = pageRecords.get(`${uid} ${input}`);
      if (pageRecord === undefined) throw new Error(`input ${input} has no page`);
      totals[pageRecord.outcome.kind === 'RESULT' ? 'succeeded' : 'failed'] += 1;
      totals.outputs += pageRecord.results;
      totals.callbacks += pageRecord.callbacks;
    }
    const inHand = Array.from(open, ([input, wait]) => {
      return { position: input, input, wait: { page: 0, attempt: 0, until: null, by: 'me', ...wait } };
    });
    await table.delete(tableKeys.window(uid));
    const length = Math.max(next, 1_000_000);
    await core.progress.openWindow(uid, { epoch, order: 0, length, next, totals, inHand }, START + RETENTION_S);
  }

  /** Counts an input as ended by the page recorded last. */
  async function endInput(uid: string, input: number): Promise<void> {
    const pageRecord = pageRecords.get(`${uid} ${input}`);
    if (pageRecord === undefined) throw new Error(`input ${input} has no page`);
    const { outcome, epoch, page, results: outputs, callbacks } = pageRecord;
    if (outcome.kind === 'FAILURE') {
      const refused = outcome.error.error_label === 'BAD_INPUT';
      const expiresAt = Math.ceil(time.now / 1_000) + RETENTION_S;
      await core.progress.noteFailed(uid, { input, epoch, page, outputs, callbacks, refused }, expiresAt);
    }
    const stored = stateOf(uid);
    stored.ended.add(input);
    stored.open.delete(input);
    stored.next = Math.max(stored.next, input + 1);
    await layWindow(uid);
  }

  async function openWindow(uid: string, next: number, open: Readonly<Record<number, Partial<OpenInput>>>, epoch = 1) {
    const entries = Object.entries(open).map(([input, wait]) => [Number(input), wait] as const);
    Object.assign(stateOf(uid), { next, epoch, open: new Map(entries) });
    await layWindow(uid);
  }

  async function createRecord(record: Partial<CallbackRecord> & Pick<CallbackRecord, 'uid' | 'runUid' | 'type'>) {
    await core.callbacks.createRecord({
      refUid: record.uid,
      parentUid: null,
      workspaceUid: home,
      url: null,
      input: null,
      page: null,
      part: null,
      status: 'PENDING',
      retryCount: 0,
      by: '',
      httpStatus: null,
      heldSince: null,
      deferredAt: null,
      httpResponse: null,
      error: null,
      nextAttemptAt: null,
      createdAt: time.now,
      deliveredAt: null,
      attempts: [],
      payload: null,
      expiresAt: Math.ceil(time.now / 1_000) + RETENTION_S,
      ...record,
    });
  }

  return {
    time,
    home,
    away,
    core,
    ports,
    engine,
    keyring,
    sent,
    calls,
    objects: kept,
    get,
    call,
    follow,
    createRun,
    moveRun,
    recordPage,
    endInput,
    openWindow,
    createRecord,
  };
}

export function anError(message: string): ErrorRecord {
  return toErrorRecord(new EngineError('ACTION_FAILED', message), '00000000-0000-4000-8000-00000000000e');
}

/** Batches flush in the next turn. */
function soon(_: number, callback: () => void): () => void {
  const handle = setImmediate(callback);
  return () => clearImmediate(handle);
}

function uidBytes(seed: number): Uint8Array {
  const bytes = Buffer.alloc(10);
  bytes.writeUInt32BE(Math.imul(seed, 2_654_435_761) >>> 0, 2);
  bytes.writeUInt32BE(seed, 6);
  return bytes;
}

function controlOf(definition: RunDefinition): RunControl {
  const { createdAt } = definition;
  return {
    uid: definition.uid,
    workspaceUid: definition.workspaceUid,
    actionName: definition.actionName,
    mode: definition.mode,
    name: definition.name,
    scheduledRunUid: definition.scheduledRunUid,
    status: 'CREATED',
    reason: null,
    epoch: 1,
    restartEpoch: 0,
    attempt: 1,
    inputsTotal: definition.inputsTotal,
    totals: NO_TOTALS,
    totalsEpoch: 0,
    callsBack: definition.mode === 'ASYNC',
    usageBefore: null,
    deliveredEpoch: 0,
    retryCount: 0,
    lastError: null,
    lastInfo: null,
    deadlineAt: null,
    deadlineLeftMs: null,
    waitedMs: 0,
    dependenciesWaived: false,
    postponedUntil: null,
    createdAt,
    startedAt: definition.mode === 'LIVE' ? createdAt : null,
    finishedAt: null,
    updatedAt: createdAt,
    history: [{ status: 'CREATED', at: createdAt, reason: null }],
    expiresAt: definition.expiresAt,
  };
}

const SETTINGS = {
  retentionDays: 30,
  outboundPorts: [443],
  callbackHosts: null,
  allowLocalHttp: false,
  extraActions: [],
  pageTimeoutSeconds: 60,
  concurrentRuns: 10,
  inputsInFlight: 20,
  uploadsOpen: 100,
  quotas: { runsWaiting: null, schedules: null, pagesPerDay: null },
  rateLimits: {
    live: { perSecond: 1_000, burst: 10_000 },
    launch: { perSecond: 1_000, burst: 10_000 },
    read: { perSecond: 1_000, burst: 10_000 },
    wait: { perSecond: 20, burst: 100 },
  },
};
