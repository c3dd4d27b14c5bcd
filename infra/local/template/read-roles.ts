import * as z from 'zod';
import type { Statement } from '../iam/statement.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../account.ts';
import { TemplateError } from './template-error.ts';
import type { RolePlan } from './system-plan.ts';
import { unsupported } from './template-reader.ts';
import type { TemplateReader } from './template-reader.ts';

const oneOrMany = z.union([z.string(), z.array(z.string())]);
const conditionValue = z.union([z.string(), z.boolean(), z.number()]);
const PolicyStatement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany.optional(),
  NotAction: oneOrMany.optional(),
  Resource: oneOrMany.optional(),
  NotResource: oneOrMany.optional(),
  Condition: z.record(z.string(), z.record(z.string(), z.union([conditionValue, z.array(conditionValue)]))).optional(),
});
const Document = z.object({
  Statement: z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(PolicyStatement)),
});
const Role = z.object({
  Policies: z.array(z.object({ PolicyDocument: Document })).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
  PermissionsBoundary: unsupported,
});
const Policy = z.object({ PolicyDocument: Document, Roles: z.array(z.string()).default([]) });

/** Statements of AWS's own policies that the template may attach (their published documents). */
const MANAGED: Readonly<Record<string, readonly Statement[]>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': [
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: `arn:aws:logs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:*`,
    },
  ],
};

/** Roles with every statement that is theirs: inline, attached and managed by AWS. */
export function readRoles(reader: TemplateReader): readonly RolePlan[] {
  const policies = reader.all('AWS::IAM::Policy', Policy);
  return reader.all('AWS::IAM::Role', Role).map((role) => {
    const managed = role.properties.ManagedPolicyArns.flatMap((arn) => {
      const statements = MANAGED[arn];
      if (statements === undefined) throw new TemplateError(role.id, `the managed policy ${arn} is not known locally`);
      return statements;
    });
    const documents = [
      ...role.properties.Policies.map(({ PolicyDocument }) => PolicyDocument),
      ...policies
        .filter(({ properties }) => properties.Roles.includes(role.name))
        .map(({ properties }) => properties.PolicyDocument),
    ];
    const own = documents.flatMap((document) => document.Statement.map(withoutAbsent));
    return { arn: role.attribute('Arn'), name: role.name, statements: [...managed, ...own] };
  });
}

function withoutAbsent({ Effect, ...rest }: z.output<typeof PolicyStatement>): Statement {
  return { Effect, ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) };
}
