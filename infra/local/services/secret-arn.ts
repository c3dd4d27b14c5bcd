import { createHash } from 'node:crypto';

/** A secret's ARN. AWS adds six random characters to the name; here they come from the name, so they never change. */
export function secretArn(name: string, region: string, account: string): string {
  const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`;
}
