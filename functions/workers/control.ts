import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createEntryScheduler } from '../../shared/aws/entry-scheduler.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { createObjectRemoval } from '../../shared/aws/object-removal.ts';
import { createRemovalStore } from '../../shared/storage/removal-store.ts';
import { createBulkStore } from '../../shared/storage/bulk-store.ts';
import { createRunReader } from '../../shared/storage/run-reader.ts';
import { createScheduleStore } from '../../shared/storage/schedule-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { consoleLog, systemRandom, systemClock } from '../../shared/process/system.ts';
import { parseEnv } from '../../shared/api/env.ts';
import type { BulkWorkPorts } from '../../shared/engine/bulk/bulk-ports.ts';
import { stepBulk } from '../../shared/engine/bulk/step-bulk.ts';
import { dispatchRun } from '../../shared/engine/runs/dispatch-run.ts';
import type { RemovalStore } from '../../shared/engine/deletion/deletion-ports.ts';
import { purgeRun } from '../../shared/engine/deletion/purge-run.ts';
import type { CorePorts, Ports } from '../../shared/engine/ports.ts';
import { createFireLag } from '../../shared/engine/schedules/fire-lag.ts';
import { receiveFire } from '../../shared/engine/schedules/receive-fire.ts';
import type { ReconcilePorts } from '../../shared/engine/schedules/schedule-ports.ts';
import { sumUsage } from '../../shared/engine/usage/sum-usage.ts';
import type { UsagePorts } from '../../shared/engine/usage/usage-ports.ts';
import { reconcileSchedule } from '../../shared/engine/schedules/reconcile-schedule.ts';
import { registerActions } from '../actions/index.ts';
import { once } from '../../shared/process/once.ts';
import { createQueueHandler, type QueueHandlerPorts } from '../wiring/create-queue-handler.ts';
import { createCorePorts, noLargeObjects } from '../wiring/create-ports.ts';

/** The ports of what the worker does besides starting runs. */
interface FurtherPorts {
  readonly schedules?: Omit<ReconcilePorts, 'lag'>;
  readonly removal?: RemovalStore;
  readonly sums?: Pick<UsagePorts, 'reader'>;
  readonly bulks?: BulkWorkPorts;
}

/**
 * Starts runs (slot, window, first pages); fires and reconciles schedules, deletes what deleted runs have left, sums
 * usage, and works on bulks, if the ports for that are given.
 */
export function createControlHandler(
  ports: CorePorts & Pick<Ports, 'actions'> & QueueHandlerPorts,
  { schedules, removal, sums, bulks }: FurtherPorts = {},
): ReturnType<typeof createQueueHandler> {
  const reconciling = schedules === undefined ? null : { ...schedules, lag: createFireLag(ports.clock) };
  return createQueueHandler(ports, async (message, receipt) => {
    if (message.kind === 'dispatch') await dispatchRun(ports, message, receipt);
    else if (message.kind === 'purge' && removal !== undefined) await purgeRun({ ...ports, removal }, message);
    else if (message.kind === 'usage' && sums !== undefined) await sumUsage({ ...ports, ...sums }, message);
    else if (message.kind === 'fire' && reconciling !== null) await receiveFire(reconciling, message, receipt);
    else if (message.kind === 'reconcile' && reconciling !== null) await reconcileSchedule(reconciling, message);
    else if (message.kind === 'bulk' && bulks !== undefined) await stepBulk(bulks, message, receipt);
    else throw new Error(`This control worker takes no ${message.kind} messages.`);
  });
}

const wired = once(() => {
  const env = parseEnv('control', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const dynamodb = new DynamoDBClient(sdkOptions());
  const table = new Table(dynamodb, env.table, systemClock);
  const objects = createObjectRemoval(dynamodb.config, env.bucket, process.env, systemClock);
  const ports = {
    ...createCorePorts(env, machine, { dynamodb, sqs: new SQSClient(sdkOptions()), objects: noLargeObjects }),
    actions: registerActions(env.settings.extraActions),
  };
  const entries = createEntryScheduler(new SchedulerClient(sdkOptions()), {
    group: env.scheduleGroup,
    roleArn: env.scheduleRoleArn,
    queueArn: env.controlQueueArn,
    deadLettersArn: env.deadLettersArn,
  });
  const reader = createRunReader(table, noLargeObjects);
  return createControlHandler(ports, {
    schedules: { ...ports, schedules: createScheduleStore(table), entries },
    removal: createRemovalStore(table, objects, systemClock),
    sums: { reader },
    bulks: { ...ports, reader, bulks: createBulkStore(table) },
  });
});

export const handler: ReturnType<typeof createQueueHandler> = (event) => wired()(event);
