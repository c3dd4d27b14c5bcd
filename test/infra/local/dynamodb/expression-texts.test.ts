import { type AttributeValue, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { at, openBench, refusal, TABLE } from './harness.ts';

const { client } = openBench();

async function update(sk: string, UpdateExpression: string, names: Record<string, string>, value: string) {
  await client.send(
    new UpdateItemCommand({
      TableName: TABLE,
      Key: at('a', sk),
      UpdateExpression,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ':v': { S: value } },
    }),
  );
  const { Item = {} } = await client.send(new GetItemCommand({ TableName: TABLE, Key: at('a', sk) }));
  const { pk: _pk, sk: _sk, ...rest } = Item;
  return rest;
}

it('one text serves many names and values', async () => {
  const text = 'SET #x = :v, #y = if_not_exists(#x, :v)';
  expect(await update('1', text, { '#x': 'one', '#y': 'size' }, 'a')).toEqual({ one: { S: 'a' }, size: { S: 'a' } });
  expect(await update('2', text, { '#x': 'size', '#y': 'x.y' }, 'b')).toEqual({ size: { S: 'b' }, 'x.y': { S: 'b' } });
  expect(await update('3', text, { '#x': '#y', '#y': '#x' }, 'c')).toEqual({ '#y': { S: 'c' }, '#x': { S: 'c' } });
  expect(await update('4', text, { '#x': 'if_not_exists', '#y': '#x' }, 'd')).toEqual({
    if_not_exists: { S: 'd' },
    '#x': { S: 'd' },
  });
});

it('names that make paths overlap are refused, also when the text was fine with others', async () => {
  const text = 'SET #x = :v, plain = :v, #y = :v';
  await update('1', text, { '#x': 'one', '#y': 'two' }, 'a');
  expect((await refusal(update('1', text, { '#x': 'one', '#y': 'one' }, 'a'))).message).toContain('overlap');
  expect((await refusal(update('1', text, { '#x': 'plain', '#y': 'one' }, 'a'))).message).toContain('overlap');
});

it('values are checked each time, not only the first', async () => {
  const between = (low: AttributeValue, high: AttributeValue) =>
    client.send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: at('a', '9'),
        UpdateExpression: 'SET n = :low',
        ConditionExpression: 'attribute_not_exists(n) OR n BETWEEN :low AND :high',
        ExpressionAttributeValues: { ':low': low, ':high': high },
      }),
    );
  await between({ N: '1' }, { N: '2' });
  expect((await refusal(between({ N: '2' }, { N: '1' }))).name).toBe('ValidationException');
  expect((await refusal(between({ S: '1' }, { N: '2' }))).name).toBe('ValidationException');
  expect((await refusal(between({ N: 'x' }, { N: '2' }))).name).toBe('ValidationException');
});
