import { asObject, asString } from '../services/json-values.ts';
import { secretArn } from '../services/secret-arn.ts';
import type { Need, NeedsContext } from './need.ts';

const operations = new Set(['DescribeSecret', 'GetSecretValue', 'PutSecretValue']);

/** Permissions of a Secrets Manager request: a secret named by name is judged by its ARN. */
export function needsOfSecretsManager(
  operation: string,
  body: unknown,
  context: NeedsContext,
): readonly Need[] | undefined {
  if (!operations.has(operation)) return undefined;
  const id = asString(asObject(body)['SecretId']);
  const resource = id.startsWith('arn:') ? id : secretArn(id, context.region, context.account);
  return [{ action: `secretsmanager:${operation}`, resource, conditionKeys: {} }];
}
