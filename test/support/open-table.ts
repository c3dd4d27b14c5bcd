import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openDynamoDb } from '../../infra/local/dynamodb/engine.ts';
import { dynamoDbRequestHandler } from '../../infra/local/dynamodb/request-handler.ts';
import { Table } from '../../shared/adapters/dynamodb/table.ts';
import type { Clock } from '../../shared/engine/ports.ts';

/** An empty table in memory, with its index. */
export function openTable(clock: Clock): Table {
  const engine = openDynamoDb({ dir: null, now: () => clock.now() });
  engine.createTable({
    TableName: 'Trireme',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk', 'lpk', 'lsk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'list',
        KeySchema: [
          { AttributeName: 'lpk', KeyType: 'HASH' },
          { AttributeName: 'lsk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: dynamoDbRequestHandler(engine),
  });
  return new Table(client, 'Trireme', clock);
}
