import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../infra/local/iam/evaluate.ts';
import { needsOf } from '../../../infra/local/iam/needs.ts';
import type { Need } from '../../../infra/local/iam/need.ts';
import type { Statement } from '../../../infra/local/iam/statement.ts';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/t';
const put: Need = { action: 'dynamodb:PutItem', resource: table, conditionKeys: {} };

function allows(statements: readonly Statement[], need: Need = put, warn: (message: string) => void = () => undefined) {
  return evaluate(statements, need, warn).allowed;
}

describe('evaluating statements', () => {
  test('nothing is allowed without a statement', () => {
    expect(evaluate([], put, () => undefined)).toEqual({ allowed: false, explicit: false, decidedBy: [] });
  });

  test('an explicit deny wins over an allow', () => {
    const statements: Statement[] = [
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: 'dynamodb:Put*', Resource: table },
    ];
    expect(evaluate(statements, put, () => undefined)).toMatchObject({ allowed: false, explicit: true });
  });

  test.each<[string, Partial<Statement>, boolean]>([
    ['an action matches without case', { Action: 'DynamoDB:putitem', Resource: '*' }, true],
    ['a resource matches with case', { Action: 'dynamodb:*', Resource: table.toUpperCase() }, false],
    ['? is one character', { Action: 'dynamodb:PutIte?', Resource: '*' }, true],
    ['a dot is a dot', { Action: 'dynamodb.PutItem', Resource: '*' }, false],
    ['an index is not its table', { Action: 'dynamodb:PutItem', Resource: `${table}/index/*` }, false],
    ['NotAction allows the others', { NotAction: 'dynamodb:DeleteItem', Resource: '*' }, true],
    ['NotAction leaves out what it names', { NotAction: ['dynamodb:Put*'], Resource: '*' }, false],
    ['NotResource leaves out what it names', { Action: '*', NotResource: table }, false],
    ['Action and NotAction together allow nothing', { Action: '*', NotAction: 'sqs:*', Resource: '*' }, false],
  ])('%s', (_, statement, expected) => {
    expect(allows([{ Effect: 'Allow', ...statement }])).toBe(expected);
  });

  test.each<[string, NonNullable<Statement['Condition']>, Need['conditionKeys'], boolean]>([
    ['StringEquals', { StringEquals: { 'aws:SourceAccount': '1' } }, { 'aws:SourceAccount': ['1'] }, true],
    [
      'StringEquals, another value',
      { StringEquals: { 'aws:SourceAccount': '1' } },
      { 'aws:SourceAccount': ['2'] },
      false,
    ],
    ['StringEquals, key absent', { StringEquals: { 'aws:SourceAccount': '1' } }, {}, false],
    ['keys without case', { StringEquals: { 'AWS:sourceaccount': '1' } }, { 'aws:SourceAccount': ['1'] }, true],
    ['IfExists, key absent', { StringEqualsIfExists: { 'aws:SourceAccount': '1' } }, {}, true],
    ['StringNotEquals, key absent', { StringNotEquals: { 'aws:SourceAccount': '1' } }, {}, true],
    [
      'StringNotEquals, one of two',
      { StringNotEquals: { 'aws:SourceAccount': ['1', '2'] } },
      { 'aws:SourceAccount': ['2'] },
      false,
    ],
    ['StringLike', { StringLike: { 'dynamodb:LeadingKeys': 'ws#*' } }, { 'dynamodb:LeadingKeys': ['ws#1'] }, true],
    [
      'ForAllValues, all',
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'a*' } },
      { 'dynamodb:LeadingKeys': ['a1', 'a2'] },
      true,
    ],
    [
      'ForAllValues, one astray',
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'a*' } },
      { 'dynamodb:LeadingKeys': ['a1', 'b'] },
      false,
    ],
    ['ForAllValues, key absent', { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'a*' } }, {}, true],
    [
      'ForAnyValue, one',
      { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': 'a*' } },
      { 'dynamodb:LeadingKeys': ['b', 'a'] },
      true,
    ],
    ['ForAnyValue, key absent', { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': 'a*' } }, {}, false],
    ['Null true, key absent', { Null: { 'dynamodb:LeadingKeys': 'true' } }, {}, true],
    ['Null false, key absent', { Null: { 'dynamodb:LeadingKeys': 'false' } }, {}, false],
    ['Bool', { Bool: { 'aws:SecureTransport': true } }, { 'aws:SecureTransport': ['true'] }, true],
    [
      'ArnLike, * stays in its part',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:*:schedule/x' } },
      { 'aws:SourceArn': ['arn:aws:scheduler:r:1:schedule/x'] },
      false,
    ],
    [
      'ArnLike',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:scheduler:*:1:schedule/*' } },
      { 'aws:SourceArn': ['arn:aws:scheduler:r:1:schedule/x/y'] },
      true,
    ],
    [
      'two operators, one fails',
      { Null: { 'aws:SourceArn': 'true' }, Bool: { 'aws:SecureTransport': 'true' } },
      {},
      false,
    ],
  ])('condition %s', (_, Condition, conditionKeys, expected) => {
    expect(allows([{ Effect: 'Allow', Action: '*', Resource: '*', Condition }], { ...put, conditionKeys })).toBe(
      expected,
    );
  });

  test.each<[string, NonNullable<Statement['Condition']>]>([
    ['condition operator DateGreaterThan', { DateGreaterThan: { 'aws:SourceAccount': '1' } }],
    ['condition key aws:PrincipalTag/team', { StringEquals: { 'aws:PrincipalTag/team': 'a' } }],
  ])('an unknown %s denies and says so', (name, Condition) => {
    const warnings: string[] = [];
    const all: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };
    expect(allows([{ ...all, Condition }], put, (message) => warnings.push(message))).toBe(false);
    expect(allows([all, { ...all, Effect: 'Deny', Condition }])).toBe(false);
    expect(warnings.join()).toContain(name);
  });
});

const context = {
  region: 'us-east-1',
  account: '000000000000',
  path: '/',
  query: {},
  headers: {},
  partitionKeyOf: () => 'pk',
};

function wanted(
  ...[service, operation, body, more]:
    | [...Parameters<typeof needsOf>]
    | [Parameters<typeof needsOf>[0], string, unknown]
) {
  return needsOf(service, operation, body, { ...context, ...more })?.map(
    ({ action, resource }) => `${action} ${resource}`,
  );
}

describe('what a request needs', () => {
  test('each item of a transaction has its own action', () => {
    const key = { TableName: 't', Key: { pk: { S: 'a' } } };
    const TransactItems = [
      { Put: { TableName: 't', Item: {} } },
      { ConditionCheck: key },
      { Update: key },
      { Delete: key },
    ];
    expect(wanted('dynamodb', 'TransactWriteItems', { TransactItems })).toEqual(
      ['PutItem', 'ConditionCheckItem', 'UpdateItem', 'DeleteItem'].map((action) => `dynamodb:${action} ${table}`),
    );
  });

  test('a query on an index names the index', () => {
    expect(wanted('dynamodb', 'Query', { TableName: 't', IndexName: 'i' })).toEqual([
      `dynamodb:Query ${table}/index/i`,
    ]);
  });

  test('a batch has an action of its own and the keys it touches', () => {
    const RequestItems = {
      t: [{ PutRequest: { Item: { pk: { S: 'a' } } } }, { DeleteRequest: { Key: { pk: { S: 'b' } } } }],
    };
    expect(needsOf('dynamodb', 'BatchWriteItem', { RequestItems }, context)).toEqual([
      { action: 'dynamodb:BatchWriteItem', resource: table, conditionKeys: { 'dynamodb:LeadingKeys': ['a', 'b'] } },
    ]);
  });

  test('a query carries the partition key it fixes', () => {
    const input = {
      TableName: 't',
      KeyConditionExpression: '#s > :s AND #p = :p',
      ExpressionAttributeNames: { '#s': 'sk', '#p': 'pk' },
      ExpressionAttributeValues: { ':s': { S: 'x' }, ':p': { S: 'ws' } },
    };
    expect(needsOf('dynamodb', 'Query', input, context)?.[0]?.conditionKeys).toEqual({
      'dynamodb:LeadingKeys': ['ws'],
    });
  });

  test('batches of messages need the action of one', () => {
    const QueueUrl = 'http://127.0.0.1:9/000000000000/q';
    const queue = 'arn:aws:sqs:us-east-1:000000000000:q';
    expect(wanted('sqs', 'SendMessageBatch', { QueueUrl })).toEqual([`sqs:SendMessage ${queue}`]);
    expect(wanted('sqs', 'DeleteMessageBatch', { QueueUrl })).toEqual([`sqs:DeleteMessage ${queue}`]);
    expect(wanted('sqs', 'ChangeMessageVisibilityBatch', { QueueUrl })).toEqual([
      `sqs:ChangeMessageVisibility ${queue}`,
    ]);
  });

  test('a schedule passes its role', () => {
    const body = { GroupName: 'g', Target: { RoleArn: 'arn:aws:iam::000000000000:role/r' } };
    expect(needsOf('scheduler', 'CreateSchedule', body, { ...context, path: '/schedules/n' })).toEqual([
      {
        action: 'scheduler:CreateSchedule',
        resource: 'arn:aws:scheduler:us-east-1:000000000000:schedule/g/n',
        conditionKeys: {},
      },
      {
        action: 'iam:PassRole',
        resource: 'arn:aws:iam::000000000000:role/r',
        conditionKeys: { 'iam:PassedToService': ['scheduler.amazonaws.com'] },
      },
    ]);
  });

  test('heading an object is getting it, and comparing is reading', () => {
    expect(wanted('s3', 'HeadObject', {}, { ...context, path: '/b/a/x%20y' })).toEqual([
      's3:GetObject arn:aws:s3:::b/a/x y',
    ]);
    const headers = { 'if-match': '"e"' };
    expect(wanted('s3', 'PutObject', {}, { ...context, path: '/b/k', headers })).toEqual([
      's3:PutObject arn:aws:s3:::b/k',
      's3:GetObject arn:aws:s3:::b/k',
    ]);
  });

  test.each([
    ['dynamodb', 'ExecuteStatement'],
    ['sqs', 'TagQueue'],
    ['s3', 'GET:acl'],
    ['scheduler', 'POST:schedules'],
    ['secretsmanager', 'DeleteSecret'],
    ['logs', 'PutLogEvents'],
  ] as const)('%s:%s is unknown', (service, operation) => {
    expect(needsOf(service, operation, {}, context)).toBeUndefined();
  });
});
