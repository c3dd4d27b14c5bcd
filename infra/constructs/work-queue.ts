import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Alarms } from './alarms.ts';

/** Receives of a message before it is set aside. Well over 5: a receive can be counted that no consumer saw. */
const MAX_RECEIVES = 8;

/** AWS asks for a visibility of at least six times the function's timeout plus the batch window (Lambda, "Using SQS"). */
const VISIBILITY_FACTOR = 6;

export interface WorkQueueProps {
  readonly alarms: Alarms;
  /** The timeout of the function that reads this queue. */
  readonly consumerTimeout: Duration;
  readonly batchSize: number;
  readonly batchWindow: Duration;
  readonly maxConcurrency: number;
}

/** A standard queue with its dead-letter queue and alarm, to be read by one function. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  private readonly props: WorkQueueProps;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    this.props = props;
    const { alarms, consumerTimeout, batchWindow } = props;
    this.deadLetters = new Queue(this, 'DeadLetters', {
      // A dead letter keeps the time of its first sending, so that less would leave no time to look at it.
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    acknowledge(this.deadLetters, { 'Serverless-SQSRedrivePolicy': 'It is itself the dead-letter queue' });
    this.queue = new Queue(this, 'Queue', {
      visibilityTimeout: Duration.seconds(VISIBILITY_FACTOR * consumerTimeout.toSeconds() + batchWindow.toSeconds()),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    alarms.add(this, 'DeadLettersAlarm', {
      description: `Messages of the ${id} queue were set aside after ${MAX_RECEIVES} receives: read the log, then redrive`,
      metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
      threshold: 1,
      minutes: 5,
    });
  }

  /** Lets a function read this queue, told about failed records one by one. Throws if its timeout is another. */
  feed(fn: LambdaFunction): void {
    const { consumerTimeout, batchSize, batchWindow, maxConcurrency } = this.props;
    if (fn.timeout?.toSeconds() !== consumerTimeout.toSeconds()) {
      throw new Error(`${this.node.path} counts on a consumer's timeout of ${consumerTimeout.toSeconds()} s`);
    }
    acknowledge(fn, {
      'Serverless-LambdaEventSourceMappingDestination':
        'SQS sources have no failure destination: the dead-letter queue is it',
    });
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
