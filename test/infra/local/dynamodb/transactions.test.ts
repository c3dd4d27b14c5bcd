import {
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  type TransactWriteItem,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { at, type Bench, openBench, refusal, TABLE } from './harness.ts';

const MINUTE_MS = 60_000;
const put = (sk: string, value = 'v'): TransactWriteItem => ({
  Put: { TableName: TABLE, Item: { ...at('a', sk), value: { S: value } } },
});

function transact({ client }: Bench, TransactItems: TransactWriteItem[], ClientRequestToken?: string) {
  return client.send(
    new TransactWriteItemsCommand({
      TransactItems,
      ...(ClientRequestToken === undefined ? {} : { ClientRequestToken }),
    }),
  );
}

async function count({ client }: Bench): Promise<number | undefined> {
  return (await client.send(new ScanCommand({ TableName: TABLE, Select: 'COUNT' }))).Count;
}

it('all of its writes happen', async () => {
  const bench = openBench();
  await bench.client.send(new PutItemCommand({ TableName: TABLE, Item: at('a', '3') }));
  await transact(bench, [
    put('1'),
    {
      Update: {
        TableName: TABLE,
        Key: at('a', '2'),
        UpdateExpression: 'ADD hits :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      },
    },
    { Delete: { TableName: TABLE, Key: at('a', '3') } },
    { ConditionCheck: { TableName: TABLE, Key: at('a', '4'), ConditionExpression: 'attribute_not_exists(pk)' } },
  ]);
  const gets = ['1', '2', '3'].map((sk) => ({ Get: { TableName: TABLE, Key: at('a', sk) } }));
  const { Responses } = await bench.client.send(new TransactGetItemsCommand({ TransactItems: gets }));
  expect(Responses).toEqual([
    { Item: { ...at('a', '1'), value: { S: 'v' } } },
    { Item: { ...at('a', '2'), hits: { N: '1' } } },
    {},
  ]);
});

it('or none, with a reason for each and the item that stood in the way', async () => {
  const bench = openBench();
  await bench.client.send(new PutItemCommand({ TableName: TABLE, Item: at('a', '2') }));
  const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
  const error = await refusal(
    transact(bench, [
      put('1'),
      {
        Put: {
          TableName: TABLE,
          Item: at('a', '2'),
          ...condition,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
      { ConditionCheck: { TableName: TABLE, Key: at('a', '3'), ConditionExpression: 'attribute_exists(pk)' } },
    ]),
  );
  expect(error.name).toBe('TransactionCanceledException');
  expect(error['CancellationReasons']).toEqual([
    { Code: 'None' },
    { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: at('a', '2') },
    { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
  ]);
  expect(await count(bench)).toBe(1);
});

it('an update that cannot be applied cancels it', async () => {
  const bench = openBench();
  const Update = { TableName: TABLE, Key: at('a', '2'), UpdateExpression: 'SET a = b' };
  const error = await refusal(transact(bench, [put('1'), { Update }]));
  expect(error['CancellationReasons']).toMatchObject([{ Code: 'None' }, { Code: 'ValidationError' }]);
  expect(await count(bench)).toBe(0);
});

it.each<[string, TransactWriteItem[]]>([
  ['the same item twice', [put('1'), { Delete: { TableName: TABLE, Key: at('a', '1') } }]],
  ['101 items', Array.from({ length: 101 }, (_, index) => put(String(index)))],
  ['no items', []],
  ['over 4 MB', Array.from({ length: 11 }, (_, index) => put(String(index), 'x'.repeat(399 * 1024)))],
  ['an entry of two operations', [{ ...put('1'), Delete: { TableName: TABLE, Key: at('a', '2') } }]],
])('%s are refused', async (_, items) => {
  const bench = openBench();
  expect((await refusal(transact(bench, items))).name).toBe('ValidationException');
  expect(await count(bench)).toBe(0);
});

it('a token makes a repeated request do nothing for 10 minutes', async () => {
  const bench = openBench();
  const ADD: TransactWriteItem = {
    Update: {
      TableName: TABLE,
      Key: at('a', '1'),
      UpdateExpression: 'ADD hits :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    },
  };
  const hits = async () =>
    (await bench.client.send(new GetItemCommand({ TableName: TABLE, Key: at('a', '1') }))).Item?.['hits'];
  await transact(bench, [ADD], 'token');
  bench.clock.ms += 9 * MINUTE_MS;
  await transact(bench, [ADD], 'token');
  expect(await hits()).toEqual({ N: '1' });
  const error = await refusal(transact(bench, [put('9')], 'token'));
  expect(error.name).toBe('IdempotentParameterMismatchException');
  bench.clock.ms += 2 * MINUTE_MS;
  await transact(bench, [ADD], 'token');
  expect(await hits()).toEqual({ N: '2' });
});
