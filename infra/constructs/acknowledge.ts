import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Suppresses rules of cdk-nag or CloudFormation for a construct and all inside it. `reasons`: rule id to reason. */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  Validations.of(scope).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}

/** A value as cdk-nag writes it in a finding: what is known only at deployment as `<AWS::Region>`, else as it is. */
export function shownInFinding(scope: IConstruct, value: string): string {
  const known: unknown = Stack.of(scope).resolve(value);
  return typeof known === 'string' ? known : `<${/AWS::\w+/.exec(JSON.stringify(known))?.[0] ?? value}>`;
}
