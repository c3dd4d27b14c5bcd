import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { EngineFunction } from './engine-function.ts';
import type { Platform } from './platform.ts';

/** Under the HTTP API's hard limit of 30 s, so that it is we who answer. */
const API_TIMEOUT = Duration.seconds(29);

/** Runs one page of an action while the caller waits, or queues it and waits for its record. */
export function createLive(scope: Construct, platform: Platform): EngineFunction {
  const { state, pageQueue, settings } = platform;
  return new EngineFunction(scope, 'Live', {
    platform,
    name: 'live',
    keys: 'read',
    cursorKeys: 'read',
    objects: { get: ['pages'], put: ['pages'] },
    timeout: API_TIMEOUT,
    memoryMb: 1_024,
    requeues: false,
    reservedConcurrency: settings.reservedConcurrency?.live,
    may: [
      state.items('GetItem', 'PutItem', 'UpdateItem', 'BatchWriteItem'),
      state.reads(state.actionSecrets),
      pageQueue.send(),
    ],
  });
}

/** Takes uploads and asynchronous launches: checks and stores up to 4.5 MB of inputs, hence a whole core (1,769 MB). */
export function createLaunch(scope: Construct, platform: Platform): EngineFunction {
  const { state, controlQueue, pageQueue, settings } = platform;
  return new EngineFunction(scope, 'Launch', {
    platform,
    name: 'launch',
    keys: 'read',
    objects: { get: ['incoming'], put: ['incoming', 'uploads'] },
    timeout: API_TIMEOUT,
    memoryMb: 1_769,
    requeues: false,
    reservedConcurrency: settings.reservedConcurrency?.launch,
    may: [
      state.items('GetItem', 'PutItem', 'UpdateItem', 'BatchWriteItem'),
      state.reads(state.masterSecret),
      controlQueue.send(),
      pageQueue.send(),
    ],
  });
}

/** Takes schedules, reads and changes them. What EventBridge has of them is the control worker's. */
export function createSchedules(scope: Construct, platform: Platform): EngineFunction {
  const { state, controlQueue, pageQueue, settings } = platform;
  return new EngineFunction(scope, 'ScheduleApi', {
    platform,
    name: 'schedules',
    keys: 'read',
    timeout: API_TIMEOUT,
    memoryMb: 1_024,
    requeues: false,
    reservedConcurrency: settings.reservedConcurrency?.schedules,
    may: [
      state.items('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'BatchWriteItem'),
      state.lists(),
      state.reads(state.masterSecret),
      controlQueue.send(),
      pageQueue.send(),
    ],
  });
}

/** Reads everything and answers what no route knows. Of writes it has the rate limits' alone. */
export function createRuns(scope: Construct, platform: Platform): EngineFunction {
  const { state, settings } = platform;
  return new EngineFunction(scope, 'Runs', {
    platform,
    name: 'runs',
    keys: 'read',
    objects: { get: ['pages', 'inputs'] },
    timeout: API_TIMEOUT,
    memoryMb: 1_024,
    requeues: false,
    reservedConcurrency: settings.reservedConcurrency?.runs,
    may: [
      state.items('GetItem', 'BatchGetItem', 'Query', 'UpdateItem'),
      state.lists(),
      state.reads(state.masterSecret),
    ],
  });
}

/**
 * Reads one run and, where its caller asks, waits for its end: apart from the other reads, for whoever waits holds an
 * invocation, and with `reservedConcurrency.run` waiting takes none from the rest.
 */
export function createRun(scope: Construct, platform: Platform): EngineFunction {
  const { state, settings } = platform;
  return new EngineFunction(scope, 'Run', {
    platform,
    name: 'run',
    keys: 'read',
    timeout: API_TIMEOUT,
    memoryMb: 512,
    requeues: false,
    reservedConcurrency: settings.reservedConcurrency?.run,
    may: [state.items('GetItem', 'BatchGetItem', 'Query', 'UpdateItem'), state.reads(state.masterSecret)],
  });
}

/** Cancels, resumes and retries runs, and replays callbacks. */
export function createVerbs(scope: Construct, platform: Platform): EngineFunction {
  const { state, controlQueue, callbackQueue, settings } = platform;
  return new EngineFunction(scope, 'Verbs', {
    platform,
    name: 'verbs',
    keys: 'read',
    timeout: API_TIMEOUT,
    memoryMb: 1_024,
    requeues: false,
    reservedConcurrency: settings.reservedConcurrency?.verbs,
    may: [
      state.items('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
      controlQueue.send(),
      callbackQueue.send(),
    ],
  });
}
