import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { MAX_DELAY_MS } from '../../shared/domain/timing.ts';
import { FUNCTIONS, WORK_QUEUES } from '../../shared/functions.ts';
import type { WorkQueueName } from '../../shared/functions.ts';
import type { EngineApi } from './http-api.ts';
import { logMetric } from './log-metrics.ts';
import type { Platform } from './platform.ts';
import { spendADay } from './spend.ts';

/** Longest normal age of a message: the longest delay, and the time of the slowest function. */
const WORK_AGE_SECONDS = MAX_DELAY_MS / 1_000 + FUNCTIONS.intake.timeoutSeconds;
const LETTER_AGE_SECONDS = 900;
const SERVER_ERRORS = 5;
/** A sweep runs each minute; after a burst it may be some minutes late. */
const DUE_ROW_SECONDS = 600;
const SWEEP_MINUTES = 5;

/** The alarm of each queue's age, and what does not happen while its messages get old. */
const OLD_MESSAGES: Readonly<Record<WorkQueueName, readonly [alarm: string, meaning: string]>> = {
  control: ['ControlAge', 'runs do not start or end, and schedules do not fire'],
  page: ['PageAge', 'pages do not run'],
  callback: ['CallbackAge', 'callbacks are not sent'],
  intake: ['IntakeAge', 'uploads are not read'],
};

/**
 * All alarms of a stage. An alarm costs $0.10 a month for each of its metrics after the account's first ten, so they are
 * few and tell of symptoms; the dashboard has what explains them. A test holds each to its section of the runbook.
 */
export function addAlarms(scope: Construct, platform: Platform, api: EngineApi): void {
  const { alarms, queues, stage } = platform;
  alarms.add(scope, 'ErrorLines', {
    description: 'A function met a fault of ours: an error-level line, a crash or a timeout.',
    metric: logMetric('ErrorLines', stage),
    threshold: 1,
    minutes: 5,
  });
  alarms.add(scope, 'Throttles', {
    description: 'Lambda throttled invocations in this account and region, whoever made them.',
    metric: LambdaFunction.metricAllThrottles({ statistic: Stats.SUM }),
    threshold: 1,
    minutes: 5,
  });
  alarms.add(scope, 'ServerErrors', {
    description: `The API answered 5xx ${SERVER_ERRORS} times or more in five minutes.`,
    metric: api.stage.metricServerError({ statistic: Stats.SUM }),
    threshold: SERVER_ERRORS,
    minutes: 5,
  });
  for (const name of WORK_QUEUES) {
    const [alarm, meaning] = OLD_MESSAGES[name];
    alarms.add(scope, alarm, {
      description: `A message of the ${name} queue is ${WORK_AGE_SECONDS / 60} minutes old: ${meaning}.`,
      metric: queues[name].queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM }),
      threshold: WORK_AGE_SECONDS,
      minutes: 5,
    });
  }
  alarms.add(scope, 'DeadLetters', {
    description: `Messages failed eight times, so what they stood for was ended with INTERNAL_ERROR; or such a message has waited for that for ${LETTER_AGE_SECONDS / 60} minutes.`,
    // Both are there whenever the queue is polled or holds anything, unlike the function's invocations.
    metric: new MathExpression({
      expression: `handled + age / ${LETTER_AGE_SECONDS}`,
      usingMetrics: {
        handled: queues['dead-letters'].queue.metricNumberOfMessagesDeleted({ statistic: Stats.SUM }),
        age: queues['dead-letters'].queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM }),
      },
      label: 'Dead letters',
    }),
    threshold: 1,
    minutes: 5,
  });
  alarms.add(scope, 'DueRows', {
    description: `A due row has waited ${DUE_ROW_SECONDS / 60} minutes, or no sweep has come to its end for ${SWEEP_MINUTES}: timers come late, and lost messages are not found.`,
    metric: logMetric('OldestDueRowSeconds', stage),
    threshold: DUE_ROW_SECONDS,
    minutes: SWEEP_MINUTES,
    whenMissing: true,
  });
  const { spendAlarmUsdPerDay: usd } = platform.settings;
  if (usd !== null) {
    alarms.add(scope, 'Spend', {
      description: `The stage has spent $${usd} or more within 24 hours, calculated from the write units of its table and the calls of its API.`,
      metric: spendADay(platform, api),
      threshold: usd,
      minutes: 24 * 60,
    });
  }
}
