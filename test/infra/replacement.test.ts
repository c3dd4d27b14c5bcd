import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { stackOf } from './stack-fixture.ts';
import stateThatStays from './state-that-stays.json' with { type: 'json' };

/** Of what holds state, the properties whose change makes CloudFormation put something new and empty in its place. */
const REPLACING: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::GlobalTable': ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
  'AWS::S3::Bucket': ['BucketName', 'BucketNamePrefix', 'BucketNamespace', 'ObjectLockEnabled'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
};

/**
 * Those that must stay for another reason: DynamoDB cannot change an index in place (UpdateTable,
 * GlobalSecondaryIndexUpdates), and a secret that is described otherwise is given a new value (AWS::SecretsManager::Secret).
 */
const UNCHANGEABLE: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::GlobalTable': ['AttributeDefinitions', 'GlobalSecondaryIndexes'],
  'AWS::SecretsManager::Secret': ['GenerateSecretString', 'SecretString'],
};

test('no deployment replaces what holds state', () => {
  const held = Object.entries(stackOf('prod').resources).filter(([, { Type }]) => Object.hasOwn(REPLACING, Type));
  const fixed = held.map(([id, { Type, Properties }]) => {
    const names = [...(REPLACING[Type] ?? []), ...(UNCHANGEABLE[Type] ?? [])];
    return [id, { Type, ...Object.fromEntries(names.map((name) => [name, Properties[name] ?? null])) }];
  });
  // So is every stage that is deployed. What differs is lost there, or its deployment fails: leave the file as it is,
  // and find a way that adds, such as a new index beside the old one.
  expect(Object.fromEntries(fixed)).toEqual(stateThatStays);
});

test('cdk diff says the same of what would be replaced', () => {
  const properties = [REPLACING, UNCHANGEABLE].flatMap((all) =>
    Object.entries(all).flatMap(([type, names]) => names.map((name) => ({ type, name }))),
  );
  const template = (withProperty: boolean): string => {
    const resources = properties.map(({ type, name }) => [
      `${type.replace(/.*::/, '')}${name}`,
      { Type: type, Properties: withProperty ? { [name]: 'other' } : {} },
    ]);
    return JSON.stringify({ Resources: Object.fromEntries(resources) });
  };
  const printed = cdkDiff(template(false), template(true));
  const replaced = Array.from(printed.matchAll(/^\[~\] (\S+) \S+ replace\n.*\[\+\] (\w+)/gm), ([, type, name]) => ({
    type,
    name,
  }));
  const wanted = Object.entries(REPLACING).flatMap(([type, names]) => names.map((name) => ({ type, name })));
  expect(replaced).toEqual(wanted);
});

/** What the CDK's command prints of the way from one template to another. It asks no service. */
function cdkDiff(before: string, after: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-diff-'));
  try {
    const manifest = {
      version: '48.0.0',
      artifacts: {
        Stack: {
          type: 'aws:cloudformation:stack',
          environment: 'aws://unknown-account/unknown-region',
          properties: { templateFile: 'after.json' },
        },
      },
    };
    mkdirSync(join(folder, 'assembly'));
    writeFileSync(join(folder, 'before.json'), before);
    writeFileSync(join(folder, 'assembly/after.json'), after);
    writeFileSync(join(folder, 'assembly/manifest.json'), JSON.stringify(manifest));
    const cdk = resolve(import.meta.dirname, '../../node_modules/aws-cdk/bin/cdk');
    const options = ['--app', 'assembly', '--template', 'before.json', '--no-notices', '--no-color'];
    const env = { PATH: process.env['PATH'], HOME: folder, CDK_DISABLE_CLI_TELEMETRY: 'true' };
    const run = spawnSync(process.execPath, [cdk, 'diff', 'Stack', ...options], { cwd: folder, env, encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    return run.stdout + run.stderr;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
