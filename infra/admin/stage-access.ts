import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { keepCursorKey as putCursorKey } from '../../shared/aws/cursor-signer.ts';
import { deriveSigningSecrets } from '../../shared/aws/derive-signing-secrets.ts';
import { rotateMasterSecret } from '../../shared/aws/rotate-master-secret.ts';
import type { Secret } from '../../shared/aws/secret.ts';
import { type SigningSecret, signingAt } from '../../shared/domain/signing-secrets.ts';
import { rotateSigningSecret } from '../../shared/engine/workspace/rotate-signing-secret.ts';
import { createSigningSecretStore } from '../../shared/storage/signing-secret-store.ts';
import { createKeyringReader } from '../../shared/aws/keyring-reader.ts';
import type { ApiKeyStore } from '../../shared/engine/workspace/key-ports.ts';
import { createApiKeyStore } from '../../shared/storage/api-key-store.ts';
import { createLimitStore, type LimitStore } from '../../shared/storage/limit-store.ts';
import { createRunReader } from '../../shared/storage/run-reader.ts';
import { Table } from '../../shared/storage/table.ts';
import { createUsageStore } from '../../shared/storage/usage-store.ts';
import type { UsagePorts } from '../../shared/engine/usage/usage-ports.ts';
import { createWorkspaceStore, type WorkspaceStore } from '../../shared/storage/workspace-store.ts';
import { systemRandom, systemClock } from '../../shared/process/system.ts';

/** What the owner's commands use of a stage, on this machine or in AWS. */
export interface StageAccess {
  readonly workspaces: WorkspaceStore;
  readonly keys: ApiKeyStore;
  readonly limits: LimitStore;
  readonly usage: UsagePorts;
  /** The `whsec_…` secrets that a workspace's callbacks are signed with, newest first. */
  signingSecrets(workspaceUid: string): Promise<readonly (SigningSecret & { readonly secret: Secret })[]>;
  /** Gives a workspace a new signing secret; the older ones sign beside it until the overlap ends. */
  rotateSigningSecret(workspaceUid: string, overlapMs: number): Promise<void>;
  /** Adds a version to the master secret and returns its number. */
  rotateMasterSecret(): Promise<number>;
  /** The same for the key that seals the secrets which workspaces set. */
  rotateCredentialKey(): Promise<number>;
  /**
   * Puts the keys that sign live cursors into the table. The sweep also does that, within two minutes of a first
   * deploy.
   */
  keepCursorKey(): Promise<void>;
}

/** Lists of runs need none. */
const noObjects = { get: (key: string) => Promise.reject(new Error(`The command line gets no object, not ${key}.`)) };

/** How to reach the services of a stage. */
export interface StageAddress {
  readonly tableName: string;
  readonly masterSecretArn: string;
  readonly credentialKeyArn: string;
  /** Options of every AWS client; empty for the caller's own credentials and region. */
  readonly client: {
    /** Of the system on this machine; absent: AWS. */
    readonly endpoint?: string;
    readonly region?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
}

/** Opens a stage whose address is known. */
export function openStage({ tableName, masterSecretArn, credentialKeyArn, client }: StageAddress): StageAccess {
  // The system on this machine takes as long as the machine does: no limit of time says that it is away.
  const options = { ...(client.endpoint === undefined ? sdkOptions() : {}), ...client };
  const secretsManager = new SecretsManagerClient(options);
  const machine = { clock: systemClock, random: systemRandom };
  const keyring = createKeyringReader(secretsManager, masterSecretArn, machine);
  const table = new Table(new DynamoDBClient(options), tableName, systemClock);
  const signingSecrets = createSigningSecretStore(table);
  const keepCursorKey = async (): Promise<void> => putCursorKey(table, await keyring('newest'));
  return {
    workspaces: createWorkspaceStore(table),
    keys: createApiKeyStore(table),
    limits: createLimitStore(table),
    usage: { clock: systemClock, usage: createUsageStore(table), reader: createRunReader(table, noObjects) },
    async signingSecrets(workspaceUid) {
      const { secrets } = await signingSecrets.readSecrets(workspaceUid, 'strong');
      return deriveSigningSecrets(keyring, workspaceUid, signingAt(secrets, systemClock.now()));
    },
    async rotateSigningSecret(workspaceUid, overlapMs) {
      const ports = { signingSecrets, now: () => systemClock.now() };
      const { currentVersion: root } = await keyring('newest');
      await rotateSigningSecret(ports, workspaceUid, { root, overlapMs, by: systemRandom.uuid() });
    },
    async rotateMasterSecret() {
      const version = await rotateMasterSecret(secretsManager, masterSecretArn, systemRandom);
      await keepCursorKey();
      return version;
    },
    rotateCredentialKey: () => rotateMasterSecret(secretsManager, credentialKeyArn, systemRandom),
    keepCursorKey,
  };
}
