import * as z from 'zod';
import { functionArnOf } from './function-arn.ts';
import type { EventSourcePlan, FunctionPlan } from './system-plan.ts';
import { cfnNumber, unsupported } from './template-reader.ts';
import type { TemplateReader } from './template-reader.ts';

const Mapping = z.object({
  EventSourceArn: z.string().startsWith('arn:aws:sqs:', 'only SQS event sources run locally'),
  FunctionName: z.string(),
  BatchSize: cfnNumber.default(10),
  MaximumBatchingWindowInSeconds: cfnNumber.default(0),
  ScalingConfig: z.object({ MaximumConcurrency: cfnNumber.optional() }).optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  Enabled: z.literal(true).default(true),
  FilterCriteria: unsupported,
});

/** Event source mappings from queues to functions. */
export function readEventSources(
  reader: TemplateReader,
  functions: readonly FunctionPlan[],
): readonly EventSourcePlan[] {
  return reader.all('AWS::Lambda::EventSourceMapping', Mapping).map(({ id, properties }) => ({
    id,
    functionArn: functionArnOf(functions, properties.FunctionName, id),
    queueArn: properties.EventSourceArn,
    batchSize: properties.BatchSize,
    batchWindowMs: properties.MaximumBatchingWindowInSeconds * 1000,
    maxConcurrency: properties.ScalingConfig?.MaximumConcurrency ?? null,
    reportsBatchItemFailures: properties.FunctionResponseTypes.length > 0,
  }));
}
