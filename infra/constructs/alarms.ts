import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface AlarmProps {
  /** What the alarm means and what to do, for the person on call. */
  readonly description: string;
  /** With its statistic; the period is `minutes`. */
  readonly metric: Metric | MathExpression;
  readonly threshold: number;
  readonly minutes: number;
  /** True: raised when the metric is under the threshold or missing. Default: when at or over the threshold. */
  readonly whenUnder?: boolean;
}

/**
 * Where alarms go: one topic with one e-mail, or nowhere. Each metric of an alarm costs $0.10 a month after the
 * account's first ten.
 */
export class Alarms extends Construct {
  private readonly topic: Topic | null;

  constructor(scope: Construct, id: string, props: { readonly email: string | null }) {
    super(scope, id);
    this.topic = props.email === null ? null : this.createTopic(props.email);
  }

  private createTopic(email: string): Topic {
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    topic.addSubscription(new EmailSubscription(email));
    // A topic that enforces SSL has a policy, and with it loses the one that lets CloudWatch publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        actions: ['sns:Publish'],
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    acknowledge(topic, {
      'Serverless-SNSRedrivePolicy': 'An e-mail that is lost is lost; the alarm itself stays visible',
    });
    return topic;
  }

  add(scope: Construct, id: string, { description, metric, threshold, minutes, whenUnder = false }: AlarmProps): void {
    const alarm = new Alarm(scope, id, {
      alarmDescription: description,
      metric: metric.with({ period: Duration.minutes(minutes) }),
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: whenUnder
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: whenUnder ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    if (this.topic !== null) alarm.addAlarmAction(new SnsAction(this.topic));
  }
}
