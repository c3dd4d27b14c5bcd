import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { SqsEventSourceProps } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { FUNCTIONS, MAX_RECEIVES, visibilitySecondsOf } from '../../shared/functions.ts';
import type { WorkQueueName } from '../../shared/functions.ts';
import type { StageSettings } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';

/** Why cdk-nag's rule does not hold for what reads a queue. */
export const NO_FAILURE_DESTINATION = {
  'Serverless-LambdaEventSourceMappingDestination':
    'SQS sources have no failure destination: the dead-letter queue is it',
};

/** A standard queue, to be read by the function of its name. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  private readonly source: SqsEventSourceProps;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly name: WorkQueueName;
      readonly settings: StageSettings;
      /** Takes what was received too often. */
      readonly deadLetters: Queue;
    },
  ) {
    super(scope, id);
    const { name, settings, deadLetters } = props;
    const windowSeconds = settings.batchWindowSeconds[name];
    this.source = {
      batchSize: FUNCTIONS[name].queue.batchSize,
      maxConcurrency: settings.workerConcurrency[name],
      reportBatchItemFailures: true,
      ...(windowSeconds > 0 ? { maxBatchingWindow: Duration.seconds(windowSeconds) } : {}),
    };
    this.queue = new Queue(this, 'Queue', {
      visibilityTimeout: Duration.seconds(visibilitySecondsOf(name, settings.runtime, windowSeconds)),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
  }

  /** Lets the function read this queue, told about failed records one by one. */
  feed(fn: LambdaFunction): void {
    acknowledge(fn, NO_FAILURE_DESTINATION);
    fn.addEventSource(new SqsEventSource(this.queue, this.source));
  }

  /** Lets a role send to this queue; batches need the same permission. */
  grantSend(role: Role): void {
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] }));
  }
}
