import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  RestoreSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { StateCheck } from './state-check.ts';

/** A deleted secret can be brought back for 7 to 30 days (Secrets Manager API, RestoreSecret). */
export function checksOfSecret(secrets: SecretsManagerClient, arn: string): readonly StateCheck[] {
  const secret = { SecretId: arn };
  return [
    {
      what: 'it is there and can be read',
      async findFault() {
        const { DeletedDate: at } = await secrets.send(new DescribeSecretCommand(secret));
        if (at !== undefined) return `it was deleted at ${at.toISOString()}`;
        const { SecretString: text = '' } = await secrets.send(new GetSecretValueCommand(secret));
        return text === '' ? 'it has no text' : null;
      },
      set: () => secrets.send(new RestoreSecretCommand(secret)),
    },
  ];
}
