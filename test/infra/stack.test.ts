import { describe, expect, test } from 'vitest';
import { synthesize } from '../../infra/app.ts';
import type { StageSettings } from '../../infra/settings.ts';
import { FUNCTION_NAMES } from '../../shared/functions.ts';
import { PAGE_ROUTES } from '../../shared/api/page-routes.ts';
import { ROUTES } from '../../shared/api/routes.ts';
import { readDocument } from '../guards/readme-text.ts';
import { alarmState, dimensionsText } from '../support/cloudwatch/alarm-state.ts';
import { matchesPattern } from '../support/cloudwatch/filter-pattern.ts';
import { emptyBundles } from './bundle-fixture.ts';
import { listResources, propertiesOf, stackOf, target } from './stack-fixture.ts';

const stack = stackOf('prod');
const functions = listResources(stack, 'AWS::Lambda::Function');
const queues = listResources(stack, 'AWS::SQS::Queue');
const sources = listResources(stack, 'AWS::Lambda::EventSourceMapping');

const readsDeadLetters = ({ properties }: (typeof sources)[number]) =>
  target(properties.EventSourceArn).startsWith('DeadLetterQueue');

const named = (name: string) => functions.find(({ properties }) => properties.FunctionName === `trireme-prod-${name}`);

test('the stack holds each function of the contract and no other', () => {
  const names = functions.map(({ properties }) => String(properties.FunctionName).replace('trireme-prod-', ''));
  expect(names.toSorted()).toEqual(FUNCTION_NAMES.toSorted());
});

test('what holds state outlives the stack under the ids it had in the first release', () => {
  // A contract: an id that changes here makes CloudFormation replace the resource, and with it all data.
  const stateful = ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret'];
  const ids = stateful.flatMap((type) => listResources(stack, type).map(({ id }) => id));
  expect(ids).toEqual([
    'StateTable962DE04C',
    'StateBucket77825682',
    'StateMaster3EDF4198',
    'StateActionSecretsB70B55F6',
    'StateCredentialKeyD5974870',
  ]);
  for (const id of ids) {
    expect(stack.resources[id]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  }
});

test('queues, which hold messages, keep their ids too', () => {
  expect(queues.map(({ id }) => id)).toEqual([
    'DeadLetterQueue11C2C8AA',
    'ControlQueueD0EE6E52',
    'PageQueue2343A1D6',
    'CallbackQueue2FDA3CAB',
    'IntakeQueueF8C45524',
  ]);
});

test('the table is on demand, protected from deletion, recoverable to a point in time, and forgets by expires_at', () => {
  expect(propertiesOf(stack, 'StateTable962DE04C')).toMatchObject({
    BillingMode: 'PAY_PER_REQUEST',
    TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
    Replicas: [
      { DeletionProtectionEnabled: true, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
    ],
  });
});

test('an object is kept as long as a run may need it that works and waits for 90 days, an upload and its inputs a postponed year longer', () => {
  const { runtime } = stack.settings;
  expect(propertiesOf(stack, 'StateBucket77825682')).toMatchObject({
    LifecycleConfiguration: {
      Rules: [
        { Prefix: 'pages/', ExpirationInDays: runtime.retentionDays + 91 },
        { Prefix: 'inputs/', ExpirationInDays: runtime.retentionDays + 91 + 366 },
        { Prefix: 'uploads/', ExpirationInDays: runtime.retentionDays + 91 + 366 },
        // Counted from midnight: what no launch keeps is gone within two days.
        { Prefix: 'incoming/', ExpirationInDays: 1 },
      ],
    },
  });
});

test('every function runs on Node 24 and arm64 and logs JSON to a group of its own that forgets', () => {
  for (const { properties } of functions) {
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      LoggingConfig: { LogFormat: 'JSON' },
    });
    const group = propertiesOf(stack, target(properties.LoggingConfig));
    expect(group).toEqual({ LogGroupName: `/aws/lambda/${String(properties.FunctionName)}`, RetentionInDays: 90 });
  }
});

test('each worker’s queue hides a message for six timeouts and the batch window', () => {
  expect(sources).toHaveLength(5);
  for (const { properties } of sources) {
    const { Timeout } = propertiesOf(stack, target(properties.FunctionName));
    const { VisibilityTimeout } = propertiesOf(stack, target(properties.EventSourceArn));
    const window = Number(properties.MaximumBatchingWindowInSeconds ?? 0);
    expect(Number(VisibilityTimeout)).toBeGreaterThanOrEqual(6 * Number(Timeout) + window);
  }
});

test('each worker tells failed records one by one and has a ceiling of its own', () => {
  for (const { properties } of sources.filter((source) => !readsDeadLetters(source))) {
    expect(properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    const name = String(propertiesOf(stack, target(properties.FunctionName)).FunctionName).slice(
      'trireme-prod-'.length,
    );
    const ceiling = new Map(Object.entries(stack.settings.workerConcurrency)).get(name);
    expect(properties.ScalingConfig).toEqual({ MaximumConcurrency: ceiling });
  }
});

test('what dies in any queue is read, one letter an invocation, so that invocations count letters', () => {
  const dead = queues.map(({ properties }) => Object(properties.RedrivePolicy).deadLetterTargetArn).filter(Boolean);
  const [reader, ...others] = sources.filter(readsDeadLetters);
  expect(others).toEqual([]);
  expect(new Set(dead.map((arn) => target(arn)))).toEqual(new Set([target(reader?.properties.EventSourceArn)]));
  expect(target(reader?.properties.FunctionName)).toBe(named('dead-letters')?.id);
  expect(reader?.properties).toMatchObject({ BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
  expect(reader?.properties.FunctionResponseTypes).toBeUndefined(); // what is thrown counts as an error of the function
});

test('a message is received five times or more before it is set aside, for 14 days', () => {
  const working = queues.filter(({ properties }) => properties.RedrivePolicy !== undefined);
  expect(working).toHaveLength(4);
  for (const { properties } of working) {
    const { maxReceiveCount, deadLetterTargetArn } = Object(properties.RedrivePolicy);
    expect(maxReceiveCount).toBeGreaterThanOrEqual(5);
    expect(propertiesOf(stack, target(deadLetterTargetArn)).MessageRetentionPeriod).toBe(14 * 86_400);
  }
});

test('only the functions that send to a queue that leads back to them may recurse', () => {
  const allowed = functions.filter(({ properties }) => properties.RecursiveLoop === 'Allow').map(({ id }) => id);
  expect(allowed).toEqual(['control', 'page', 'callback', 'dead-letters'].map((name) => named(name)?.id));
});

test('every route of the table, and whatever has none, leads to its function, which may be called', () => {
  const keys = new Map<string, string>();
  for (const { properties } of listResources(stack, 'AWS::ApiGatewayV2::Route')) {
    const { IntegrationUri } = propertiesOf(stack, target(properties.Target));
    keys.set(String(properties.RouteKey), target(IntegrationUri));
  }
  const expected = new Map(
    [...ROUTES, ...PAGE_ROUTES].map((route) => [`${route.method} ${route.path}`, named(route.function)?.id]),
  );
  expect(keys).toEqual(expected.set('$default', named('runs')?.id));
  const callable = listResources(stack, 'AWS::Lambda::Permission')
    .filter(({ properties }) => properties.Principal === 'apigateway.amazonaws.com')
    .map(({ properties }) => [target(properties.FunctionName), JSON.stringify(properties.SourceArn)]);
  expect(callable.map(([id]) => id)).toEqual(
    ['live', 'launch', 'runs', 'run', 'verbs', 'schedules', 'workspace', 'console'].map((name) => named(name)?.id),
  );
  // `<api>/*`, for the source of a $default request is `<api>/$default/$default` and has no method and path.
  for (const [, arn] of callable) expect(arn).toMatch(/\{"Ref":"HttpApi\w+"\},"\/\*"\]/);
});

test('API functions answer before the gateway gives up at 30 s', () => {
  for (const name of ['live', 'launch', 'runs', 'run', 'verbs', 'schedules'])
    expect(named(name)?.properties.Timeout).toBe(29);
});

test('the sweep comes every minute and is not tried again', () => {
  expect(listResources(stack, 'AWS::Events::Rule').map(({ properties }) => properties)).toMatchObject([
    { ScheduleExpression: 'rate(1 minute)', Targets: [{ Arn: { 'Fn::GetAtt': [named('sweep')?.id, 'Arn'] } }] },
  ]);
  expect(listResources(stack, 'AWS::Lambda::EventInvokeConfig').map(({ properties }) => properties)).toMatchObject([
    { FunctionName: { Ref: named('sweep')?.id }, MaximumRetryAttempts: 0 },
  ]);
});

/** With every alarm that a stage may have. */
const watched = stackOf('prod', { spendAlarmUsdPerDay: 10 });

test('alarms are few, and what all stages emit while they are idle is one metric of the ten that are free', () => {
  expect(listResources(watched, 'AWS::CloudWatch::Alarm').length).toBeLessThanOrEqual(10);
  const idle = listResources(stack, 'AWS::Logs::MetricFilter').filter(({ properties }) =>
    matchesPattern(String(properties.FilterPattern), { level: 'INFO', message: { message: 'swept' } }),
  );
  expect(idle).toHaveLength(1);
});

test('each alarm has its section of the runbook, which it names, and each section its alarm', () => {
  const sections = new Map(
    readDocument('infra/RUNBOOK.md')
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), section]),
  );
  sections.delete('Before you begin');
  const alarms = listResources(watched, 'AWS::CloudWatch::Alarm').map(({ properties }) => ({
    name: String(properties.AlarmName).replace(/^trireme-prod-/, ''),
    description: String(properties.AlarmDescription),
  }));
  expect(alarms.map(({ name }) => name)).toEqual(Array.from(sections.keys()));
  for (const { name, description } of alarms) {
    expect(description).toMatch(new RegExp(` What to do: infra/RUNBOOK\\.md#${name.toLowerCase()}$`));
    expect(description.length).toBeLessThanOrEqual(1_024); // PutMetricAlarm takes no more
    for (const part of ['**Look at**', '**Run**', '**It is over when**']) expect(sections.get(name)).toContain(part);
  }
});

test('the spend alarm rises by the write units of the table and the calls of the API within a day', () => {
  const alarm = listResources(watched, 'AWS::CloudWatch::Alarm').find(({ id }) => id.startsWith('Spend'));
  const [api] = listResources(watched, 'AWS::ApiGatewayV2::Api');
  const spent = (writes: number, calls: number) =>
    alarmState(alarm?.properties, [
      {
        namespace: 'AWS/DynamoDB',
        name: 'ConsumedWriteCapacityUnits',
        dimensions: dimensionsText([{ Name: 'TableName', Value: { Ref: 'StateTable962DE04C' } }]),
        values: [writes],
      },
      {
        namespace: 'AWS/ApiGateway',
        name: 'Count',
        dimensions: dimensionsText([
          { Name: 'ApiId', Value: { Ref: api?.id } },
          { Name: 'Stage', Value: '$default' },
        ]),
        values: [calls],
      },
    ]);
  // A million pages with their callbacks take about 1.1 million write units.
  expect(spent(6_000_000, 1_000_000)).toBe('OK');
  expect(spent(7_000_000, 1_000_000)).toBe('ALARM');
  expect(JSON.stringify(alarm?.properties.Metrics).match(/"Period":86400/g)).toHaveLength(2);
  expect(
    listResources(stack, 'AWS::CloudWatch::Alarm')
      .map(({ id }) => id)
      .join(' '),
  ).not.toContain('Spend');
});

test('every function’s log is counted for lines that tell of faults', () => {
  const counted = listResources(stack, 'AWS::Logs::MetricFilter')
    .filter(({ properties }) => JSON.stringify(properties.MetricTransformations).includes('"ErrorLines"'))
    .map(({ properties }) => target(properties.LogGroupName));
  const logs = functions.map(({ properties }) => target(properties.LoggingConfig));
  expect(counted.toSorted()).toEqual(logs.toSorted());
});

test('a stage whose alarms tell nobody says so when it is synthesized, unless it is for trying', () => {
  const warned = (stage: string, settings: Partial<StageSettings> = {}): readonly string[] => {
    const { stacks } = synthesize({ stage, settings, bundleDir: emptyBundles(FUNCTION_NAMES) });
    return stacks.flatMap(({ messages }) =>
      messages.map(({ level, entry }) => `${level}: ${JSON.stringify(entry.data)}`),
    );
  };
  expect(warned('prod')).toEqual([
    expect.stringMatching(/^warning: "alarmEmail of stage prod is null.*infra\/settings.ts/),
  ]);
  expect(warned('prod', { alarmEmail: 'owner@example.com' })).toEqual([]);
  expect(warned('dev')).toEqual([]);
});

test('alarms go to a topic whose ARN is an output, whether or not anybody gets an e-mail', () => {
  const [topic] = listResources(stack, 'AWS::SNS::Topic');
  expect(listResources(stack, 'AWS::SNS::Subscription')).toEqual([]);
  expect(stack.outputs['AlarmTopicArn']).toMatchObject({ Value: { Ref: topic?.id } });
  for (const { properties } of listResources(stack, 'AWS::CloudWatch::Alarm')) {
    expect(properties.AlarmActions).toEqual([{ Ref: topic?.id }]);
  }
});

test('alarms go to the e-mail of the settings, and may', () => {
  const told = stackOf('prod', { alarmEmail: 'owner@example.com' });
  expect(listResources(told, 'AWS::SNS::Subscription').map(({ properties }) => properties)).toMatchObject([
    { Protocol: 'email', Endpoint: 'owner@example.com' },
  ]);
  const [policy] = listResources(told, 'AWS::SNS::TopicPolicy');
  expect(policy?.properties).toMatchObject({
    PolicyDocument: {
      Statement: [{ Effect: 'Deny' }, { Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' } }],
    },
  });
  const [topic] = listResources(told, 'AWS::SNS::Topic');
  for (const { properties } of listResources(told, 'AWS::CloudWatch::Alarm')) {
    expect(properties.AlarmActions).toEqual([{ Ref: topic?.id }]);
  }
});

test('only the schedule group of this account may use the role that fires schedules', () => {
  const role = listResources(stack, 'AWS::IAM::Role').find(({ properties }) =>
    JSON.stringify(properties).includes('scheduler.amazonaws.com'),
  );
  const [group] = listResources(stack, 'AWS::Scheduler::ScheduleGroup');
  expect(group?.properties.Name).toBe('trireme-prod');
  expect(role?.properties).toMatchObject({
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [group?.id, 'Arn'] } },
          },
        },
      ],
    },
  });
});

test('synthesizing twice gives the same template', () => {
  expect(stackOf('prod').resources).toEqual(stack.resources);
});

test('synthesis refuses a wrong region before it makes anything', () => {
  expect(() => synthesize({ stage: 'dev', region: 'nowhere', bundleDir: '/nonexistent' })).toThrow('region: a region');
});

test('a function whose bundle is missing is told with where it was looked for', () => {
  const bundleDir = emptyBundles(['live', 'launch']);
  expect(() => synthesize({ stage: 'dev', bundleDir })).toThrow(`No bundle of function runs in ${bundleDir}/runs`);
});

test.each(['local', 'dev', 'small', 'prod'])('stage %s passes cdk-nag and CloudFormation’s rules', (stage) => {
  expect(listResources(stackOf(stage), 'AWS::Lambda::Function')).toHaveLength(functions.length);
});

test('a stage whose data nobody will miss leaves nothing behind', () => {
  const { resources } = stackOf('dev', { keepStateOnRemoval: false });
  expect(resources['StateTable962DE04C']).toMatchObject({
    DeletionPolicy: 'Delete',
    Properties: { Replicas: [{ DeletionProtectionEnabled: false }] },
  });
});

test('concurrency is kept for API functions only where the settings ask for it', () => {
  const reserved = (settings: Partial<StageSettings>) =>
    listResources(stackOf('prod', settings), 'AWS::Lambda::Function').flatMap(
      ({ properties }) => properties.ReservedConcurrentExecutions ?? [],
    );
  expect(reserved({})).toEqual([]);
  expect(
    reserved({ reservedConcurrency: { live: 11, launch: 12, runs: 13, run: 16, verbs: 15, schedules: 14 } }),
  ).toEqual([11, 12, 13, 16, 15, 14]);
});

test("the gateway's log has a call's address and id, and neither body nor key", () => {
  const [stage] = listResources(stack, 'AWS::ApiGatewayV2::Stage');
  const { Format } = Object(stage?.properties.AccessLogSettings) as { Format: string }; // the template's own text
  const logged = Object.values(JSON.parse(Format) as Record<string, string>);
  expect(logged).toEqual(expect.arrayContaining(['$context.identity.sourceIp', '$context.requestId']));
  expect(logged.join(' ')).not.toMatch(/body|authorizer|header|apiKey/i);
});

describe('a domain', () => {
  const domain = {
    name: 'api.example.com',
    certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000',
    hostedZone: { id: 'Z0123456789ABC', name: 'example.com' },
  };
  const named = stackOf('dev', { region: 'eu-west-1', domain });
  const publicUrls = (one: typeof named) =>
    listResources(one, 'AWS::Lambda::Function').flatMap(
      ({ properties }) => Object(Object(properties.Environment).Variables).TRIREME_PUBLIC_URL ?? [],
    );

  test('leads to the stage of the API, once that is there, by TLS 1.2 and its record in the zone', () => {
    const [name] = listResources(named, 'AWS::ApiGatewayV2::DomainName');
    expect(name?.properties).toMatchObject({
      DomainName: domain.name,
      DomainNameConfigurations: [
        { CertificateArn: domain.certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
      ],
    });
    const [mapping] = listResources(named, 'AWS::ApiGatewayV2::ApiMapping');
    const [apiStage] = listResources(named, 'AWS::ApiGatewayV2::Stage');
    expect(mapping?.properties).toMatchObject({ Stage: '$default', DomainName: { Ref: name?.id } });
    expect(named.resources[mapping?.id ?? '']).toMatchObject({ DependsOn: expect.arrayContaining([apiStage?.id]) });
    const [record, ...more] = listResources(named, 'AWS::Route53::RecordSet');
    expect(more).toEqual([]);
    expect(record?.properties).toMatchObject({
      Name: 'api.example.com.',
      Type: 'A',
      HostedZoneId: domain.hostedZone.id,
      AliasTarget: { DNSName: { 'Fn::GetAtt': [name?.id, 'RegionalDomainName'] } },
    });
  });

  test('is the address in links and for the bucket, unless something is put before it; both addresses are outputs', () => {
    expect(new Set(publicUrls(named))).toEqual(new Set(['https://api.example.com']));
    expect(named.outputs).toMatchObject({
      Url: { Value: 'https://api.example.com' },
      ApiUrl: { Value: { 'Fn::GetAtt': [expect.stringMatching(/^HttpApi/), 'ApiEndpoint'] } },
      DomainTarget: { Value: { 'Fn::GetAtt': [expect.any(String), 'RegionalDomainName'] } },
    });
    const [bucket] = listResources(named, 'AWS::S3::Bucket');
    expect(bucket?.properties.CorsConfiguration).toMatchObject({
      CorsRules: [{ AllowedOrigins: ['https://api.example.com'] }],
    });
    const before = stackOf('dev', { domain: { ...domain, hostedZone: null }, publicUrl: 'https://www.example.com' });
    expect(new Set(publicUrls(before))).toEqual(new Set(['https://www.example.com']));
    expect(listResources(before, 'AWS::Route53::RecordSet')).toEqual([]);
  });

  test('is not there without the setting, and then one address is enough', () => {
    expect(listResources(stack, 'AWS::ApiGatewayV2::DomainName')).toEqual([]);
    expect(Object.keys(stack.outputs)).not.toContain('ApiUrl');
    expect(stack.outputs).toMatchObject({
      Url: { Value: { 'Fn::GetAtt': [expect.stringMatching(/^HttpApi/), 'ApiEndpoint'] } },
    });
  });
});
