import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { openDynamoDb } from '../../../../infra/local/dynamodb/engine.ts';
import { clientOf } from '../../../support/open-table.ts';
import { at, openBench, refusal, TABLE, THINGS } from './harness.ts';

it('tables are created, described, listed and deleted', async () => {
  const client = clientOf(openDynamoDb({ dir: null, now: () => 0 }));
  await client.send(new CreateTableCommand(THINGS));
  expect((await refusal(client.send(new CreateTableCommand(THINGS)))).name).toBe('ResourceInUseException');
  const { Table } = await client.send(new DescribeTableCommand({ TableName: TABLE }));
  expect(Table).toMatchObject({ TableStatus: 'ACTIVE', KeySchema: THINGS.KeySchema });
  expect(Table?.GlobalSecondaryIndexes).toMatchObject(THINGS.GlobalSecondaryIndexes ?? []);
  expect((await client.send(new ListTablesCommand())).TableNames).toEqual([TABLE]);
  await client.send(new DeleteTableCommand({ TableName: TABLE }));
  const gone = await refusal(client.send(new GetItemCommand({ TableName: TABLE, Key: at('a', '1') })));
  expect(gone.name).toBe('ResourceNotFoundException');
});

it('creating a table again keeps its items and fills new indexes from them', async () => {
  const { engine, client } = openBench();
  await client.send(new PutItemCommand({ TableName: TABLE, Item: { ...at('a', '1'), shape: { S: 'round' } } }));
  engine.createTable({
    ...THINGS,
    AttributeDefinitions: [...(THINGS.AttributeDefinitions ?? []), { AttributeName: 'shape', AttributeType: 'S' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-shape',
        KeySchema: [{ AttributeName: 'shape', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  const { Count } = await client.send(
    new QueryCommand({
      TableName: TABLE,
      IndexName: 'by-shape',
      KeyConditionExpression: 'shape = :s',
      ExpressionAttributeValues: { ':s': { S: 'round' } },
    }),
  );
  expect(Count).toBe(1);
  expect(() => engine.createTable({ ...THINGS, KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] })).toThrow(
    'another primary key',
  );
});

it('time to live deletes only when it is asked to, and only what has expired', async () => {
  const { engine, client, clock } = openBench();
  const specification = { TableName: TABLE, TimeToLiveSpecification: { AttributeName: 'gone_at', Enabled: true } };
  await client.send(new UpdateTimeToLiveCommand(specification));
  expect((await refusal(client.send(new UpdateTimeToLiveCommand(specification)))).name).toBe('ValidationException');
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: TABLE }));
  expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'gone_at' });
  const nowSeconds = clock.ms / 1000;
  const expiries = { soon: { N: String(nowSeconds + 60) }, text: { S: '1' }, ancient: { N: '1' } };
  for (const [sk, value] of Object.entries(expiries))
    await client.send(new PutItemCommand({ TableName: TABLE, Item: { ...at('a', sk), gone_at: value } }));
  clock.ms += 61_000;
  const soon = new GetItemCommand({ TableName: TABLE, Key: at('a', 'soon') });
  expect((await client.send(soon)).Item).toBeDefined();
  expect(await engine.expireItems(TABLE)).toBe(1);
  expect((await client.send(soon)).Item).toBeUndefined();
});

it('keys may be numbers and bytes, and a table may do without a sort key', async () => {
  const { engine, client } = openBench();
  const definitions = (type: 'N' | 'B') => [{ AttributeName: 'id', AttributeType: type }] as const;
  const TableNames = { N: 'by-number', B: 'by-bytes' };
  for (const type of ['N', 'B'] as const)
    engine.createTable({
      TableName: TableNames[type],
      AttributeDefinitions: [...definitions(type)],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    });
  await client.send(new PutItemCommand({ TableName: TableNames.N, Item: { id: { N: '1.50' }, v: { S: 'n' } } }));
  await client.send(new PutItemCommand({ TableName: TableNames.B, Item: { id: { B: Uint8Array.of(0, 255) } } }));
  const byNumber = new GetItemCommand({ TableName: TableNames.N, Key: { id: { N: '15e-1' } } });
  expect((await client.send(byNumber)).Item).toEqual({ id: { N: '1.5' }, v: { S: 'n' } });
  const byBytes = new GetItemCommand({ TableName: TableNames.B, Key: { id: { B: Uint8Array.of(0, 255) } } });
  expect((await client.send(byBytes)).Item?.['id']?.B).toEqual(Uint8Array.of(0, 255));
  const mismatch = new GetItemCommand({ TableName: TableNames.N, Key: { id: { S: '1.5' } } });
  expect((await refusal(client.send(mismatch))).message).toContain('does not match the schema');
});

it('unknown operations and legacy parameters are refused, not ignored', async () => {
  const { engine, client } = openBench();
  expect((await engine.handle('ExecuteStatement', {})).body).toMatchObject({
    message: expect.stringContaining('not supported'),
  });
  const Expected = { pk: { Exists: false } };
  const legacy = await refusal(client.send(new PutItemCommand({ TableName: TABLE, Item: at('a', '1'), Expected })));
  expect(legacy.message).toContain('Expected');
});
