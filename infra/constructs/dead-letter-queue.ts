import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { NO_FAILURE_DESTINATION, VISIBILITY_FACTOR } from './work-queue.ts';

/** Letters seen to at once, the least an event source takes: they are rare and may wait. */
const AT_ONCE = 2;

export interface DeadLetterQueueProps {
  /** The timeout of the function that reads this queue. */
  readonly consumerTimeout: Duration;
}

/**
 * The dead letters of all work queues and of EventBridge Scheduler, to be read by one function. One queue, for each that
 * is read costs its empty polls; a letter says by itself what it is, and a redrive knows where it came from.
 */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { consumerTimeout }: DeadLetterQueueProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      visibilityTimeout: Duration.seconds(VISIBILITY_FACTOR * consumerTimeout.toSeconds()),
      // A dead letter keeps the time of its first sending, so that less would leave no time to see to it.
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    acknowledge(this.queue, { 'Serverless-SQSRedrivePolicy': 'It is itself the dead-letter queue' });
  }

  /** Lets a function read the letters, one at a time: what it throws keeps just that one, and counts as its error. */
  feed(fn: LambdaFunction): void {
    acknowledge(fn, NO_FAILURE_DESTINATION);
    fn.addEventSource(new SqsEventSource(this.queue, { batchSize: 1, maxConcurrency: AT_ONCE }));
  }
}
