import { type AttributeValue, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { at, openBench, refusal, TABLE } from './harness.ts';

const KB = 1024;
const MAX = 400 * KB;

async function put(item: Record<string, AttributeValue>) {
  const { client } = openBench();
  return client.send(new PutItemCommand({ TableName: TABLE, Item: item }));
}

function nested(levels: number): AttributeValue {
  return levels === 0 ? { S: '' } : { M: { m: nested(levels - 1) } };
}

/** pk, sk and big: 2 + 1 + 2 + 1 + 3 bytes of names and keys. */
const filler = (bytes: number) => ({ ...at('a', '1'), big: { S: 'é'.repeat(Math.floor((bytes - 9) / 2)) } });

it('an item of 400 KB fits, counted in UTF-8 bytes', async () => {
  await put({ ...filler(MAX - 2), x: { BOOL: true } });
});

it.each<[string, Record<string, AttributeValue>]>([
  ['an item over 400 KB', { ...filler(MAX), x: { BOOL: true } }],
  ['an empty partition key', at('', '1')],
  ['an empty sort key', at('a', '')],
  ['an empty index key', { ...at('a', '1'), kind: { S: '' } }],
  ['a partition key over 2,048 bytes', at('é'.repeat(1025), '1')],
  ['a sort key over 1,024 bytes', at('a', 'é'.repeat(513))],
  ['a missing key', { pk: { S: 'a' } }],
  ['a key of another type', { ...at('a', '1'), sk: { N: '1' } }],
  ['an index key of another type', { ...at('a', '1'), rank: { S: '1' } }],
  ['33 levels', { ...at('a', '1'), m: nested(33) }],
  ['39 digits', { ...at('a', '1'), n: { N: '1'.repeat(39) } }],
  ['a number too large', { ...at('a', '1'), n: { N: '1e126' } }],
  ['a number too small', { ...at('a', '1'), n: { N: '1e-131' } }],
  ['a number that is none', { ...at('a', '1'), n: { N: 'one' } }],
  ['an empty set', { ...at('a', '1'), s: { SS: [] } }],
  ['a set with a duplicate', { ...at('a', '1'), s: { NS: ['1', '1.0'] } }],
])('%s is refused', async (_, item) => {
  expect((await refusal(put(item))).name).toBe('ValidationException');
});

it.each<[string, Record<string, AttributeValue>]>([
  ['32 levels', { ...at('a', '1'), m: nested(32) }],
  ['38 digits', { ...at('a', '1'), n: { N: '1'.repeat(38) } }],
  ['keys at their limits', at('é'.repeat(1024), 'é'.repeat(512))],
  ['empty text outside keys', { ...at('a', '1'), text: { S: '' } }],
])('%s are taken', async (_, item) => {
  await put(item);
});

it('an update may not grow an item over 400 KB', async () => {
  const { client } = openBench();
  await client.send(new PutItemCommand({ TableName: TABLE, Item: filler(MAX) }));
  const error = await refusal(
    client.send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: at('a', '1'),
        UpdateExpression: 'SET x = :v',
        ExpressionAttributeValues: { ':v': { S: 'x' } },
      }),
    ),
  );
  expect(error.message).toContain('Item size to update has exceeded the maximum allowed size');
});
