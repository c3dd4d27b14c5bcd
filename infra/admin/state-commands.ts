import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { originsOf } from '../constructs/state-plan.ts';
import { checksOfBucket } from './state-bucket.ts';
import { type AwsPlace, CheckFailed, type Command, type CommandValues } from './command.ts';
import { findDeployedStage } from './find-stage.ts';
import { checksOfSecret } from './state-secret.ts';
import { checksOfTable } from './state-table.ts';
import type { StateCheck } from './state-check.ts';

export const STATE_COMMANDS: readonly Command[] = [
  {
    name: 'state check',
    help: 'Says whether table, bucket and secrets of the stage are as the stage needs them, such as after a restore: a deployment changes none that infra/settings.ts names under existing.',
    options: { fix: { value: null, help: 'set what is missing' } },
    examples: ['state check --stage prod --region eu-west-1', 'state check --fix --stage prod --region eu-west-1'],
    runInAws: check,
  },
];

async function check({ stageName, settings, region }: AwsPlace, values: CommandValues): Promise<string> {
  const stage = await findDeployedStage(stageName, region);
  const clients = {
    dynamodb: new DynamoDBClient({ region }),
    // By path, which S3 takes everywhere, and emulators need.
    s3: new S3Client({ region, forcePathStyle: true }),
    secrets: new SecretsManagerClient({ region }),
  };
  const groups: readonly (readonly [string, readonly StateCheck[]])[] = [
    [`table ${stage.tableName}`, checksOfTable(clients.dynamodb, stage.tableName, settings)],
    [
      `bucket ${stage.bucketName}`,
      checksOfBucket(clients.s3, stage.bucketName, { settings, region, origins: originsOf(settings, stage.url) }),
    ],
    [`master secret ${stage.masterSecretArn}`, checksOfSecret(clients.secrets, stage.masterSecretArn)],
    [`credential key ${stage.credentialKeyArn}`, checksOfSecret(clients.secrets, stage.credentialKeyArn)],
    [`action secrets ${stage.actionSecretsArn}`, checksOfSecret(clients.secrets, stage.actionSecretsArn)],
  ];
  const lines: string[] = [];
  let missing = 0;
  for (const [title, checks] of groups) {
    lines.push(title);
    for (const one of checks) {
      const outcome = await carryOut(one, values.flag('fix'));
      if (outcome.isMissing) missing += 1;
      lines.push(`  ${outcome.text}`);
    }
  }
  if (missing === 0) return [...lines, 'All is as the stage needs it.'].join('\n');
  const next = values.flag('fix') ? 'What is still missing says why.' : 'The option --fix sets what is missing.';
  throw new CheckFailed([...lines, `${missing} missing. ${next}`].join('\n'));
}

async function carryOut(
  { what, findFault, set }: StateCheck,
  isFixing: boolean,
): Promise<{ readonly isMissing: boolean; readonly text: string }> {
  const fault = await findFault();
  if (fault === null) return { isMissing: false, text: `ok       ${what}` };
  if (set === null || !isFixing) return { isMissing: true, text: `missing  ${what}: ${fault}` };
  try {
    await set();
    return { isMissing: false, text: `set      ${what}` };
  } catch (error) {
    return { isMissing: true, text: `missing  ${what}: ${error instanceof Error ? error.message : String(error)}` };
  }
}
