import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { StageAddress } from './stage-access.ts';

/** What else the stack of a stage in AWS says of it. */
export interface DeployedStage extends StageAddress {
  readonly url: string;
  readonly bucketName: string;
  readonly actionSecretsArn: string;
}

/**
 * The address of a stage in AWS, from the outputs of its stack. Throws Error with a message for the person who called.
 */
export async function findDeployedStage(stage: string, region: string | undefined): Promise<DeployedStage> {
  const client = region === undefined ? {} : { region };
  const stackName = `Trireme-${stage}`;
  const cloudFormation = new CloudFormationClient(client);
  const regionInUse = await checkClient(cloudFormation, stage);
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
  return {
    url: output('Url'),
    bucketName: output('BucketName'),
    actionSecretsArn: output('ActionSecretsArn'),
    tableName: output('TableName'),
    masterSecretArn: output('MasterSecretArn'),
    credentialKeyArn: output('CredentialKeyArn'),
    client,
  };
}

/** The region of a client. Throws Error with a message for people where it has none, or no credentials. */
export async function checkClient({ config }: CloudFormationClient, stage: string): Promise<string> {
  const region = await config.region().catch((cause: unknown) => {
    throw new Error(`In which region is the stage ${stage}? Give --region, such as --region eu-west-1.`, { cause });
  });
  await config.credentials().catch((cause: unknown) => {
    throw new Error(`There are no AWS credentials: sign in with aws sso login or aws configure.`, { cause });
  });
  return region;
}
