import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * Metrics that are read out of the functions' logs, for Lambda's own see only what a handler throws, and ours answer
 * instead. A filter is free; a metric costs $0.30 a month after the account's first ten, for the hours in which a line
 * matches. So those that tell of faults match nothing while there are none.
 */
const LOG_METRICS = {
  /** A fault of ours in any function. What an action itself logs says so, and is its owner's to judge. */
  ErrorLines: {
    pattern:
      '{ (($.level = "ERROR" || $.level = "FATAL") && $.message.logged_by NOT EXISTS) || $.record.status = "timeout" || $.record.status = "error" || $.record.status = "failure" }',
    value: '1',
    statistic: Stats.SUM,
  },
  /** Due rows at which sweeps fail. */
  FailingDueRows: {
    pattern: '{ $.message.failing_rows > 0 }',
    value: '$.message.failing_rows',
    statistic: Stats.MAXIMUM,
  },
  /** How late the latest due row is that no sweep has failed at; two minutes are usual. */
  OldestDueRowSeconds: {
    pattern: '{ $.message.oldest_row_seconds > 120 }',
    value: '$.message.oldest_row_seconds',
    statistic: Stats.MAXIMUM,
  },
  /** Sweeps that came to their end. */
  Sweeps: { pattern: '{ $.message.message = "swept" }', value: '1', statistic: Stats.SUM },
} as const;

export type LogMetric = keyof typeof LOG_METRICS;

/** Counts a metric from one function's log. Several logs add up to one metric. */
export function countFromLog(scope: Construct, name: LogMetric, stage: string, logGroup: ILogGroup): void {
  const { pattern, value } = LOG_METRICS[name];
  // oxlint-disable-next-line eslint/no-new -- a CDK construct joins its scope by being made
  new MetricFilter(scope, name, {
    logGroup,
    filterPattern: FilterPattern.literal(pattern),
    metricNamespace: namespaceOf(stage),
    metricName: name,
    metricValue: value,
  });
}

export function logMetric(name: LogMetric, stage: string): Metric {
  const { statistic } = LOG_METRICS[name];
  return new Metric({ namespace: namespaceOf(stage), metricName: name, statistic });
}

function namespaceOf(stage: string): string {
  return `Trireme/${stage}`;
}
