import { LIVE_WORK_MS, PAGE_MARGIN_MS, USAGE_LAG_MS } from '../../shared/domain/timing.ts';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { createMessageSender, type QueueUrls } from '../../shared/aws/message-sender.ts';
import { createCallbackPolicy } from '../../shared/aws/outbound.ts';
import { createBatcher } from '../../shared/process/batcher.ts';
import { type InFlight, createInFlight } from '../../shared/process/in-flight.ts';
import { createCallbackHosts } from '../../shared/storage/callback-hosts.ts';
import { createAdmissionStore } from '../../shared/storage/admission-store.ts';
import {
  type CallbackRecords,
  createCallbackRecords,
  createCallbackStore,
} from '../../shared/storage/callback-store.ts';
import { createDueStore } from '../../shared/storage/due-store.ts';
import { createLogStore } from '../../shared/storage/log-store.ts';
import { createNotificationStore } from '../../shared/storage/notification-store.ts';
import { createPaceStore } from '../../shared/storage/pace-store.ts';
import { createQuotaStore } from '../../shared/storage/quota-store.ts';
import { createProgressStore, type LargeObjects } from '../../shared/storage/progress-store.ts';
import { createReceiverStore } from '../../shared/storage/receiver-store.ts';
import { createSeatStore } from '../../shared/storage/seat-store.ts';
import { createRunStore } from '../../shared/storage/run-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { createUsageStore } from '../../shared/storage/usage-store.ts';
import { INPUTS_A_PLACE } from '../../shared/domain/input.ts';
import type { RuntimeSettings } from '../../shared/api/env.ts';
import type { WorkQueueName } from '../../shared/functions.ts';
import type { Random, Clock, CorePorts, Log, Ports } from '../../shared/engine/ports.ts';
import { logMoves } from '../../shared/engine/runs/log-moves.ts';

/** Clock, randomness and log: the machine's own in Lambda, set by hand in tests and in the simulator. */
export interface Machine {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** The part of a function's environment that the stores need. */
interface StoreEnv {
  readonly table: string;
  readonly settings: RuntimeSettings;
}

/** The same, and the URLs of the queues to which the function sends. */
type CoreEnv = StoreEnv & { readonly [Name in WorkQueueName as `${Name}QueueUrl`]?: string | undefined };

interface StoreClients {
  readonly dynamodb: DynamoDBClient;
  readonly objects: LargeObjects;
}

/** How long a message or a delivery waits for others at most, so that they are sent together. */
const GATHER_MS = 20;
const DELIVERIES_A_WRITE = 25;

/**
 * The engine's ports over the given AWS clients. `gatherMs`: 0 in functions where a caller waits for a single message.
 */
export function createCorePorts(
  env: CoreEnv,
  machine: Machine,
  clients: StoreClients & { readonly sqs: SQSClient },
  gatherMs = GATHER_MS,
): CorePorts & { readonly inFlight: InFlight } {
  const inFlight = createInFlight();
  const urls: QueueUrls = {
    control: env.controlQueueUrl,
    page: env.pageQueueUrl,
    callback: env.callbackQueueUrl,
    intake: env.intakeQueueUrl,
  };
  return {
    ...createStorePorts(env, machine, clients, { maxWaitMs: gatherMs, inFlight }),
    messages: createMessageSender(clients.sqs, machine.clock, urls, gatherMs, inFlight),
    inFlight,
  };
}

/** The same for a function that sends no messages, whose bundle then needs no SQS client. */
export function createStorePorts(
  env: StoreEnv,
  machine: Machine,
  clients: StoreClients,
  gathering: { readonly maxWaitMs: number; readonly inFlight?: InFlight } = { maxWaitMs: GATHER_MS },
): Omit<CorePorts, 'messages'> {
  const { settings } = env;
  const table = new Table(clients.dynamodb, env.table, machine.clock);
  const due = createDueStore(table);
  return {
    ...machine,
    due,
    usage: createUsageStore(table),
    quotas: openQuotaStore(table, settings, machine),
    runs: logMoves(createRunStore(table, due, clients.objects), machine.log),
    progress: createProgressStore(table, clients.objects),
    logs: createLogStore(table),
    admission: openAdmissionStore(table, settings, machine),
    paces: createPaceStore(table, machine),
    callbacks: createCallbackStore(table, machine.random, (flush) =>
      createBatcher(machine.clock, { maxEntries: DELIVERIES_A_WRITE, ...gathering }, flush),
    ),
    notifications: createNotificationStore(table),
    receivers: createReceiverStore(table, machine.clock),
    seats: createSeatStore(table, machine),
    settings: engineSettings(settings),
  };
}

/** The ports of a function that only starts runs; its bundle is a third smaller than with all ports. */
export function createStarterPorts(
  env: StoreEnv & Pick<CoreEnv, 'controlQueueUrl' | 'pageQueueUrl'>,
  machine: Machine,
  clients: { readonly table: Table; readonly sqs: SQSClient },
): Pick<
  CorePorts,
  keyof Machine | 'due' | 'runs' | 'admission' | 'quotas' | 'notifications' | 'messages' | 'settings'
> & { readonly callbacks: CallbackRecords } {
  const due = createDueStore(clients.table);
  return {
    ...machine,
    due,
    runs: logMoves(createRunStore(clients.table, due, noLargeObjects), machine.log),
    admission: openAdmissionStore(clients.table, env.settings, machine),
    quotas: openQuotaStore(clients.table, env.settings, machine),
    notifications: createNotificationStore(clients.table),
    callbacks: createCallbackRecords(clients.table),
    messages: createMessageSender(
      clients.sqs,
      machine.clock,
      { control: env.controlQueueUrl, page: env.pageQueueUrl },
      0,
    ),
    settings: engineSettings(env.settings),
  };
}

/** Where callbacks of workspaces may be sent. */
export function openCallbackPolicy(
  table: Table,
  settings: RuntimeSettings,
  { clock }: Machine,
): Ports['callbackPolicy'] {
  const { outboundPorts: allowedPorts, allowLocalHttp, callbackHosts } = settings;
  return createCallbackPolicy({ allowedPorts, allowLocalHttp }, createCallbackHosts(table, callbackHosts, clock));
}

function openQuotaStore(
  table: Table,
  { quotas, uploadsOpen }: RuntimeSettings,
  { clock }: Machine,
): CorePorts['quotas'] {
  return createQuotaStore(table, { ...quotas, uploadsOpen }, clock);
}

function openAdmissionStore(table: Table, settings: RuntimeSettings, { clock }: Machine): CorePorts['admission'] {
  const { concurrentRuns: runsAtOnce, inputsInFlight } = settings;
  return createAdmissionStore(table, { runsAtOnce, inputsInFlight }, () => clock.now());
}

function engineSettings(settings: RuntimeSettings): CorePorts['settings'] {
  return {
    retentionDays: settings.retentionDays,
    pageTimeoutMs: settings.pageTimeoutSeconds * 1_000 - PAGE_MARGIN_MS,
    liveTimeoutMs: LIVE_WORK_MS,
    inputsAPlace: INPUTS_A_PLACE,
    uploadsOpen: settings.uploadsOpen,
    usageLagMs: USAGE_LAG_MS,
  };
}

/**
 * Large objects of a function that has no bucket. It never needs one, so a call is a fault in our code and is rejected.
 */
export const noLargeObjects: LargeObjects = {
  put: (key) => Promise.reject(new Error(`This function may not put the object ${key}.`)),
  get: (key) => Promise.reject(new Error(`This function may not get the object ${key}.`)),
};
