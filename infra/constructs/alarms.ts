import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Where the person on call reads what to do; each alarm has a section there, with its name. */
const RUNBOOK = 'infra/RUNBOOK.md';

export interface AlarmProps {
  /** What the alarm means, in a sentence or two. What to do is in the runbook. */
  readonly description: string;
  /** With its statistic; the period is `minutes`. */
  readonly metric: Metric | MathExpression;
  /** The alarm rises when the metric is at this or over it. */
  readonly threshold: number;
  readonly minutes: number;
  /** True: the alarm rises too when the metric is missing. Default: a missing metric is none of its business. */
  readonly whenMissing?: boolean;
}

/** The alarms of a stage, and the topic that they go to, which exists whether or not anybody listens. */
export class Alarms extends Construct {
  readonly topicArn: string;
  /** All that were added. */
  readonly all: Alarm[] = [];
  private readonly action: SnsAction;
  private readonly stage: string;

  constructor(scope: Construct, id: string, props: { readonly stage: string; readonly email: string | null }) {
    super(scope, id);
    this.stage = props.stage;
    const topic = this.createTopic(props.email);
    this.topicArn = topic.topicArn;
    this.action = new SnsAction(topic);
  }

  private createTopic(email: string | null): Topic {
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    if (email !== null) topic.addSubscription(new EmailSubscription(email));
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

  /** Adds an alarm, such as `ErrorLines`: under this name the e-mail, the console and the runbook have it. */
  add(
    scope: Construct,
    name: string,
    { description, metric, threshold, minutes, whenMissing = false }: AlarmProps,
  ): void {
    const alarm = new Alarm(scope, `${name}Alarm`, {
      alarmName: `trireme-${this.stage}-${name}`,
      alarmDescription: `${description} What to do: ${RUNBOOK}#${name.toLowerCase()}`,
      metric: metric.with({ period: Duration.minutes(minutes) }),
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: whenMissing ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(this.action);
    this.all.push(alarm);
  }
}
