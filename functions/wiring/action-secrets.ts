import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createActionSecrets } from '../../shared/aws/action-secrets.ts';
import { createCredentialReader } from '../../shared/aws/credential-reader.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { createKeyringReader } from '../../shared/aws/keyring-reader.ts';
import { systemClock, systemRandom } from '../../shared/process/system.ts';
import { createCredentialStore } from '../../shared/storage/credential-store.ts';
import type { Table } from '../../shared/storage/table.ts';

/** The secrets for actions of a function that runs them. */
export function wireActionSecrets(
  env: { readonly actionSecretsArn: string; readonly credentialKeyArn: string },
  table: Table,
): ReturnType<typeof createActionSecrets> {
  const client = new SecretsManagerClient(sdkOptions());
  const credentialKey = createKeyringReader(client, env.credentialKeyArn, { clock: systemClock, random: systemRandom });
  const readCredential = createCredentialReader(createCredentialStore(table), credentialKey, systemClock);
  return createActionSecrets(client, env.actionSecretsArn, systemClock, readCredential);
}
