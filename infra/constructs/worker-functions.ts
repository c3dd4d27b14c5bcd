import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { EngineFunction } from './engine-function.ts';
import { countFromLog } from './log-metrics.ts';
import type { Platform } from './platform.ts';

/** Timeouts of the workers whose time is not a setting; their queues' visibility is computed from the same. */
export const CONTROL_TIMEOUT = Duration.seconds(60);
/** Ten callbacks side by side take at most 15 s each, besides reading, marking and asking for retries. */
export const CALLBACK_TIMEOUT = Duration.seconds(60);
/** Lambda's longest: an upload of 500 MB is read in one go. */
export const INTAKE_TIMEOUT = Duration.minutes(15);
export const DEAD_LETTERS_TIMEOUT = Duration.seconds(60);
/** Under a minute, so that one sweep is over when the next begins. */
const SWEEP_TIMEOUT = Duration.seconds(55);
/** A whole core: there is one sweep, so its CPU bounds how many rows it sees to. */
const SWEEP_MEMORY_MB = 1_769;

/** Admits, dispatches and ends runs, and fires schedules. A run of many inputs is laid out in steps, each asking for the next. */
export function createControl(scope: Construct, platform: Platform): EngineFunction {
  const { state, schedules, controlQueue, pageQueue, callbackQueue, intakeQueue } = platform;
  const worker = new EngineFunction(scope, 'Control', {
    platform,
    name: 'control',
    keys: 'none',
    timeout: CONTROL_TIMEOUT,
    memoryMb: 1_024,
    requeues: true,
    may: [
      state.items('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'),
      controlQueue.send(),
      pageQueue.send(),
      callbackQueue.send(),
      intakeQueue.send(),
      ...schedules.manage(),
    ],
  });
  schedules.acknowledgeFor(worker);
  controlQueue.feed(worker.lambda);
  return worker;
}

/** Runs one page of one input per message and asks for the next page: it leads back to itself once per page. */
export function createPage(scope: Construct, platform: Platform): EngineFunction {
  const { state, settings, controlQueue, pageQueue, callbackQueue } = platform;
  const worker = new EngineFunction(scope, 'Page', {
    platform,
    name: 'page',
    keys: 'none',
    objects: { get: ['inputs'], put: ['pages'] },
    timeout: Duration.seconds(settings.runtime.pageTimeoutSeconds),
    memoryMb: 1_024,
    requeues: true,
    may: [
      state.items('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
      state.reads(state.actionSecrets),
      pageQueue.send(),
      callbackQueue.send(),
      controlQueue.send(),
    ],
  });
  pageQueue.feed(worker.lambda);
  return worker;
}

/** Sends callbacks, and asks for its own short retries by delayed messages. */
export function createCallback(scope: Construct, platform: Platform): EngineFunction {
  const { state, callbackQueue } = platform;
  const worker = new EngineFunction(scope, 'Callback', {
    platform,
    name: 'callback',
    keys: 'none',
    objects: { get: ['pages', 'inputs'] },
    timeout: CALLBACK_TIMEOUT,
    memoryMb: 512,
    requeues: true,
    may: [
      state.items('GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
      state.reads(state.masterSecret),
      callbackQueue.send(),
    ],
  });
  callbackQueue.feed(worker.lambda);
  return worker;
}

/** Reads uploads line by line, a whole core (1,769 MB) for each. What it finds goes on by the control queue. */
export function createIntake(scope: Construct, platform: Platform): EngineFunction {
  const { state, controlQueue, callbackQueue, intakeQueue } = platform;
  const worker = new EngineFunction(scope, 'Intake', {
    platform,
    name: 'intake',
    keys: 'none',
    objects: { get: ['uploads'], put: ['inputs'] },
    timeout: INTAKE_TIMEOUT,
    memoryMb: 1_769,
    requeues: false,
    may: [
      state.items('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'),
      controlQueue.send(),
      callbackQueue.send(),
    ],
  });
  intakeQueue.feed(worker.lambda);
  return worker;
}

/**
 * Ends visibly what dead letters stood for. What it sends may die and lead back to it, at most once for each input and
 * callback.
 */
export function createDeadLetters(scope: Construct, platform: Platform): EngineFunction {
  const { state, deadLetters, controlQueue, pageQueue, callbackQueue } = platform;
  const worker = new EngineFunction(scope, 'DeadLetters', {
    platform,
    name: 'dead-letters',
    keys: 'none',
    timeout: DEAD_LETTERS_TIMEOUT,
    memoryMb: 512,
    requeues: true,
    may: [
      state.items('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'),
      controlQueue.send(),
      pageQueue.send(),
      callbackQueue.send(),
    ],
  });
  deadLetters.feed(worker.lambda);
  return worker;
}

/** Every minute: does what is due and repeats what was lost. Never tried again, for the next minute does the same. */
export function createSweep(scope: Construct, platform: Platform): EngineFunction {
  const { state, controlQueue, pageQueue, callbackQueue } = platform;
  const worker = new EngineFunction(scope, 'Sweep', {
    platform,
    name: 'sweep',
    keys: 'none',
    cursorKeys: 'write',
    timeout: SWEEP_TIMEOUT,
    memoryMb: SWEEP_MEMORY_MB,
    requeues: false,
    may: [
      state.items('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
      state.reads(state.masterSecret),
      controlQueue.send(),
      pageQueue.send(),
      callbackQueue.send(),
    ],
  });
  worker.lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  const everyMinute = new Rule(worker, 'EveryMinute', { schedule: Schedule.rate(Duration.minutes(1)) });
  everyMinute.addTarget(new LambdaTarget(worker.lambda, { retryAttempts: 2, maxEventAge: Duration.minutes(1) }));
  acknowledge(everyMinute, {
    'Serverless-EventBusDLQ': 'A sweep that was not started is made good by the next minute’s; an alarm tells of five',
  });
  for (const name of ['Sweeps', 'FailingDueRows', 'OldestDueRowSeconds'] as const) {
    countFromLog(worker, name, platform.stage, worker.logGroup);
  }
  return worker;
}
