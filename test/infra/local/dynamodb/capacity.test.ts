import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { itemSize } from '../../../../infra/local/dynamodb/item-size.ts';
import { at, type Bench, openBench, refusal, TABLE } from './harness.ts';

type Item = Record<string, AttributeValue>;

/** An item of exactly so many bytes: pk, sk (3 each) and x with its one-byte name. */
const sized = (bytes: number, more: Item = {}): Item => ({ ...at('a', '1'), ...more, x: { S: 'x'.repeat(bytes - 7) } });

async function seeded(item: Item | null): Promise<Bench> {
  const bench = openBench();
  if (item !== null) await bench.client.send(new PutItemCommand({ TableName: TABLE, Item: item }));
  return bench;
}

const ask = { TableName: TABLE, ReturnConsumedCapacity: 'INDEXES' } as const;

describe('an item weighs', () => {
  it.each<[string, Parameters<typeof itemSize>[0], number]>([
    ['names and text in UTF-8', { é: { S: 'éa' } }, 2 + 3],
    ['a byte per two digits and one more', { n: { N: '12345' } }, 1 + 3 + 1],
    ['numbers without outer zeros', { n: { N: '-1200' }, m: { N: '0.0012' } }, 1 + 2 + (1 + 2)],
    ['raw bytes of binary', { b: { B: 'AQID' } }, 1 + 3],
    ['one byte for true and null', { t: { BOOL: true }, u: { NULL: true } }, 2 + 2],
    ['the members of sets', { s: { SS: ['ab', 'c'] }, n: { NS: ['1', '22'] } }, 1 + 3 + (1 + 4)],
    ['3 bytes for a list and 1 per element', { l: { L: [{ S: 'ab' }, { BOOL: true }] } }, 1 + 3 + (1 + 2) + (1 + 1)],
    ['3 bytes for a map and 1 per member', { m: { M: { k: { S: 'v' } } } }, 1 + 3 + (1 + 1 + 1)],
  ])('%s', (_, item, bytes) => {
    expect(itemSize(item)).toBe(bytes);
  });
});

describe('a write costs', () => {
  it.each<[string, Item | null, Item, number]>([
    ['1 for up to 1 KB', null, sized(1024), 1],
    ['2 above 1 KB', null, sized(1025), 2],
    ['the larger old size when it shrinks', sized(3000), sized(10), 3],
    ['the larger new size when it grows', sized(10), sized(3000), 3],
  ])('put: %s', async (_, before, item, units) => {
    const { client } = await seeded(before);
    const { ConsumedCapacity } = await client.send(new PutItemCommand({ ...ask, Item: item }));
    expect(ConsumedCapacity).toEqual({ TableName: TABLE, CapacityUnits: units, Table: { CapacityUnits: units } });
  });

  it.each<[string, Item | null, number]>([
    ['1 for what is absent', null, 1],
    ['the size of what goes', sized(2049), 3],
  ])('delete: %s', async (_, before, units) => {
    const { client } = await seeded(before);
    const { ConsumedCapacity } = await client.send(new DeleteItemCommand({ ...ask, Key: at('a', '1') }));
    expect(ConsumedCapacity?.CapacityUnits).toBe(units);
  });

  it('update: by the whole item, not by the change', async () => {
    const { client } = await seeded(sized(5000));
    const values = { ':v': { N: '1' } };
    const { ConsumedCapacity } = await client.send(
      new UpdateItemCommand({
        ...ask,
        Key: at('a', '1'),
        UpdateExpression: 'SET n = :v',
        ExpressionAttributeValues: values,
      }),
    );
    expect(ConsumedCapacity?.CapacityUnits).toBe(5); // 5,003 bytes
  });

  it('a failed condition by the item that is there', async () => {
    const { client, engine } = await seeded(sized(2049));
    engine.resetMeter();
    const put = { TableName: TABLE, Item: sized(10), ConditionExpression: 'attribute_not_exists(pk)' };
    await refusal(client.send(new PutItemCommand(put)));
    expect(engine.meter()).toEqual([
      { operation: 'PutItem', table: TABLE, index: null, calls: 1, readUnits: 0, writeUnits: 3 },
    ]);
  });
});

describe('an index write costs', () => {
  const owned = (owner: string, rank: string, bytes = 100) => sized(bytes, { owner: { S: owner }, rank: { N: rank } });
  it.each<[string, Item | null, Item | null, Record<string, number>]>([
    ['1 for a new entry', null, owned('o', '1'), { 'by-owner': 1 }],
    ['1 for a deleted entry', owned('o', '1'), null, { 'by-owner': 1 }],
    ['1 when an entry leaves', owned('o', '1'), sized(50), { 'by-owner': 1 }],
    ['2 when its key changes', owned('o', '1'), owned('o', '2'), { 'by-owner': 2 }],
    ['each by its size when its key changes', owned('o', '1', 2000), owned('o', '2', 900), { 'by-owner': 2 + 1 }],
    ['1 when a projected attribute changes', owned('o', '1'), owned('o', '1', 101), { 'by-owner': 1 }],
    ['nothing when nothing changes', owned('o', '1'), owned('o', '1'), {}],
    [
      'nothing when nothing projected changes',
      sized(100, { kind: { S: 'k' }, colour: { S: 'red' } }),
      sized(101, { kind: { S: 'k' }, colour: { S: 'red' } }),
      {},
    ],
    [
      'only what is projected',
      null,
      sized(5000, { kind: { S: 'k' }, colour: { S: 'c' } }),
      { 'by-kind': 1, 'by-colour': 1 },
    ],
  ])('%s', async (_, before, after, indexes) => {
    const { client } = await seeded(before);
    const { ConsumedCapacity } = await (after === null
      ? client.send(new DeleteItemCommand({ ...ask, Key: at('a', '1') }))
      : client.send(new PutItemCommand({ ...ask, Item: after })));
    const found = Object.entries(ConsumedCapacity?.GlobalSecondaryIndexes ?? {});
    expect(Object.fromEntries(found.map(([name, { CapacityUnits }]) => [name, CapacityUnits]))).toEqual(indexes);
  });
});

describe('a read costs', () => {
  it.each<[string, number | null, boolean, number]>([
    ['half for up to 4 KB', 4096, false, 0.5],
    ['1 when consistent', 4096, true, 1],
    ['1 above 4 KB', 4097, false, 1],
    ['2 above 4 KB when consistent', 4097, true, 2],
    ['half for what is absent', null, false, 0.5],
    ['1 for what is absent when consistent', null, true, 1],
  ])('get: %s', async (_, bytes, consistent, units) => {
    const { client } = await seeded(bytes === null ? null : sized(bytes));
    const input = { ...ask, Key: at('a', '1'), ConsistentRead: consistent, ProjectionExpression: 'pk' };
    expect((await client.send(new GetItemCommand(input))).ConsumedCapacity?.CapacityUnits).toBe(units);
  });

  it('query and scan: the sum of the sizes, rounded once', async () => {
    const { client } = openBench();
    for (const sk of ['1', '2', '3']) {
      const Item = { ...at('a', sk), kind: { S: 'k' }, x: { S: 'x'.repeat(2000) } };
      await client.send(new PutItemCommand({ TableName: TABLE, Item }));
    }
    const byKey = { KeyConditionExpression: 'pk = :a', ExpressionAttributeValues: { ':a': { S: 'a' } } };
    const byKind = { KeyConditionExpression: 'kind = :k', ExpressionAttributeValues: { ':k': { S: 'k' } } };
    const query = await client.send(new QueryCommand({ ...ask, ...byKey, ConsistentRead: true }));
    expect(query.ConsumedCapacity?.CapacityUnits).toBe(2); // 3 × 2,012 bytes = 6,036
    const scan = await client.send(new ScanCommand(ask));
    expect(scan.ConsumedCapacity?.CapacityUnits).toBe(1);
    const index = await client.send(new QueryCommand({ ...ask, ...byKind, IndexName: 'by-kind' }));
    expect(index.ConsumedCapacity).toMatchObject({
      CapacityUnits: 0.5, // 3 × 11 bytes: pk, sk and kind
      Table: { CapacityUnits: 0 },
      GlobalSecondaryIndexes: { 'by-kind': { CapacityUnits: 0.5 } },
    });
  });

  it('batches: each item rounded by itself', async () => {
    const { client } = openBench();
    const puts = ['1', '2'].map((sk) => ({ PutRequest: { Item: { ...at('a', sk), x: { S: 'x'.repeat(1100) } } } }));
    const written = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [TABLE]: puts }, ReturnConsumedCapacity: 'TOTAL' }),
    );
    expect(written.ConsumedCapacity).toEqual([{ TableName: TABLE, CapacityUnits: 2 + 2 }]);
    const read = await client.send(
      new BatchGetItemCommand({
        RequestItems: { [TABLE]: { Keys: [at('a', '1'), at('a', '2'), at('a', '3')] } },
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    expect(read.ConsumedCapacity).toEqual([{ TableName: TABLE, CapacityUnits: 1.5 }]);
  });
});

describe('a transaction costs', () => {
  it('twice, item by item; indexes are written once', async () => {
    const { client } = openBench();
    const { ConsumedCapacity } = await client.send(
      new TransactWriteItemsCommand({
        ReturnConsumedCapacity: 'INDEXES',
        TransactItems: [
          { Put: { TableName: TABLE, Item: sized(1025, { colour: { S: 'red' } }) } },
          { Delete: { TableName: TABLE, Key: at('b', '1') } },
          { ConditionCheck: { TableName: TABLE, Key: at('c', '1'), ConditionExpression: 'attribute_not_exists(pk)' } },
        ],
      }),
    );
    expect(ConsumedCapacity).toEqual([
      {
        TableName: TABLE,
        CapacityUnits: 9,
        WriteCapacityUnits: 9,
        Table: { CapacityUnits: 8 }, // 2 × (2 + 1 + 1)
        GlobalSecondaryIndexes: { 'by-colour': { CapacityUnits: 1 } },
      },
    ]);
  });

  it('twice for reads', async () => {
    const { client } = await seeded(sized(4097));
    const gets = [{ Get: { TableName: TABLE, Key: at('a', '1') } }, { Get: { TableName: TABLE, Key: at('b', '1') } }];
    const { ConsumedCapacity } = await client.send(
      new TransactGetItemsCommand({ TransactItems: gets, ReturnConsumedCapacity: 'TOTAL' }),
    );
    expect(ConsumedCapacity?.[0]?.CapacityUnits).toBe(2 * 2 + 2 * 1);
  });
});

it('the meter adds up by operation, table and index, and starts again', async () => {
  const { client, engine } = await seeded(sized(100, { colour: { S: 'red' } }));
  await client.send(new GetItemCommand({ TableName: TABLE, Key: at('a', '1') }));
  await client.send(new GetItemCommand({ TableName: TABLE, Key: at('a', '1'), ConsistentRead: true }));
  expect(engine.meter()).toEqual([
    { operation: 'PutItem', table: TABLE, index: null, calls: 1, readUnits: 0, writeUnits: 1 },
    { operation: 'PutItem', table: TABLE, index: 'by-colour', calls: 1, readUnits: 0, writeUnits: 1 },
    { operation: 'GetItem', table: TABLE, index: null, calls: 2, readUnits: 1.5, writeUnits: 0 },
  ]);
  engine.resetMeter();
  expect(engine.meter()).toEqual([]);
});
