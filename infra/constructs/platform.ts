import { ENV } from '../../shared/api/env.ts';
import type { EnvKey } from '../../shared/api/env.ts';
import { variablesOf } from '../../shared/functions.ts';
import type { FunctionName, WorkQueueName } from '../../shared/functions.ts';
import type { StageSettings } from '../settings.ts';
import type { Alarms } from './alarms.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import type { EngineState } from './engine-state.ts';
import type { ScheduleGroup } from './schedule-group.ts';
import type { WorkQueue } from './work-queue.ts';

/** What all functions of a stage share. */
export interface Platform {
  readonly stage: string;
  readonly settings: StageSettings;
  /** Folder with `<function name>/index.mjs`. */
  readonly bundleDir: string;
  readonly publicUrl: string;
  readonly alarms: Alarms;
  readonly state: EngineState;
  /** The queues, by the function that reads each. */
  readonly queues: Readonly<Record<WorkQueueName, WorkQueue>> & { readonly 'dead-letters': DeadLetterQueue };
  readonly schedules: ScheduleGroup;
}

/** The environment of a function: only the variables of its row in the function table. */
export function environmentOf(name: FunctionName, platform: Platform): Record<string, string> {
  const { state, queues, schedules, settings } = platform;
  const values: Readonly<Record<EnvKey, string>> = {
    stage: platform.stage,
    settings: JSON.stringify(settings.runtime),
    table: state.table.tableName,
    bucket: state.bucket.bucketName,
    publicUrl: platform.publicUrl,
    controlQueueUrl: queues.control.queue.queueUrl,
    pageQueueUrl: queues.page.queue.queueUrl,
    callbackQueueUrl: queues.callback.queue.queueUrl,
    intakeQueueUrl: queues.intake.queue.queueUrl,
    masterSecretArn: state.masterSecret.secretArn,
    actionSecretsArn: state.actionSecrets.secretArn,
    credentialKeyArn: state.credentialKey.secretArn,
    scheduleGroup: schedules.groupName,
    scheduleRoleArn: schedules.role.roleArn,
    controlQueueArn: queues.control.queue.queueArn,
    deadLettersArn: queues['dead-letters'].queue.queueArn,
    pageWorkers: String(settings.workerConcurrency.page),
    callbackWorkers: String(settings.workerConcurrency.callback),
  };
  return Object.fromEntries(variablesOf(name).map((key) => [ENV[key].name, values[key]]));
}
