import { ENV, ENV_OF } from '../../shared/api/env.ts';
import type { EnvKey, FunctionName } from '../../shared/api/env.ts';
import type { StageSettings } from '../settings.ts';
import type { Alarms } from './alarms.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import type { EngineState } from './engine-state.ts';
import type { ScheduleGroup } from './schedule-group.ts';
import type { WorkQueue } from './work-queue.ts';

/** What every function of a stage stands on. */
export interface Platform {
  readonly stage: string;
  readonly settings: StageSettings;
  /** Holds `<function name>/index.mjs`. */
  readonly bundleDir: string;
  readonly publicUrl: string;
  readonly alarms: Alarms;
  readonly state: EngineState;
  readonly deadLetters: DeadLetterQueue;
  readonly controlQueue: WorkQueue;
  readonly pageQueue: WorkQueue;
  readonly callbackQueue: WorkQueue;
  readonly intakeQueue: WorkQueue;
  readonly schedules: ScheduleGroup;
}

/** The environment of one function: the variables it names in the contract and no others. */
export function environmentOf(name: FunctionName, platform: Platform): Record<string, string> {
  const values: Readonly<Record<EnvKey, string>> = {
    stage: platform.stage,
    settings: JSON.stringify(platform.settings.runtime),
    table: platform.state.table.tableName,
    bucket: platform.state.bucket.bucketName,
    publicUrl: platform.publicUrl,
    controlQueueUrl: platform.controlQueue.queue.queueUrl,
    pageQueueUrl: platform.pageQueue.queue.queueUrl,
    callbackQueueUrl: platform.callbackQueue.queue.queueUrl,
    intakeQueueUrl: platform.intakeQueue.queue.queueUrl,
    masterSecretArn: platform.state.masterSecret.secretArn,
    actionSecretsArn: platform.state.actionSecrets.secretArn,
    scheduleGroup: platform.schedules.groupName,
    scheduleRoleArn: platform.schedules.role.roleArn,
    controlQueueArn: platform.controlQueue.queue.queueArn,
    deadLettersArn: platform.deadLetters.queue.queueArn,
    pageWorkers: String(platform.settings.workerConcurrency.page),
    callbackWorkers: String(platform.settings.workerConcurrency.callback),
  };
  return Object.fromEntries(ENV_OF[name].map((key) => [ENV[key].name, values[key]]));
}
