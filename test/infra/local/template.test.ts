import { describe, expect, it } from 'vitest';
import type { TemplateDocument, TemplateResource } from '../../../infra/local/template/intrinsics.ts';
import { withCors } from '../../../infra/local/http-api/cors.ts';
import { routeChooser } from '../../../infra/local/http-api/match-route.ts';
import { resolveTemplate } from '../../../infra/local/template/resolve-template.ts';
import { tokenBucket } from '../../../infra/local/http-api/token-bucket.ts';

const endpoints = { gateway: 'http://127.0.0.1:1', api: 'http://127.0.0.1:2' };

function resolve(resources: Readonly<Record<string, TemplateResource>>, rest: Partial<TemplateDocument> = {}) {
  return resolveTemplate({
    template: { ...rest, Resources: resources },
    stackName: 'own',
    assets: new Map(),
    endpoints,
  });
}

/** A secret's text shows what a value resolves to. */
function textOf(value: unknown, rest: Partial<TemplateDocument> = {}): unknown {
  const Queue = { Type: 'AWS::SQS::Queue' };
  const { secrets } = resolve(
    { Queue, S: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: value } } },
    rest,
  );
  const [secret] = secrets;
  return secret !== undefined && 'text' in secret.value ? secret.value.text : undefined;
}

describe('intrinsic functions', () => {
  it.each([
    [{ Ref: 'Queue' }, 'http://127.0.0.1:1/000000000000/own-Queue'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:aws:sqs:us-east-1:000000000000:own-Queue'],
    [{ 'Fn::GetAtt': 'Queue.QueueName' }, 'own-Queue'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'AWS::Partition' }]] }, 'a-aws'],
    [
      { 'Fn::Sub': '${AWS::StackName}/${Queue.Arn}/${!kept}' },
      'own/arn:aws:sqs:us-east-1:000000000000:own-Queue/${kept}',
    ],
    [{ 'Fn::Sub': ['${mine}', { mine: { Ref: 'AWS::AccountId' } }] }, '000000000000'],
    [{ 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b'] }] }, 'b'],
    [{ 'Fn::If': ['Yes', 'then', { 'Fn::Bogus': 1 }] }, 'then'],
    [{ 'Fn::FindInMap': ['Map', 'us-east-1', 'word'] }, 'found'],
  ])('%j resolves', (value, expected) => {
    const Conditions = { Yes: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] }] } };
    expect(textOf(value, { Conditions, Mappings: { Map: { 'us-east-1': { word: 'found' } } } })).toBe(expected);
  });

  it('leaves out properties of no value', () => {
    const { queues } = resolve({
      Q: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: { Ref: 'AWS::NoValue' } } },
    });
    expect(queues[0]?.attributes).toEqual({});
  });

  it.each([
    [{ 'Fn::Cidr': ['10.0.0.0/8'] }, /S: intrinsic function "Fn::Cidr" is not supported/],
    [{ Ref: 'Nowhere' }, /S: Ref "Nowhere"/],
    [{ 'Fn::GetAtt': ['Queue', 'Colour'] }, /Queue: attribute "Colour" of AWS::SQS::Queue/],
  ])('%j is refused by name', (value, message) => {
    expect(() => textOf(value)).toThrow(message);
  });
});

describe('resources', () => {
  it('of an unknown type are refused by name', () => {
    expect(() => resolve({ Odd: { Type: 'AWS::Kinesis::Stream' } })).toThrow(
      /Odd: resources of type AWS::Kinesis::Stream/,
    );
  });

  it('are left out when their condition does not hold', () => {
    const Conditions = { No: { 'Fn::Equals': ['a', 'b'] } };
    expect(resolve({ Q: { Type: 'AWS::SQS::Queue', Condition: 'No' } }, { Conditions }).queues).toEqual([]);
  });

  it.each([
    ['AWS::SQS::Queue', { FifoQueue: true }, /FifoQueue: is not supported/],
    [
      'AWS::DynamoDB::GlobalTable',
      { KeySchema: [], AttributeDefinitions: [], BillingMode: 'PROVISIONED' },
      /BillingMode/,
    ],
    [
      'AWS::IAM::Role',
      { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
      /managed policy .*AdministratorAccess/,
    ],
    ['AWS::Events::Rule', { EventPattern: {}, Targets: [] }, /ScheduleExpression/],
  ])('%s with what is not carried out here is refused', (Type, Properties, message) => {
    expect(() => resolve({ X: { Type, Properties } })).toThrow(message);
  });

  it('have names within their service’s limit that keep the hash of the logical id', () => {
    const id = `${'Long'.repeat(30)}ABCD1234`;
    const [queue] = resolve({ [id]: { Type: 'AWS::SQS::Queue' } }).queues;
    expect(queue?.name).toHaveLength(80);
    expect(queue?.name).toMatch(/^own-Long.*ABCD1234$/);
  });
});

describe('CORS of an HTTP API', () => {
  const api = (CorsConfiguration: unknown) =>
    resolve({
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP', CorsConfiguration } },
      Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { StageName: '$default' } },
    }).api;
  const origin = 'https://app.example.com';

  it('is as it was synthesized; a part of an origin and credentials are refused', () => {
    const cors = { AllowOrigins: [origin], AllowMethods: ['GET'], AllowHeaders: ['X-API-Key'], MaxAge: '60' };
    expect(api(cors)?.cors).toEqual({
      origins: [origin],
      methods: ['GET'],
      requestHeaders: ['x-api-key'],
      answerHeaders: [],
      maxAgeSeconds: 60,
    });
    expect(api(undefined)?.cors).toBeNull();
    expect(() => api({ AllowOrigins: ['https://*'] })).toThrow('only whole origins');
    expect(() => api({ AllowCredentials: true })).toThrow('AllowCredentials: is not supported');
  });

  it('replaces the headers of CORS that a function gave', () => {
    const cors = { origins: [origin], methods: [], requestHeaders: [], answerHeaders: ['etag'], maxAgeSeconds: null };
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true', etag: '1' };
    const answer = { status: 200, headers, cookies: [], body: Buffer.alloc(0) };
    expect(withCors(cors, { origin }, answer).headers).toEqual({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'etag',
      etag: '1',
    });
    expect(withCors(cors, {}, answer).headers).toEqual({ etag: '1' });
    expect(withCors(null, { origin }, answer).headers).toEqual(headers);
  });
});

describe('routes', () => {
  const keys = [
    '$default',
    'ANY /{proxy+}',
    'GET /a/{x}',
    'ANY /a/{x}',
    'GET /a/b',
    'GET /a/{x}/c',
    'GET /a/b/{y}',
    'ANY /d/e/{proxy+}',
  ];
  const choose = routeChooser(keys.map((routeKey) => ({ routeKey, functionArn: '', timeoutMs: 0 })));

  it.each([
    ['GET', '/a/b', 'GET /a/b'],
    ['GET', '/a/z', 'GET /a/{x}'],
    ['POST', '/a/b', 'ANY /a/{x}'],
    ['GET', '/a/b/c', 'GET /a/b/{y}'],
    ['GET', '/a/z/c', 'GET /a/{x}/c'],
    ['DELETE', '/z', 'ANY /{proxy+}'],
    ['GET', '/', '$default'],
    ['GET', '/d/', 'ANY /{proxy+}'],
    ['GET', '/d/e/', 'ANY /{proxy+}'],
    ['GET', '/d/e/f', 'ANY /d/e/{proxy+}'],
  ])('%s %s goes to %s', (method, path, routeKey) => {
    expect(choose(method, path)?.route.routeKey).toBe(routeKey);
  });
});

describe('the stage’s throttle', () => {
  it('lets a burst pass, then the rate', () => {
    let now = 0;
    const take = tokenBucket({ ratePerSecond: 2, burst: 3 }, () => now);
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
    now = 500;
    expect([take(), take()]).toEqual([true, false]);
  });
});
