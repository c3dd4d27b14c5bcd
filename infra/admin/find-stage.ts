import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { StageAddress } from './stage-access.ts';

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
  return {
    tableName: output('TableName'),
    masterSecretArn: output('MasterSecretArn'),
    credentialKeyArn: output('CredentialKeyArn'),
    client,
  };
}
