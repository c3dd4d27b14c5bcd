import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { FUNCTIONS, visibilitySecondsOf } from '../../shared/functions.ts';
import type { StageSettings } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';
import { NO_FAILURE_DESTINATION } from './work-queue.ts';

/**
 * The dead letters of all work queues and of EventBridge Scheduler, read by the function dead-letters. One queue for
 * all, because each polled queue costs its empty polls; a dead letter's body says what it is, and a redrive knows its
 * source.
 */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { runtime }: StageSettings) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      visibilityTimeout: Duration.seconds(visibilitySecondsOf('dead-letters', runtime)),
      // A dead letter keeps the time of its first sending, so a shorter retention would leave no time to handle it.
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    acknowledge(this.queue, { 'Serverless-SQSRedrivePolicy': 'It is itself the dead-letter queue' });
  }

  /** Lets a function read the dead letters one at a time: an error keeps only that one, and counts as its error. */
  feed(fn: LambdaFunction): void {
    acknowledge(fn, NO_FAILURE_DESTINATION);
    const { batchSize, atOnce } = FUNCTIONS['dead-letters'].queue;
    fn.addEventSource(new SqsEventSource(this.queue, { batchSize, maxConcurrency: atOnce }));
  }
}
