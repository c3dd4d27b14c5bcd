import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge, shownInFinding } from './acknowledge.ts';

export interface ScheduleGroupProps {
  readonly stage: string;
  /** Where fires arrive. */
  readonly target: Queue;
  /** Gets fires that could not be delivered. */
  readonly deadLetters: Queue;
}

/** The group of all EventBridge schedules of a stage, and the role with which EventBridge Scheduler sends fires. */
export class ScheduleGroup extends Construct {
  readonly groupName: string;
  readonly role: Role;

  constructor(scope: Construct, id: string, { stage, target, deadLetters }: ScheduleGroupProps) {
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
    const resources = [target.queueArn, deadLetters.queueArn];
    this.role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources }));
  }

  /** Lets a role make, read, change and delete entries of this group, and hand them the role under which they fire. */
  grantManage(holder: Role): void {
    const stack = Stack.of(this);
    const entries = stack.formatArn({ service: 'scheduler', resource: 'schedule', resourceName: this.entries });
    const verbs = ['Create', 'Delete', 'Get', 'Update'].map((verb) => `scheduler:${verb}Schedule`);
    holder.addToPolicy(new PolicyStatement({ actions: verbs, resources: [entries] }));
    holder.addToPolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
    );
    const { partition, region, account } = stack;
    const shown = [partition, region, account].map((value) => shownInFinding(this, value));
    const resource = `arn:${shown[0]}:scheduler:${shown[1]}:${shown[2]}:schedule/${this.entries}`;
    acknowledge(holder, {
      [`AwsSolutions-IAM5[Resource::${resource}]`]:
        'Entries are named by schedules, which callers make: the group is the permission',
    });
  }

  private get entries(): string {
    return `${this.groupName}/*`;
  }
}
