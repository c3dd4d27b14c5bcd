import type { CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoDbEngine, type DynamoDbOptions, openDynamoDb } from '../../../../infra/local/dynamodb/engine.ts';
import { clientOf } from '../../../support/open-table.ts';

export const TABLE = 'things';

/** A table with a string partition and sort key and one index of each projection. */
export const THINGS: CreateTableCommandInput = {
  TableName: TABLE,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'owner', AttributeType: 'S' },
    { AttributeName: 'rank', AttributeType: 'N' },
    { AttributeName: 'kind', AttributeType: 'S' },
    { AttributeName: 'colour', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-owner',
      KeySchema: [
        { AttributeName: 'owner', KeyType: 'HASH' },
        { AttributeName: 'rank', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: 'by-kind',
      KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['label'] },
    },
    {
      IndexName: 'by-colour',
      KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

export interface Bench {
  readonly engine: DynamoDbEngine;
  readonly client: DynamoDBClient;
  /** The hand-turned clock. */
  readonly clock: { ms: number };
}

/** An engine with the table, and a real SDK client that speaks to it in process and never retries. */
export function openBench(options: Partial<DynamoDbOptions> = {}): Bench {
  const clock = { ms: Date.UTC(2030, 0, 1) };
  const engine = openDynamoDb({ dir: null, now: () => clock.ms, ...options });
  engine.createTable(THINGS);
  return { engine, client: clientOf(engine), clock };
}

/** A key, or the start of an item. */
export function at(pk: string, sk: string) {
  return { pk: { S: pk }, sk: { S: sk } };
}

/** The error a call ends in; fails the test when it succeeds. */
export async function refusal(call: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const outcome = await call.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('the call succeeded, though a refusal was expected');
  return outcome as Error & Record<string, unknown>; // errors of the SDK carry the members of the answer
}
