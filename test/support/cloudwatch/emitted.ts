import type { FunctionLog } from '../../../infra/local/functions/function-host.ts';
import type { SynthesizedStack } from '../../infra/stack-fixture.ts';
import { listResources, propertiesOf, target } from '../../infra/stack-fixture.ts';
import * as z from 'zod';
import { dimensionsText, type MetricData } from './alarm-state.ts';
import { matchesPattern, select } from './filter-pattern.ts';

const Filter = z.looseObject({
  FilterPattern: z.string(),
  MetricTransformations: z.tuple([
    z.looseObject({ MetricNamespace: z.string(), MetricName: z.string(), MetricValue: z.string() }),
  ]),
});

/** A line as Lambda writes it in its JSON format; a platform's report where the invocation was cut off. */
export function lineOf({ level, message, requestId }: FunctionLog): unknown {
  const { errorType } = z.looseObject({ errorType: z.unknown() }).catch({ errorType: null }).parse(message);
  if (errorType === 'Sandbox.Timedout') {
    return { time: AT, type: 'platform.report', record: { requestId, status: 'timeout' } };
  }
  return { timestamp: AT, level, requestId, message };
}

const AT = '2026-01-05T12:00:00.000Z';

/** What the stack's metric filters make of what functions logged. */
export function metricsOfLogs(stack: SynthesizedStack, logs: readonly FunctionLog[]): readonly MetricData[] {
  const groups = new Set(logs.map(({ logGroup }) => logGroup));
  return [...groups].flatMap((group) =>
    metricsOfLines(stack, group, logs.filter(({ logGroup }) => logGroup === group).map(lineOf)),
  );
}

/** The same of the lines of one log group. */
export function metricsOfLines(
  stack: SynthesizedStack,
  logGroup: string,
  lines: readonly unknown[],
): readonly MetricData[] {
  return listResources(stack, 'AWS::Logs::MetricFilter').flatMap(({ properties }) => {
    const { LogGroupName: group } = propertiesOf(stack, target(properties.LogGroupName));
    if (group !== logGroup) return [];
    const { FilterPattern: pattern, MetricTransformations: transformations } = Filter.parse(properties);
    const [{ MetricNamespace: namespace, MetricName: name, MetricValue: value }] = transformations;
    const values = lines
      .filter((line) => matchesPattern(pattern, line))
      .map((line) => Number(value.startsWith('$') ? select(value, line) : value));
    return values.length === 0 ? [] : [{ namespace, name, dimensions: '', values }];
  });
}

/** What API Gateway counts of answers. */
export function metricsOfAnswers(stack: SynthesizedStack, statuses: readonly number[]): readonly MetricData[] {
  const [api] = listResources(stack, 'AWS::ApiGatewayV2::Api');
  const dimensions = dimensionsText([
    { Name: 'ApiId', Value: { Ref: api?.id } },
    { Name: 'Stage', Value: '$default' },
  ]);
  const about = { namespace: 'AWS/ApiGateway', dimensions };
  return [
    { ...about, name: 'Count', values: statuses.map(() => 1) },
    { ...about, name: '5xx', values: statuses.map((status) => (status >= 500 ? 1 : 0)) },
  ];
}

/** What SQS counts of a queue, by its logical id: the age of its oldest message, and how many were deleted. */
export function metricsOfQueue(queueId: string, { seconds, deleted }: QueueCounts): readonly MetricData[] {
  const dimensions = dimensionsText([{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queueId, 'QueueName'] } }]);
  const about = { namespace: 'AWS/SQS', dimensions };
  return [
    { ...about, name: 'ApproximateAgeOfOldestMessage', values: [seconds] },
    { ...about, name: 'NumberOfMessagesDeleted', values: [deleted] },
  ];
}

export interface QueueCounts {
  readonly seconds: number;
  readonly deleted: number;
}
