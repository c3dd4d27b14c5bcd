import { BatchGetItemCommand, BatchWriteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { at, type Bench, openBench, refusal, TABLE } from './harness.ts';

const range = (count: number) => Array.from({ length: count }, (_, index) => String(index));
const puts = (sorts: string[], bytes = 1) =>
  sorts.map((sk) => ({ PutRequest: { Item: { ...at('a', sk), x: { S: 'x'.repeat(bytes) } } } }));

function write({ client }: Bench, requests: ReturnType<typeof puts>) {
  return client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: requests } }));
}

function read({ client }: Bench, sorts: string[]) {
  const Keys = sorts.map((sk) => at('a', sk));
  const wanted = { Keys, ConsistentRead: true, ProjectionExpression: '#s', ExpressionAttributeNames: { '#s': 'sk' } };
  return client.send(new BatchGetItemCommand({ RequestItems: { [TABLE]: wanted } }));
}

it('writes and reads what it is given', async () => {
  const bench = openBench();
  expect((await write(bench, puts(range(25)))).UnprocessedItems).toEqual({});
  const { Responses, UnprocessedKeys } = await read(bench, ['3', '24', '25']);
  expect(Responses).toEqual({ [TABLE]: [{ sk: { S: '3' } }, { sk: { S: '24' } }] });
  expect(UnprocessedKeys).toEqual({});
});

it('takes 25 writes and 100 reads, each of another item', async () => {
  const bench = openBench();
  expect((await refusal(write(bench, puts(range(26))))).name).toBe('ValidationException');
  expect((await refusal(write(bench, puts(['1', '1'])))).message).toContain('duplicates');
  expect((await refusal(read(bench, range(101)))).name).toBe('ValidationException');
  expect((await refusal(read(bench, ['1', '1']))).message).toContain('duplicates');
  const empty = await bench.client.send(new ScanCommand({ TableName: TABLE, Select: 'COUNT' }));
  expect(empty.Count).toBe(0);
});

it('answers with at most 16 MB and tells back the keys left over, as they were asked for', async () => {
  const bench = openBench();
  const sorts = range(42);
  await write(bench, puts(sorts.slice(0, 25), 399 * 1024));
  await write(bench, puts(sorts.slice(25), 399 * 1024));
  const { Responses, UnprocessedKeys } = await read(bench, sorts);
  expect(Responses?.[TABLE]).toHaveLength(41); // 41 × 399 KB = 15.98 MB
  expect(UnprocessedKeys?.[TABLE]).toEqual({
    Keys: [at('a', '41')],
    ConsistentRead: true,
    ProjectionExpression: '#s',
    ExpressionAttributeNames: { '#s': 'sk' },
  });
});
