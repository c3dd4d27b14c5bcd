import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { WorkQueue } from './work-queue.ts';

export interface ScheduleGroupProps {
  readonly stage: string;
  /** Where fires arrive; its dead letters take those that could not. */
  readonly target: WorkQueue;
}

/** The group that holds every schedule of a stage, and the role under which EventBridge Scheduler fires them. */
export class ScheduleGroup extends Construct {
  readonly groupName: string;
  readonly role: Role;

  constructor(scope: Construct, id: string, { stage, target }: ScheduleGroupProps) {
    super(scope, id);
    this.groupName = `trireme-${stage}`;
    const group = new CfnScheduleGroup(this, 'Group', { name: this.groupName });
    // Only this group of this account may use the role (Scheduler user guide, "confused deputy prevention").
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnEquals: { 'aws:SourceArn': group.attrArn },
        },
      }),
    });
    const resources = [target.queue.queueArn, target.deadLetters.queueArn];
    this.role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources }));
  }
}
