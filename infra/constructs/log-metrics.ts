import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * Metrics that alarms need and that are read out of the functions' logs, for Lambda's own see only what a handler
 * throws, and ours answer instead. A filter is free; a metric costs $0.30 a month after the account's first ten, for the
 * hours in which a line matches. Metric filters and not the embedded metric format, which wants `_aws` at the root of a
 * line: Lambda's JSON format puts what the console is given below `message`.
 */
const LOG_METRICS = {
  /** A fault of ours in any function. What an action itself logs says so, and is its owner's to judge. */
  ErrorLines: {
    pattern:
      '{ (($.level = "ERROR" || $.level = "FATAL") && $.message.logged_by NOT EXISTS) || $.record.status = "timeout" || $.record.status = "error" || $.record.status = "failure" }',
    value: '1',
    statistic: Stats.SUM,
  },
  /** How late the latest due row is that no sweep has failed at; two minutes are usual. Each sweep tells it. */
  OldestDueRowSeconds: {
    pattern: '{ $.message.message = "swept" }',
    value: '$.message.oldest_row_seconds',
    statistic: Stats.MAXIMUM,
  },
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
