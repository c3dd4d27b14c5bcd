import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createEntryScheduler } from '../../shared/aws/entry-scheduler.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { createObjectRemoval } from '../../shared/aws/object-removal.ts';
import { createRemovalStore } from '../../shared/storage/removal-store.ts';
import { createScheduleStore } from '../../shared/storage/schedule-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { consoleLog, systemRandom, systemClock } from '../../shared/process/system.ts';
import { parseEnv } from '../../shared/api/env.ts';
import { dispatchRun } from '../../shared/engine/runs/dispatch-run.ts';
import type { RemovalStore } from '../../shared/engine/deletion/deletion-ports.ts';
import { purgeRun } from '../../shared/engine/deletion/purge-run.ts';
import type { CorePorts, Ports } from '../../shared/engine/ports.ts';
import { createFireLag } from '../../shared/engine/schedules/fire-lag.ts';
import { receiveFire } from '../../shared/engine/schedules/receive-fire.ts';
import type { ReconcilePorts } from '../../shared/engine/schedules/schedule-ports.ts';
import { reconcileSchedule } from '../../shared/engine/schedules/reconcile-schedule.ts';
import { registerActions } from '../actions/index.ts';
import { once } from '../../shared/process/once.ts';
import { createQueueHandler, type QueueHandlerPorts } from '../wiring/create-queue-handler.ts';
import { createCorePorts, noLargeObjects } from '../wiring/create-ports.ts';

/**
 * Starts runs (slot, window, first pages); fires and reconciles schedules, and deletes what deleted runs have left, if the
 * ports for that are given.
 */
export function createControlHandler(
  ports: CorePorts & Pick<Ports, 'actions'> & QueueHandlerPorts,
  schedules: Omit<ReconcilePorts, 'lag'> | null = null,
  removal: RemovalStore | null = null,
): ReturnType<typeof createQueueHandler> {
  const reconciling = schedules === null ? null : { ...schedules, lag: createFireLag(ports.clock) };
  return createQueueHandler(ports, async (message, receipt) => {
    if (message.kind === 'dispatch') await dispatchRun(ports, message, receipt);
    else if (message.kind === 'purge' && removal !== null) await purgeRun({ ...ports, removal }, message);
    else if (message.kind === 'fire' && reconciling !== null) await receiveFire(reconciling, message, receipt);
    else if (message.kind === 'reconcile' && reconciling !== null) await reconcileSchedule(reconciling, message);
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
  const schedules = { ...ports, schedules: createScheduleStore(table), entries };
  return createControlHandler(ports, schedules, createRemovalStore(table, objects, systemClock));
});

export const handler: ReturnType<typeof createQueueHandler> = (event) => wired()(event);
