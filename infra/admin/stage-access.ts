import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { keepCursorKey } from '../../shared/aws/cursor-signer.ts';
import { createKeyringReader } from '../../shared/aws/stage-secrets.ts';
import type { ApiKeyStore } from '../../shared/engine/keys/key-ports.ts';
import { createApiKeyStore } from '../../shared/storage/api-key-store.ts';
import { createLimitStore, type LimitStore } from '../../shared/storage/limit-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { createWorkspaceStore, type WorkspaceStore } from '../../shared/storage/workspace-store.ts';
import { systemRandom, systemClock } from '../../shared/process/system.ts';

/** What the owner's commands use of a stage, on this machine or in AWS. */
export interface StageAccess {
  readonly workspaces: WorkspaceStore;
  readonly keys: ApiKeyStore;
  readonly limits: LimitStore;
  /** The `whsec_…` secret that a workspace's callbacks are signed with. */
  signingSecret(workspaceUid: string): Promise<string>;
  /**
   * Puts the key that signs live cursors into the table. The sweep also does that, within two minutes of a first
   * deploy.
   */
  keepCursorKey(): Promise<void>;
}

/** How to reach the services of a stage. */
export interface StageAddress {
  readonly tableName: string;
  readonly masterSecretArn: string;
  /** Options of every AWS client; empty for the caller's own credentials and region. */
  readonly client: {
    readonly endpoint?: string;
    readonly region?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
}

/** Opens a stage whose address is known. */
export function openStage({ tableName, masterSecretArn, client }: StageAddress): StageAccess {
  const keyring = createKeyringReader(
    new SecretsManagerClient({ ...sdkOptions(), ...client }),
    masterSecretArn,
    systemRandom,
  );
  const table = new Table(new DynamoDBClient({ ...sdkOptions(), ...client }), tableName, systemClock);
  return {
    workspaces: createWorkspaceStore(table),
    keys: createApiKeyStore(table),
    limits: createLimitStore(table),
    async signingSecret(workspaceUid) {
      const keys = await keyring();
      return keys.signingSecret(workspaceUid, keys.currentVersion).reveal();
    },
    keepCursorKey: async () => keepCursorKey(table, await keyring()),
  };
}

/**
 * The address of a stage in AWS, from the outputs of its stack. Throws Error with a message for the person who called.
 */
export async function findDeployedStage(stage: string, region: string | undefined): Promise<StageAddress> {
  const client = region === undefined ? {} : { region };
  const stackName = `Trireme-${stage}`;
  const cloudFormation = new CloudFormationClient(client);
  const regionInUse = await cloudFormation.config.region().catch((cause: unknown) => {
    throw new Error(`In which region is the stage ${stage}? Give --region, such as --region eu-west-1.`, { cause });
  });
  await cloudFormation.config.credentials().catch((cause: unknown) => {
    throw new Error(`There are no AWS credentials: sign in with aws sso login or aws configure.`, { cause });
  });
  const { Stacks: stacks = [] } = await cloudFormation
    .send(new DescribeStacksCommand({ StackName: stackName }))
    .catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The stack ${stackName} cannot be read in ${regionInUse}: ${why}`, { cause });
    });
  const outputs = new Map(stacks[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const output = (name: string): string => {
    const value = outputs.get(name);
    if (value === undefined) throw new Error(`The stack ${stackName} has no output ${name}: is it a Trireme stage?`);
    return value;
  };
  return { tableName: output('TableName'), masterSecretArn: output('MasterSecretArn'), client };
}
