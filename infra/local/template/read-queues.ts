import * as z from 'zod';
import type { QueuePlan } from './system-plan.ts';
import { cfnNumber, unsupported } from './template-reader.ts';
import type { TemplateReader } from './template-reader.ts';

const Queue = z.object({
  FifoQueue: unsupported,
  DelaySeconds: cfnNumber.optional(),
  MaximumMessageSize: cfnNumber.optional(),
  MessageRetentionPeriod: cfnNumber.optional(),
  ReceiveMessageWaitTimeSeconds: cfnNumber.optional(),
  VisibilityTimeout: cfnNumber.optional(),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: cfnNumber }).optional(),
});

/** Standard queues. */
export function readQueues(reader: TemplateReader): readonly QueuePlan[] {
  return reader.all('AWS::SQS::Queue', Queue).map((queue) => {
    const { RedrivePolicy: redrive, FifoQueue: _, ...numbers } = queue.properties;
    const settings = Object.entries(numbers).map(([name, value]) => [name, String(value)] as const);
    return {
      name: queue.name,
      arn: queue.attribute('Arn'),
      url: queue.ref,
      attributes: {
        ...Object.fromEntries(settings),
        ...(redrive === undefined ? {} : { RedrivePolicy: JSON.stringify(redrive) }),
      },
      deadLetterArn: redrive?.deadLetterTargetArn ?? null,
    };
  });
}
