import { type AttributeValue, DeleteItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { at, openBench, refusal, TABLE } from './harness.ts';

const ITEM = {
  ...at('a', '1'),
  text: { S: 'héllo' },
  count: { N: '10' },
  raw: { B: Uint8Array.of(1, 2, 3) },
  yes: { BOOL: true },
  nothing: { NULL: true } as const,
  tags: { SS: ['x', 'y'] },
  primes: { NS: ['2', '3'] },
  list: { L: [{ S: 'one' }, { M: { deep: { N: '7' } } }] },
  map: { M: { leaf: { S: 'v' }, empty: { M: {} } } },
};

const VALUES: Record<string, AttributeValue> = {
  ':5': { N: '5' },
  ':ten': { N: '10.0' },
  ':20': { N: '20' },
  ':hello': { S: 'héllo' },
  ':he': { S: 'hé' },
  ':x': { S: 'x' },
  ':2': { N: '2' },
  ':yx': { SS: ['y', 'x'] },
  ':deep': { M: { deep: { N: '7' } } },
  ':map': { M: { empty: { M: {} }, leaf: { S: 'v' } } },
  ':bytes': { B: Uint8Array.of(1, 2) },
  ':S': { S: 'S' },
  ':L': { S: 'L' },
  ':0': { N: '0' },
  ':none': { NULL: true },
};

const HOLD = [
  'attribute_exists(#text) AND attribute_not_exists(absent)',
  'attribute_exists(#map.leaf) AND attribute_not_exists(#map.elsewhere) AND attribute_not_exists(#list[9])',
  '#count = :ten',
  '#count > :5 AND #count >= :ten AND #count < :20 AND #count <= :ten',
  '#count BETWEEN :5 AND :20',
  'NOT #count BETWEEN :20 AND :20',
  '#count IN (:5, :ten)',
  '#text <> :x AND absent <> :x',
  'NOT absent = :x',
  'begins_with(#text, :he) AND begins_with(#raw, :bytes)',
  'contains(#text, :he) AND contains(tags, :x) AND contains(primes, :2) AND contains(#list, :deep)',
  'tags = :yx',
  '#map = :map',
  'nothing = :none',
  '#list[1].deep > :5',
  'size(#text) = :5 AND size(tags) = :2 AND size(#list) = :2 AND size(#raw) > :2 AND size(#map.#empty) = :0',
  'attribute_type(#text, :S) AND attribute_type(#list, :L)',
  '(#count = :5 OR #count = :ten) AND NOT (#text = :x OR attribute_not_exists(pk))',
  '#count = :5 OR #count = :ten AND #text = :hello',
];

const FAIL = [
  'attribute_not_exists(pk)',
  '#text > :5',
  'absent = :x',
  'absent < :5',
  'size(#count) = :2',
  'begins_with(#count, :x)',
  '#count IN (:5, :20)',
  'contains(#list, :he)',
  'NOT attribute_exists(#map.leaf)',
];

async function holds(condition: string): Promise<boolean> {
  const { client } = openBench();
  await client.send(new PutItemCommand({ TableName: TABLE, Item: ITEM }));
  const names = condition.match(/#\w+/g) ?? [];
  const values = condition.match(/:\w+/g) ?? [];
  const outcome = client.send(
    new DeleteItemCommand({
      TableName: TABLE,
      Key: at('a', '1'),
      ConditionExpression: condition,
      ...(names.length === 0
        ? {}
        : { ExpressionAttributeNames: Object.fromEntries(names.map((name) => [name, name.slice(1)])) }),
      ...(values.length === 0
        ? {}
        : { ExpressionAttributeValues: Object.fromEntries(values.map((name) => [name, VALUES[name] ?? { S: '' }])) }),
    }),
  );
  return outcome.then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    },
  );
}

describe('a condition', () => {
  it.each(HOLD)('holds: %s', async (condition) => {
    expect(await holds(condition)).toBe(true);
  });
  it.each(FAIL)('fails: %s', async (condition) => {
    expect(await holds(condition)).toBe(false);
  });
});

it('a failed condition returns the item that beat it when asked', async () => {
  const { client } = openBench();
  const first = { ...at('a', '1'), by: { S: 'first' } };
  await client.send(new PutItemCommand({ TableName: TABLE, Item: first }));
  const put = {
    TableName: TABLE,
    Item: { ...at('a', '1'), by: { S: 'second' } },
    ConditionExpression: 'attribute_not_exists(pk)',
  };
  const quiet = await refusal(client.send(new PutItemCommand(put)));
  expect(quiet.name).toBe('ConditionalCheckFailedException');
  expect(quiet['Item']).toBeUndefined();
  const refused = await refusal(
    client.send(new PutItemCommand({ ...put, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })),
  );
  expect(refused['Item']).toEqual(first);
  const { Item } = await client.send(new GetItemCommand({ TableName: TABLE, Key: at('a', '1') }));
  expect(Item).toEqual(first);
});

it.each([
  ['a syntax error', 'a = ', {}],
  ['an unused value', 'attribute_exists(a)', { ':v': { S: 'v' } }],
  ['a reserved word', 'status = :v', { ':v': { S: 'v' } }],
  ['a range upside down', 'a BETWEEN :h AND :l', { ':h': { N: '2' }, ':l': { N: '1' } }],
  ['an unknown type name', 'attribute_type(a, :t)', { ':t': { S: 'STRING' } }],
])('a condition with %s is refused', async (_, condition, values) => {
  const { client } = openBench();
  const error = await refusal(
    client.send(
      new PutItemCommand({
        TableName: TABLE,
        Item: at('a', '1'),
        ConditionExpression: condition,
        ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
      }),
    ),
  );
  expect(error.name).toBe('ValidationException');
});
