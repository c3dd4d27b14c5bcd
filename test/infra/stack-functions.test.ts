import { expect, test } from 'vitest';
import { keys } from '../../shared/storage/keys.ts';
import { parseEnv } from '../../shared/api/env.ts';
import { FUNCTION_NAMES } from '../../shared/functions.ts';
import { listResources, propertiesOf, stackOf, target } from './stack-fixture.ts';
import type { SynthesizedStack } from './stack-fixture.ts';

const stack = stackOf('prod');

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: { readonly 'ForAnyValue:StringLike'?: { readonly 'dynamodb:LeadingKeys'?: readonly string[] } };
}

interface Permission {
  readonly owner: string;
  readonly effect: 'Allow' | 'Deny';
  readonly action: string;
  readonly resource: unknown;
  /** Partitions of the table that a denial is about. */
  readonly partitions: readonly string[];
}

const asList = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]); // not an array, so a T

/** Every action on every resource that a role of the stack is given or denied, by the function or principal. */
const statements: readonly Permission[] = listResources(stack, 'AWS::IAM::Policy').flatMap(({ properties }) => {
  const { PolicyDocument, Roles } = properties as { PolicyDocument: { Statement: Statement[] }; Roles: unknown }; // as CloudFormation defines it
  const owner = target(Roles).replace(/Role[0-9A-F]{8}$/, '');
  return PolicyDocument.Statement.flatMap(({ Effect: effect, Action, Resource, Condition }) => {
    const partitions = asList(Condition?.['ForAnyValue:StringLike']?.['dynamodb:LeadingKeys'] ?? []);
    return asList(Action).flatMap((action) =>
      asList(Resource).map((resource) => ({ owner, effect, action, resource, partitions })),
    );
  });
});
const permissions = statements.filter(({ effect }) => effect === 'Allow');

/** Owners that have an action, each with what it has it on, as `Owner: Resource`. */
function holders(action: string): string[] {
  const found = permissions.filter((permission) => permission.action === action);
  return found.map(({ owner, resource }) => `${owner}: ${target(resource).replace(/[0-9A-F]{8}$/, '')}`).toSorted();
}

test('no function may scan, manage, or do what is not named', () => {
  const services = ['dynamodb', 'iam', 'logs', 's3', 'scheduler', 'secretsmanager', 'sqs'];
  for (const { action } of permissions) {
    expect(services).toContain(action.split(':')[0]);
    expect(action).not.toMatch(
      /\*|Scan|Create(?!LogStream|Schedule$)|DeleteTable|DeleteQueue|DeleteBucket|Purge|PutSecretValue/,
    );
  }
});

test('the only wildcards but entries of schedules are objects of pages, inputs and uploads', () => {
  const wild = permissions.filter(
    ({ action, resource }) => JSON.stringify(resource).includes('*') && !action.startsWith('scheduler:'),
  );
  const table = wild.map(({ owner, action, resource }) => {
    expect(target(resource)).toMatch(/^StateBucket/);
    return `${owner} ${action} ${/[a-z]+\/\*/.exec(JSON.stringify(resource))?.[0]}`;
  });
  expect(table.toSorted()).toEqual([
    'Callback s3:GetObject inputs/*',
    'Callback s3:GetObject pages/*',
    'Control s3:DeleteObject incoming/*',
    'Control s3:DeleteObject inputs/*',
    'Control s3:DeleteObject pages/*',
    'Control s3:DeleteObject uploads/*',
    'Intake s3:GetObject uploads/*',
    'Intake s3:PutObject inputs/*',
    'Launch s3:GetObject incoming/*',
    'Launch s3:PutObject incoming/*',
    'Launch s3:PutObject uploads/*',
    'Live s3:GetObject pages/*',
    'Live s3:PutObject pages/*',
    'Page s3:GetObject inputs/*',
    'Page s3:PutObject pages/*',
    'Runs s3:GetObject inputs/*',
    'Runs s3:GetObject pages/*',
  ]);
});

test('only the control worker, which runs no actions, lists the bucket, and only what runs have there', () => {
  expect(holders('s3:ListBucket')).toEqual(['Control: StateBucket']);
  expect(holders('s3:DeleteObject').every((line) => line.startsWith('Control: '))).toBe(true);
  const prefixes = JSON.stringify(stack.resources).match(/"s3:prefix":\[[^\]]*\]/g);
  expect(prefixes).toEqual(['"s3:prefix":["pages/*","inputs/*"]']);
});

test('only the control worker changes entries of EventBridge, those of its own group, and hands on their role', () => {
  const scheduler = permissions.filter(({ action }) => action.startsWith('scheduler:'));
  expect(scheduler.map(({ owner, action }) => `${owner} ${action}`)).toEqual(
    ['Create', 'Delete', 'Get', 'Update'].map((verb) => `Control scheduler:${verb}Schedule`),
  );
  for (const { resource } of scheduler) expect(JSON.stringify(resource)).toContain(':schedule/trireme-prod/*');
  expect(holders('iam:PassRole')).toEqual(['Control: SchedulesRole']);
  const passed = JSON.stringify(stack.resources).match(/"iam:PassedToService":"scheduler.amazonaws.com"/g);
  expect(passed).toHaveLength(1);
});

test('the console may write its log, and nothing else', () => {
  const own = statements.filter(({ owner }) => owner === 'Console').map(({ effect, action }) => `${effect} ${action}`);
  expect(own).toEqual(['Allow logs:CreateLogStream', 'Allow logs:PutLogEvents']);
});

test('only pages of this deployment may use the bucket from a browser', () => {
  const [bucket] = listResources(stackOf('prod', { publicUrl: 'https://api.example.com' }), 'AWS::S3::Bucket');
  expect(bucket?.properties).toMatchObject({
    CorsConfiguration: {
      CorsRules: [{ AllowedOrigins: ['https://api.example.com'], AllowedMethods: ['PUT', 'GET'] }],
    },
  });
});

test('a function writes to its own log group only', () => {
  for (const line of holders('logs:PutLogEvents')) expect(line).toMatch(/^(\w+): \1Log$/);
  expect(holders('logs:PutLogEvents')).toHaveLength(FUNCTION_NAMES.length);
});

test('secrets are read by those that need them, and no function that runs actions reads the master secret', () => {
  expect(holders('secretsmanager:GetSecretValue')).toEqual([
    'Callback: StateMaster',
    'Launch: StateMaster',
    'Live: StateActionSecrets',
    'Live: StateCredentialKey',
    'Page: StateActionSecrets',
    'Page: StateCredentialKey',
    'Run: StateMaster',
    'Runs: StateMaster',
    'ScheduleApi: StateMaster',
    'Sweep: StateMaster',
    'Workspace: StateCredentialKey',
    'Workspace: StateMaster',
  ]);
});

test('messages are sent by those that have a next step, and by schedules to the control queue', () => {
  expect(holders('sqs:SendMessage')).toEqual([
    'Callback: CallbackQueue',
    'Control: CallbackQueue',
    'Control: ControlQueue',
    'Control: IntakeQueue',
    'Control: PageQueue',
    'DeadLetters: CallbackQueue',
    'DeadLetters: ControlQueue',
    'DeadLetters: PageQueue',
    'Intake: CallbackQueue',
    'Intake: ControlQueue',
    'Launch: ControlQueue',
    'Launch: PageQueue',
    'Live: PageQueue',
    'Page: CallbackQueue',
    'Page: ControlQueue',
    'Page: PageQueue',
    'ScheduleApi: ControlQueue',
    'ScheduleApi: PageQueue',
    'Schedules: ControlQueue',
    'Schedules: DeadLetterQueue',
    'Sweep: CallbackQueue',
    'Sweep: ControlQueue',
    'Sweep: PageQueue',
    'Verbs: CallbackQueue',
    'Verbs: ControlQueue',
  ]);
});

test('each worker receives from its own queue only', () => {
  expect(holders('sqs:ReceiveMessage')).toEqual([
    'Callback: CallbackQueue',
    'Control: ControlQueue',
    'DeadLetters: DeadLetterQueue',
    'Intake: IntakeQueue',
    'Page: PageQueue',
  ]);
});

/** Whether a function is withheld an item, by its partition, for reading or for writing; with every verb or with none. */
function isWithheld(owner: string, verbs: readonly string[], partition: string): boolean {
  const denied = statements.filter((statement) => statement.owner === owner && statement.effect === 'Deny');
  const held = verbs.map((verb) =>
    denied.some(
      ({ action, partitions }) =>
        action === `dynamodb:${verb}` && partitions.some((pattern) => covers(pattern, partition)),
    ),
  );
  expect(new Set(held).size, `${owner}: ${verbs.join(', ')} of ${partition}`).toBe(1);
  return held[0] === true;
}

const covers = (pattern: string, partition: string): boolean =>
  pattern.endsWith('*') ? partition.startsWith(pattern.slice(0, -1)) : pattern === partition;

const READS = ['GetItem', 'BatchGetItem', 'Query'];
const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];
const API = ['Live', 'Launch', 'Runs', 'Run', 'Verbs', 'ScheduleApi', 'Workspace'];
const MASTERS = ['Launch', 'Runs', 'Run', 'ScheduleApi', 'Workspace', 'Callback', 'Sweep'];
const WORKERS = ['Control', 'Page', 'Callback', 'Intake', 'Sweep', 'DeadLetters'];

test.each<[string, string, readonly string[], readonly string[]]>([
  ['an API key', keys.apiKey('0a').pk, API, ['Workspace']],
  ['what signing secrets are derived from', keys.signingSecrets('uid').pk, MASTERS, ['Workspace']],
  ['the list of API keys', keys.keySet('uid').pk, ['Workspace'], ['Workspace']],
  ["a workspace's own secrets", keys.credentials('uid').pk, ['Live', 'Workspace', 'Page'], ['Workspace']],
  ["a workspace's name", keys.workspaceName('acme').pk, API, []],
  ['the list of workspaces', keys.listedWorkspace('uid').pk, [...API, ...WORKERS], []],
  ["a workspace's limits", keys.limits('uid').pk, [...API, ...WORKERS], []],
  ['the keys of cursors', keys.cursorKeys().pk, ['Live', 'Sweep'], ['Sweep']],
])('%s is read and written by those alone who need it', (_, partition, readers, writers) => {
  const everyone = [...API, ...WORKERS];
  expect(everyone.filter((owner) => !isWithheld(owner, READS, partition))).toEqual(readers);
  expect(everyone.filter((owner) => !isWithheld(owner, WRITES, partition))).toEqual(writers);
});

test('only reads of lists, and the worker that sums usage, use the index', () => {
  const index = permissions.filter(({ resource }) => JSON.stringify(resource).includes('/index/list'));
  expect(index.map(({ owner, action }) => `${owner} ${action}`)).toEqual([
    'Runs dynamodb:Query',
    'ScheduleApi dynamodb:Query',
    'Workspace dynamodb:Query',
    'Control dynamodb:Query',
  ]);
});

test('bucket and queues refuse what does not come over TLS', () => {
  const policies = [...listResources(stack, 'AWS::S3::BucketPolicy'), ...listResources(stack, 'AWS::SQS::QueuePolicy')];
  expect(policies).toHaveLength(6);
  for (const { id } of policies) {
    expect(propertiesOf(stack, id)).toMatchObject({
      PolicyDocument: { Statement: [{ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }] },
    });
  }
});

/** As Lambda would give it: intrinsics become what they resolve to. */
function deployedEnv(name: string, from: SynthesizedStack): Record<string, string> {
  const [found] = listResources(from, 'AWS::Lambda::Function').filter(
    ({ properties }) => properties.FunctionName === `trireme-prod-${name}`,
  );
  if (found === undefined) throw new Error(`No function ${name}`);
  const { Variables } = found.properties.Environment as { Variables: Record<string, unknown> }; // as CloudFormation defines it
  const resolved = Object.entries(Variables).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : long(key),
  ]);
  return Object.fromEntries(resolved);
}

/** A value as long as AWS makes them: an ARN or a queue's URL with its account, region and generated name. */
function long(key: string): string {
  const name = 'x'.repeat(80);
  return key.endsWith('_ARN')
    ? `arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:${name}`
    : `https://sqs.ap-northeast-1.amazonaws.com/123456789012/${name}`;
}

test.each(FUNCTION_NAMES)('what %s is given it can read, under the 4 KB of Lambda', (name) => {
  const env = deployedEnv(name, stack);
  expect(parseEnv(name, env)).toMatchObject({ stage: 'prod', settings: stack.settings.runtime });
  const bytes = Object.entries(env).reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
  expect(bytes).toBeLessThan(4_096);
});

test('links carry the public URL of the settings where there is one', () => {
  const env = deployedEnv('runs', stackOf('prod', { publicUrl: 'https://api.example.com' }));
  expect(parseEnv('runs', env).publicUrl).toBe('https://api.example.com');
});
