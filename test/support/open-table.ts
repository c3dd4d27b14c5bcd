import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoDbEngine, type DynamoDbOptions, openDynamoDb } from '../../infra/local/dynamodb/engine.ts';
import { dynamoDbRequestHandler } from '../../infra/local/dynamodb/request-handler.ts';
import { LIST_INDEX_ATTRIBUTES } from '../../shared/api/list-index.ts';
import { Table } from '../../shared/storage/table.ts';
import type { Clock } from '../../shared/engine/ports.ts';
import { openRemoteDynamoDb } from './remote-dynamodb.ts';
import { createShortDynamoDbClient } from './short-clients.ts';

/** Where `npm run storage:try` has another DynamoDB. */
const { STORAGE_TRY_URL: otherUrl } = process.env;

/** What {@link openEngine}'s table is called. */
export const TABLE_NAME = 'Trireme';

/** An engine in memory with the stack's table (infra/constructs/engine-state.ts), empty. */
export function openEngine(options: Omit<DynamoDbOptions, 'dir'>): DynamoDbEngine {
  const engine = otherUrl === undefined ? openDynamoDb({ dir: null, ...options }) : openRemoteDynamoDb(otherUrl);
  const keySchema = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  engine.createTable({
    TableName: TABLE_NAME,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk', 'lpk', 'lsk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keySchema('pk', 'sk'),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'list',
        KeySchema: keySchema('lpk', 'lsk'),
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...LIST_INDEX_ATTRIBUTES] },
      },
    ],
  });
  return engine;
}

/** The SDK's client on an engine. It makes each call once, as far as the engine answers. */
export function clientOf(engine: DynamoDbEngine): DynamoDBClient {
  return new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: dynamoDbRequestHandler(engine),
  });
}

/** An empty table in memory, reached without the SDK's way to it. */
export function openTable(clock: Clock, engine = openEngine({ now: () => clock.now() })): Table {
  return new Table(
    createShortDynamoDbClient((operation, body) => engine.handle(operation, body)),
    TABLE_NAME,
    clock,
  );
}
