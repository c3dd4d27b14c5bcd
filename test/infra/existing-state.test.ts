import { expect, test } from 'vitest';
import { checkSettings, settingsOf } from '../../infra/settings.ts';
import { ENV } from '../../shared/api/env.ts';
import { listResources, stackOf } from './stack-fixture.ts';

const secret = (name: string): string => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`;
const EXISTING = {
  tableName: 'restored-table',
  bucketName: 'kept-bucket',
  masterSecretArn: secret('master'),
  actionSecretsArn: secret('actions'),
  credentialKeyArn: secret('credential-key'),
};
const STATEFUL = ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret'];
const statefulIds = (stack: ReturnType<typeof stackOf>): readonly string[] =>
  STATEFUL.flatMap((type) => listResources(stack, type).map(({ id }) => id));

test('a stage that is pointed at existing table, bucket and secrets makes none, and its functions may use those', () => {
  const stack = stackOf('prod', { existing: EXISTING, region: 'eu-west-1' });
  expect(statefulIds(stack)).toEqual([]);
  const variables = listResources(stack, 'AWS::Lambda::Function').flatMap(
    ({ properties }) => Object.entries(Object(properties.Environment).Variables as Record<string, unknown>), // cast: as CloudFormation has them
  );
  for (const key of ['table', 'bucket', 'masterSecretArn', 'actionSecretsArn', 'credentialKeyArn'] as const) {
    const values = variables.filter(([name]) => name === ENV[key].name).map(([, value]) => value);
    const wanted = EXISTING[key === 'table' ? 'tableName' : key === 'bucket' ? 'bucketName' : key];
    expect(new Set(values), key).toEqual(new Set([wanted]));
  }
  const policies = JSON.stringify(listResources(stack, 'AWS::IAM::Policy'));
  const named = [':table/restored-table"', ':table/restored-table/index/list"', ':s3:::kept-bucket/pages/*"'];
  const arns = [EXISTING.masterSecretArn, EXISTING.actionSecretsArn, EXISTING.credentialKeyArn];
  expect([...named, ...arns].filter((text) => !policies.includes(text))).toEqual([]);
  expect(policies.includes('StateTable')).toBe(false);
});

test('with a restored table alone the bucket and the secrets stay the stage’s own, under their ids', () => {
  const own = stackOf('prod');
  const restored = stackOf('prod', { existing: { tableName: 'restored-table' } });
  expect(statefulIds(restored)).toEqual(statefulIds(own).filter((id) => !id.startsWith('StateTable')));
  const rest = Object.keys(own.resources).filter((id) => !id.startsWith('StateTable'));
  expect(Object.keys(restored.resources)).toEqual(rest);
});

test.each([
  [
    'an ARN for a table',
    { tableName: 'arn:aws:dynamodb:eu-west-1:123456789012:table/x' },
    'existing.tableName: the name',
  ],
  [
    'part of an ARN',
    { masterSecretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x' },
    'existing.masterSecretArn: the whole ARN',
  ],
  [
    'a secret of another region',
    { masterSecretArn: secret('master').replace('eu-west-1', 'eu-north-1') },
    'existing.masterSecretArn: functions read secrets of their own region, eu-west-1',
  ],
])('%s is refused', (_, existing, message) => {
  expect(() => checkSettings('prod', { ...settingsOf('prod'), region: 'eu-west-1', existing })).toThrow(message);
});
