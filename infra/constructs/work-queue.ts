import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Receives of a message before it is set aside. Well over 5: a receive can be counted that no consumer saw. */
const MAX_RECEIVES = 8;

/** AWS asks for a visibility of at least six times the function's timeout plus the batch window (Lambda, "Using SQS"). */
export const VISIBILITY_FACTOR = 6;

/** Why cdk-nag's rule does not hold for what reads a queue. */
export const NO_FAILURE_DESTINATION = {
  'Serverless-LambdaEventSourceMappingDestination':
    'SQS sources have no failure destination: the dead-letter queue is it',
};

export interface WorkQueueProps {
  /** Takes what was received too often. */
  readonly deadLetters: Queue;
  /** The timeout of the function that reads this queue. */
  readonly consumerTimeout: Duration;
  readonly batchSize: number;
  readonly batchWindow: Duration;
  readonly maxConcurrency: number;
}

/** A standard queue, to be read by one function. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  private readonly props: WorkQueueProps;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    this.props = props;
    const { deadLetters, consumerTimeout, batchWindow } = props;
    this.deadLetters = deadLetters;
    this.queue = new Queue(this, 'Queue', {
      visibilityTimeout: Duration.seconds(VISIBILITY_FACTOR * consumerTimeout.toSeconds() + batchWindow.toSeconds()),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
  }

  /** Lets a function read this queue, told about failed records one by one. Throws if its timeout is another. */
  feed(fn: LambdaFunction): void {
    const { consumerTimeout, batchSize, batchWindow, maxConcurrency } = this.props;
    if (fn.timeout?.toSeconds() !== consumerTimeout.toSeconds()) {
      throw new Error(`${this.node.path} counts on a consumer's timeout of ${consumerTimeout.toSeconds()} s`);
    }
    acknowledge(fn, NO_FAILURE_DESTINATION);
    const source = { batchSize, maxConcurrency, reportBatchItemFailures: true };
    const isWindowed = batchWindow.toSeconds() > 0;
    fn.addEventSource(
      new SqsEventSource(this.queue, isWindowed ? { ...source, maxBatchingWindow: batchWindow } : source),
    );
  }

  /** Leave to send to this queue; batches need the same permission. */
  send(): PolicyStatement {
    return new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] });
  }
}
