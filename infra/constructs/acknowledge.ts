import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Says why a cdk-nag or CloudFormation rule does not hold for a construct and all inside it: rule id to reason. */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  Validations.of(scope).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}
