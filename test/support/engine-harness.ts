import { LAUNCH_DEFAULTS } from '../../shared/domain/launch-terms.ts';
import { USAGE_LAG_MS } from '../../shared/domain/timing.ts';
import { createBatcher } from '../../shared/process/batcher.ts';
import { createAdmissionStore } from '../../shared/storage/admission-store.ts';
import { createCallbackStore } from '../../shared/storage/callback-store.ts';
import { createDueStore } from '../../shared/storage/due-store.ts';
import { createLogStore } from '../../shared/storage/log-store.ts';
import { createBulkStore } from '../../shared/storage/bulk-store.ts';
import { createPaceStore } from '../../shared/storage/pace-store.ts';
import { createQuotaStore } from '../../shared/storage/quota-store.ts';
import type { Quotas } from '../../shared/domain/quota.ts';
import { createProgressStore, type LargeObjects } from '../../shared/storage/progress-store.ts';
import { createRemovalStore, type ObjectRemoval } from '../../shared/storage/removal-store.ts';
import { createNotificationSettingStore } from '../../shared/storage/notification-store.ts';
import { createReceiverStore } from '../../shared/storage/receiver-store.ts';
import { createScheduleStore } from '../../shared/storage/schedule-store.ts';
import { createRunReader } from '../../shared/storage/run-reader.ts';
import { createSeatStore } from '../../shared/storage/seat-store.ts';
import { createRunStore } from '../../shared/storage/run-store.ts';
import type { Item } from '../../shared/storage/attributes.ts';
import type { Table } from '../../shared/storage/table.ts';
import { createUsageStore } from '../../shared/storage/usage-store.ts';
import { createUploadStore } from '../../shared/storage/upload-store.ts';
import { runUidOf, shortHash } from '../../shared/domain/ids.ts';
import type { RunControl, RunDefinition } from '../../shared/domain/run.ts';
import { handleDeadLetter } from '../../shared/engine/dead-letters/handle-dead-letter.ts';
import type { RemovalStore } from '../../shared/engine/deletion/deletion-ports.ts';
import { purgeRun } from '../../shared/engine/deletion/purge-run.ts';
import { deliverCallback } from '../../shared/engine/callbacks/deliver-callback.ts';
import type { BulkPorts } from '../../shared/engine/bulk/bulk-ports.ts';
import { stepBulk } from '../../shared/engine/bulk/step-bulk.ts';
import { dispatchRun } from '../../shared/engine/runs/dispatch-run.ts';
import { logMoves } from '../../shared/engine/runs/log-moves.ts';
import type { CallbackAnswer, Clock, Log, Ports } from '../../shared/engine/ports.ts';
import type { Message } from '../../shared/engine/messages.ts';
import { intakeRun } from '../../shared/engine/launch/intake-run.ts';
import type { RunReader } from '../../shared/engine/read/read-ports.ts';
import { createFireLag } from '../../shared/engine/schedules/fire-lag.ts';
import { receiveFire } from '../../shared/engine/schedules/receive-fire.ts';
import type { EntryScheduler, SchedulePorts, ReconcilePorts } from '../../shared/engine/schedules/schedule-ports.ts';
import { reconcileSchedule } from '../../shared/engine/schedules/reconcile-schedule.ts';
import { createEndGatherer } from '../../shared/engine/pages/gather-ends.ts';
import { createPageShare, type PagePorts, runPage } from '../../shared/engine/pages/run-page.ts';
import { createPacing, type DeliveryPorts } from '../../shared/engine/callbacks/delivery.ts';
import type { Launch } from '../../shared/engine/launch/check-launch.ts';
import { startRun } from '../../shared/engine/launch/start-run.ts';
import type { UploadStore } from '../../shared/engine/launch/upload-ports.ts';
import { sweep } from '../../shared/engine/sweep/sweep.ts';
import { sumUsage } from '../../shared/engine/usage/sum-usage.ts';
import type { Action } from '../../shared/sdk/action.ts';
import { createRegistry } from '../../shared/sdk/action-registry.ts';
import { listDueEntries } from './list-due.ts';
import { createMemoryUploads, type MemoryUploads } from './memory-uploads.ts';
import { openEngine, openTable, TABLE_NAME } from './open-table.ts';
import { createCallbackPolicy } from '../../shared/aws/outbound.ts';
import { anyCallback } from './any-callback.ts';

const WORKSPACE = '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3';

/** A post that a receiver got. */
export interface Posted {
  readonly at: number;
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The engine over real stores on an in-process table, a plain queue and a clock turned by hand. */
export interface EngineHarness {
  readonly ports: Ports & SchedulePorts & ReconcilePorts & PagePorts & DeliveryPorts & BulkPorts;
  readonly uploads: MemoryUploads;
  readonly uploadStore: UploadStore;
  readonly reader: RunReader;
  /** For what no store writes. */
  readonly table: Table;
  readonly removal: RemovalStore;
  /** All items of the table as they are stored, and all objects but uploads. */
  everything(): Promise<{ readonly items: readonly Item[]; readonly objects: ReadonlyMap<string, Uint8Array> }>;
  /** Puts the table back to these items, as a restore does. */
  replaceItems(items: readonly Item[]): Promise<void>;
  readonly posted: readonly Posted[];
  /** Messages sent, in order; for what was sent when. */
  readonly sent: readonly { readonly message: Message; readonly at: number; readonly delayMs: number }[];
  launch(wanted: Partial<Launch> & Pick<Launch, 'inputs'>): ReturnType<typeof startRun>;
  /** Writes a run beside a launched one, with a control record of the test's choice; gives its uid. */
  createTwin(definition: RunDefinition, control: RunControl): Promise<string>;
  /** Hands out what is queued, sweeping each minute, until nothing is left or the clock reaches `until`. */
  runUntil(until: number): Promise<void>;
  /** An outage: the clock goes on, and nothing is handed out or swept. */
  skipTo(at: number): void;
  /** Loses all messages that are queued. */
  loseQueued(): void;
  /** Queues a message, as EventBridge does. */
  queue(message: Message): void;
  now(): number;
}

export const START = Date.UTC(2026, 0, 5, 12);
const MINUTE_MS = 60_000;
const WORKERS = 10;
const REDELIVERED_MS = 6 * MINUTE_MS;
const NO_QUOTAS: Quotas = { runsWaiting: null, schedules: null, uploadsOpen: null, pagesPerDay: null };

/** Makes a harness whose receiver answers as told; `actions` are all it offers. */
export function createEngineHarness(options: {
  readonly actions: readonly Action[];
  readonly answer?: (post: Posted, attempt: number) => CallbackAnswer;
  readonly fraction?: () => number;
  /** Where callbacks may be sent; null, as unless said: to any host. */
  readonly callbackHosts?: () => readonly string[] | null;
  /** 400 unless said. */
  readonly retentionDays?: number;
  /** 50,000 unless said. */
  readonly pageTimeoutMs?: number;
  /** None unless said. */
  readonly quotas?: Partial<Quotas>;
  /** Messages that no worker brings to an end: each goes straight to its dead letters, which are seen to. */
  readonly dies?: (message: Message) => boolean;
  /** A message whose worker throws comes again; else its error is the test's. */
  readonly redelivers?: boolean;
  /** Gets what the engine logs; nobody does unless said. */
  readonly log?: Log;
  /** What stands for EventBridge Scheduler; without it nothing fires but what the sweep finds. */
  readonly entries?: EntryScheduler;
}): EngineHarness {
  const { callbackHosts, answer = () => ({ kind: 'answered', status: 204, body: '', retryAfter: undefined }) } =
    options;
  let now = START;
  const timers: { at: number; callback: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after: (ms, callback) => {
      // Batches flush and polls come again in the same turn; longer timers wait for the clock.
      if (ms <= 500) {
        let wanted = true;
        setImmediate(() => wanted && callback());
        return () => (wanted = false);
      }
      const timer = { at: now + ms, callback };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), 1);
    },
  };
  let ids = 0;
  const random = {
    fraction: options.fraction ?? (() => 0.5),
    bytes: (count: number) => Buffer.alloc(count, (ids += 1)),
    uuid: () => `${String((ids += 1)).padStart(8, '0')}-0000-4000-8000-000000000000`,
  };
  const posted: Posted[] = [];
  const sent: { message: Message; at: number; delayMs: number }[] = [];
  const engine = openEngine({ now: () => clock.now() });
  const table = openTable(clock, engine);
  const queue: { message: Message; dueAt: number; id: number; count?: number }[] = [];
  const due = createDueStore(table);
  const uploads = createMemoryUploads();
  const objects = memoryObjects(uploads);
  const removal = createRemovalStore(table, objects, clock);
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const log = options.log ?? silent;
  const reader = createRunReader(table, objects);
  const core: Ports & SchedulePorts & ReconcilePorts & BulkPorts = {
    clock,
    random,
    log,
    due,
    usage: createUsageStore(table),
    quotas: createQuotaStore(table, { ...NO_QUOTAS, ...options.quotas }, clock),
    runs: logMoves(createRunStore(table, due, objects), log),
    schedules: createScheduleStore(table),
    bulks: createBulkStore(table),
    lag: createFireLag(clock),
    entries: options.entries ?? {
      putEntry: async () => undefined,
      deleteEntry: async () => undefined,
      hasEntry: async () => true,
    },
    progress: createProgressStore(table, objects),
    logs: createLogStore(table),
    admission: createAdmissionStore(table, { runsAtOnce: 10, inputsInFlight: 20 }, () => now),
    paces: createPaceStore(table, { clock, random }),
    seats: createSeatStore(table, { clock, random }),
    notifications: createNotificationSettingStore(table),
    receivers: createReceiverStore(table, clock),
    callbacks: createCallbackStore(table, random, (flush) =>
      createBatcher(clock, { maxEntries: 25, maxWaitMs: 10 }, flush),
    ),
    messages: {
      async send(message, { delayMs = 0 }) {
        sent.push({ message, at: now, delayMs });
        queue.push({ message, dueAt: now + delayMs, id: (ids += 1) });
      },
    },
    sender: {
      async post({ url, body, headers }) {
        const post = { at: now, url, body, headers };
        const attempt = posted.filter((earlier) => earlier.headers['webhook-id'] === headers['webhook-id']).length;
        posted.push(post);
        return answer(post, attempt);
      },
    },
    callbackPolicy:
      callbackHosts === undefined
        ? anyCallback
        : createCallbackPolicy({ allowedPorts: [443], allowLocalHttp: false }, async () => callbackHosts()),
    secrets: {
      signatureHeaders: async (_, id, at) => ({ 'webhook-id': id, 'webhook-timestamp': String(at) }),
      sealHeaders: async (_, headers) => JSON.stringify(headers),
      unsealHeaders: async (_, sealed) => JSON.parse(sealed),
    },
    actions: createRegistry(Object.fromEntries(options.actions.map((action) => [`${action.name}.ts`, action]))),
    actionServices: {
      enter: (_, work) => work(),
      forWorkspace: () => ({
        fetch: () => Promise.reject(new Error('There is no network here.')),
        secret: () => Promise.reject(new Error('There are no secrets here.')),
        maskSecrets: (text: string) => text,
        findSecret: () => null,
      }),
    },
    settings: {
      retentionDays: options.retentionDays ?? 400,
      pageTimeoutMs: options.pageTimeoutMs ?? 50_000,
      liveTimeoutMs: 25_000,
      inputsAPlace: 500,
      uploadsOpen: 100,
      usageLagMs: USAGE_LAG_MS,
    },
  };
  const ports = {
    ...core,
    ...createPacing(core, WORKERS),
    pageWorkers: createPageShare(core, WORKERS),
    ends: createEndGatherer(core.clock, core.progress),
  };

  async function hand(entry: (typeof queue)[number]): Promise<void> {
    try {
      await handle(entry);
    } catch (error) {
      if (options.redelivers !== true) throw error;
      queue.push({ ...entry, dueAt: now + REDELIVERED_MS, count: (entry.count ?? 1) + 1 });
    }
  }

  async function handle({ message, id, count = 1 }: (typeof queue)[number]): Promise<void> {
    const receipt = { by: shortHash(String(id)), count };
    if (options.dies?.(message) === true) {
      await handleDeadLetter(ports, message, {
        messageId: String(id),
        by: receipt.by,
        queue: 'dead-letters',
        isUndelivered: false,
      });
      return;
    }
    if (message.kind === 'page') await runPage(ports, message, receipt);
    else if (message.kind === 'callback') await deliverCallback(ports, message, receipt);
    else if (message.kind === 'dispatch') await dispatchRun(ports, message, receipt);
    else if (message.kind === 'intake') await intakeRun({ ...ports, uploads }, message);
    else if (message.kind === 'usage') await sumUsage({ ...ports, reader: createRunReader(table, objects) }, message);
    else if (message.kind === 'fire') await receiveFire(ports, message, receipt);
    else if (message.kind === 'purge') await purgeRun({ ...ports, removal }, message);
    else if (message.kind === 'bulk') await stepBulk({ ...ports, reader }, message, receipt);
    else await reconcileSchedule(ports, message);
  }

  return {
    ports,
    uploads,
    uploadStore: createUploadStore(table, () => now),
    reader,
    table,
    removal,
    async everything() {
      const items: Item[] = [];
      for (let after: unknown; ;) {
        const { body } = await engine.handle('Scan', { TableName: TABLE_NAME, ExclusiveStartKey: after });
        const page = body as { readonly Items: readonly Item[]; readonly LastEvaluatedKey?: unknown }; // cast: as DynamoDB answers
        items.push(...page.Items);
        after = page.LastEvaluatedKey;
        if (after === undefined) return { items, objects: objects.objects };
      }
    },
    async replaceItems(items) {
      const call = async (operation: string, body: object): Promise<void> => {
        const { status } = await engine.handle(operation, { TableName: TABLE_NAME, ...body });
        if (status !== 200) throw new Error(`${operation} is answered ${status}`);
      };
      for (const { pk, sk } of (await this.everything()).items) await call('DeleteItem', { Key: { pk, sk } });
      for (const item of items) await call('PutItem', { Item: item });
    },
    posted,
    sent,
    now: () => now,
    skipTo: (at) => (now = at),
    loseQueued: () => void queue.splice(0),
    queue: (message) => void queue.push({ message, dueAt: now, id: (ids += 1) }),
    launch: (wanted) =>
      startRun(ports, {
        workspaceUid: WORKSPACE,
        actionName: options.actions[0]?.name ?? '',
        parameters: {},
        callback: { url: 'https://receiver.example/hook', headers: {}, on: 'all' },
        name: null,
        ...LAUNCH_DEFAULTS,
        dependsOn: [],
        scheduleAt: null,
        ...wanted,
      }),
    async createTwin(definition, control) {
      const bytes = Buffer.alloc(10, 1);
      bytes.writeUInt32BE((ids += 1));
      const uid = runUidOf(bytes);
      const twin = { definition: { ...definition, uid }, control: { ...control, uid }, inputs: [], due: [] };
      await ports.runs.createRun(twin);
      return uid;
    },
    async runUntil(until) {
      while (now < until) {
        const ready = queue.filter(({ dueAt }) => dueAt <= now);
        for (const entry of ready) queue.splice(queue.indexOf(entry), 1);
        const handed = Promise.all(ready.map(hand));
        await settledOr(handed, timers, () => (now += 1_000));
        if (ready.length > 0) continue;
        const sweepAt = Math.ceil((await earliestDue(ports, until)) / MINUTE_MS) * MINUTE_MS;
        now = Math.max(now, Math.min(until, sweepAt, ...queue.map(({ dueAt }) => dueAt)));
        if (now >= sweepAt) await sweep(ports, now + MINUTE_MS);
      }
    },
  };
}

/** When the sweep, told each minute, next has something to do. */
async function earliestDue({ due }: Ports, until: number): Promise<number> {
  const first = await listDueEntries(due, until, 1);
  return Math.min(until, ...first.map(({ at }) => at));
}

/** Waits for the work; while it does not end by itself, lets the clock run to its timers. */
async function settledOr(
  work: Promise<unknown>,
  timers: { at: number; callback: () => void }[],
  tick: () => number,
): Promise<void> {
  const state = { done: false };
  const ended = work.finally(() => (state.done = true));
  for (let idle = 0; !state.done; idle += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (idle < 50) continue;
    const now = tick();
    for (const timer of timers.filter(({ at }) => at <= now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.callback();
    }
  }
  await ended;
}

/** Objects in memory, and what deletes them and uploads. */
function memoryObjects(
  uploads: MemoryUploads,
): LargeObjects & ObjectRemoval & { readonly objects: ReadonlyMap<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  return {
    objects,
    async deletePrefix(prefix) {
      for (const key of objects.keys()) if (key.startsWith(prefix)) objects.delete(key);
      return true;
    },
    deleteUpload: async ({ uid }) => uploads.remove(uid),
    async put(key, bytes) {
      objects.set(key, bytes);
    },
    async get(key) {
      const bytes = objects.get(key);
      if (bytes === undefined) throw new Error(`There is no object ${key}.`);
      return bytes;
    },
  };
}
