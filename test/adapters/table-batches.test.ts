import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { openDynamoDb } from '../../infra/local/dynamodb/engine.ts';
import { dynamoDbRequestHandler } from '../../infra/local/dynamodb/request-handler.ts';
import { Table } from '../../shared/adapters/dynamodb/table.ts';

/** A table of the unkind engine on a clock that moves only where somebody waits. */
function openTable() {
  let now = Date.UTC(2030, 0, 1);
  const engine = openDynamoDb({ dir: null, now: () => now, unkind: { seed: 7 } });
  engine.createTable({
    TableName: 'Batches',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: dynamoDbRequestHandler(engine),
    maxAttempts: 1,
  });
  const waits: number[] = [];
  const after = (ms: number, callback: () => void) => {
    waits.push(ms);
    now += ms;
    setImmediate(callback);
    return () => undefined;
  };
  return { table: new Table(client, 'Batches', { now: () => now, after }), waits };
}

const keyOf = (at: number) => ({ pk: 'P', sk: String(at).padStart(5, '0') });

test('what is left undone of many batches is sent again together, with few waits', async () => {
  const { table, waits } = openTable();
  const keys = Array.from({ length: 500 }, (_, at) => keyOf(at));
  await table.putAll(keys.map((key, at) => ({ key, record: { at } })));
  expect(waits.length).toBeLessThan(8);
  expect(await table.batchGet(keys, { consistency: 'strong' })).toHaveLength(500);
});

test('a partition that takes no more this second is waited for', async () => {
  const { table, waits } = openTable();
  const body = 'x'.repeat(15_000);
  const records = Array.from({ length: 200 }, (_, at) => ({ key: keyOf(at), record: { body } })); // 3,000 write units
  await table.putAll(records);
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(1_000);
  expect(
    await table.batchGet(
      records.map(({ key }) => key),
      { consistency: 'strong' },
    ),
  ).toHaveLength(200);
});
