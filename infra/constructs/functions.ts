import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { FUNCTION_NAMES, readsQueue } from '../../shared/functions.ts';
import type { FunctionName } from '../../shared/functions.ts';
import { acknowledge } from './acknowledge.ts';
import { EngineFunction } from './engine-function.ts';
import { countFromLog } from './log-metrics.ts';
import type { Platform } from './platform.ts';

/** Ids within the stack. They must not change, because CloudFormation replaces a function whose id changes. */
const IDS: Readonly<Record<FunctionName, string>> = {
  live: 'Live',
  launch: 'Launch',
  runs: 'Runs',
  run: 'Run',
  verbs: 'Verbs',
  schedules: 'ScheduleApi',
  workspace: 'Workspace',
  console: 'Console',
  control: 'Control',
  page: 'Page',
  callback: 'Callback',
  intake: 'Intake',
  sweep: 'Sweep',
  'dead-letters': 'DeadLetters',
};

/** Creates all functions of the function table, each with the queue it reads or the timed rule. */
export function createFunctions(scope: Construct, platform: Platform): Readonly<Record<FunctionName, LambdaFunction>> {
  const created = FUNCTION_NAMES.map((name) => {
    const fn = new EngineFunction(scope, IDS[name], { platform, name });
    if (name === 'sweep') startEveryMinute(fn, platform.stage);
    else if (readsQueue(name)) platform.queues[name].feed(fn.lambda);
    return [name, fn.lambda] as const;
  });
  return Object.fromEntries(created) as Record<FunctionName, LambdaFunction>; // cast: one for each name
}

/** A failed sweep is not retried, because the next one comes within a minute. */
function startEveryMinute(sweep: EngineFunction, stage: string): void {
  sweep.lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  const everyMinute = new Rule(sweep, 'EveryMinute', { schedule: Schedule.rate(Duration.minutes(1)) });
  everyMinute.addTarget(new LambdaTarget(sweep.lambda, { retryAttempts: 2, maxEventAge: Duration.minutes(1) }));
  acknowledge(everyMinute, {
    'Serverless-EventBusDLQ':
      'A sweep that was not started is made good by the next minute’s; an alarm is raised after five',
  });
  countFromLog(sweep, 'OldestDueRowSeconds', stage, sweep.logGroup);
}
