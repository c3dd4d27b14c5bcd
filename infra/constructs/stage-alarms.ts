import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { MAX_DELAY_MS } from '../../shared/domain/timing.ts';
import { FUNCTIONS, WORK_QUEUES } from '../../shared/functions.ts';
import type { WorkQueueName } from '../../shared/functions.ts';
import type { Alarms } from './alarms.ts';
import type { EngineApi } from './http-api.ts';
import { logMetric } from './log-metrics.ts';
import type { Platform } from './platform.ts';

/** Longest normal age of a message: the longest delay, and the time of the slowest function. */
const WORK_AGE_SECONDS = MAX_DELAY_MS / 1_000 + FUNCTIONS.intake.timeoutSeconds;
const LETTER_AGE_SECONDS = 900;
const SERVER_ERROR_PERCENT = 5;
/** A sweep runs each minute; after a burst it may be some minutes late. */
const DUE_ROW_SECONDS = 600;

/** What does not happen while messages of a queue get old. */
const OLD_MESSAGE_MEANS: Readonly<Record<WorkQueueName, string>> = {
  control: 'runs do not start or end and schedules do not fire',
  page: 'pages do not run; if the log is quiet, look for an action that hangs',
  callback: 'callbacks are not sent',
  intake: 'uploads are not read',
};

/** All alarms of a stage. Each description says what to check, for the person on call. */
export function addAlarms(
  scope: Construct,
  platform: Platform,
  { api, deadLetters }: { readonly api: EngineApi; readonly deadLetters: LambdaFunction },
): void {
  const { alarms, stage } = platform;
  addFunctionAlarms(scope, alarms, stage);
  alarms.add(scope, 'ServerErrorsAlarm', {
    description: `${SERVER_ERROR_PERCENT} % or more of the API's requests were answered 5xx. Look at the gateway's log /aws/vendedlogs/trireme-${stage}/api: a status of 5xx with an integration_error is a function that ran out of time or of concurrency; without one, the log of its function has the error_ref.`,
    metric: new MathExpression({
      expression: '100 * failed / requests',
      usingMetrics: {
        failed: api.stage.metricServerError({ statistic: Stats.SUM }),
        requests: api.stage.metricCount({ statistic: Stats.SUM }),
      },
      label: 'Requests answered 5xx, %',
    }),
    threshold: SERVER_ERROR_PERCENT,
    minutes: 5,
  });
  addQueueAlarms(scope, platform);
  alarms.add(scope, 'DeadLettersAlarm', {
    description:
      'Messages failed eight times: their inputs, runs or callbacks were ended with INTERNAL_ERROR. Read the log of dead-letters: it has each message, its run and its error_ref. Mend the cause, then retry the runs and replay the callbacks.',
    metric: deadLetters.metricInvocations({ statistic: Stats.SUM }),
    threshold: 1,
    minutes: 5,
  });
  addSweepAlarms(scope, alarms, stage);
}

function addFunctionAlarms(scope: Construct, alarms: Alarms, stage: string): void {
  alarms.add(scope, 'ErrorLinesAlarm', {
    description: `A function met a fault of ours: an error-level line, a crash or a timeout. Search the log groups /aws/lambda/trireme-${stage}-* for level ERROR: the line has a stack and an error_ref, or the run, schedule or message it is about.`,
    metric: logMetric('ErrorLines', stage),
    threshold: 1,
    minutes: 5,
  });
  alarms.add(scope, 'ThrottlesAlarm', {
    description:
      "Invocations were throttled in this account and region. Look at Lambda's ConcurrentExecutions: raise the account's quota, lower workerConcurrency, or give API functions a reservedConcurrency (infra/settings.ts).",
    metric: LambdaFunction.metricAllThrottles({ statistic: Stats.SUM }),
    threshold: 1,
    minutes: 5,
  });
}

function addQueueAlarms(scope: Construct, platform: Platform): void {
  for (const name of WORK_QUEUES) {
    addAgeAlarm(scope, platform.alarms, `${name[0]?.toUpperCase()}${name.slice(1)}AgeAlarm`, {
      queue: platform.queues[name].queue,
      seconds: WORK_AGE_SECONDS,
      description: `A message of the ${name} queue is ${WORK_AGE_SECONDS / 60} minutes old: ${OLD_MESSAGE_MEANS[name]}. Look at the log of ${name} for errors, at its event source (enabled?), and whether workerConcurrency.${name} is enough.`,
    });
  }
  addAgeAlarm(scope, platform.alarms, 'DeadLetterAgeAlarm', {
    queue: platform.queues['dead-letters'].queue,
    seconds: LETTER_AGE_SECONDS,
    description: `A dead letter is ${LETTER_AGE_SECONDS / 60} minutes old: what it stood for has not ended. Look at the log of dead-letters for errors, and at its event source (enabled?).`,
  });
}

function addAgeAlarm(
  scope: Construct,
  alarms: Alarms,
  id: string,
  { queue, seconds, description }: { readonly queue: Queue; readonly seconds: number; readonly description: string },
): void {
  const metric = queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM });
  alarms.add(scope, id, { description, metric, threshold: seconds, minutes: 5 });
}

function addSweepAlarms(scope: Construct, alarms: Alarms, stage: string): void {
  const log = `/aws/lambda/trireme-${stage}-sweep`;
  alarms.add(scope, 'SweepAbsenceAlarm', {
    description: `No sweep has come to its end for five minutes: what waits longer than 15 minutes and lost messages stand still. Look at ${log}, and whether the rule of EventBridge is enabled.`,
    metric: logMetric('Sweeps', stage),
    threshold: 1,
    minutes: 5,
    whenUnder: true,
  });
  alarms.add(scope, 'FailingDueRowsAlarm', {
    description: `Sweeps fail at some due rows, whose timers do not come. Look at ${log} for level ERROR: each line has the row's partition and key, and why. A row of a later release is seen to once that is deployed again; one that nobody can read is deleted from the table by its keys DUE#<partition> and <key>.`,
    metric: logMetric('FailingDueRows', stage),
    threshold: 1,
    minutes: 5,
  });
  alarms.add(scope, 'OldestDueRowAlarm', {
    description: `A due row has waited ${DUE_ROW_SECONDS / 60} minutes: timers come late. Look at ${log}: either more falls due than a sweep can see to (seen_to), or its calls are slow or refused.`,
    metric: logMetric('OldestDueRowSeconds', stage),
    threshold: DUE_ROW_SECONDS,
    minutes: 5,
  });
}
