import { LOCAL_ACCOUNT, LOCAL_REGION } from '../account.ts';
import type { KeySchema } from './keys.ts';
import { schemaAttributes } from './keys.ts';
import type { Space, Table } from './table.ts';

/** The `TableDescription` of a table; its sizes are exact, unlike DynamoDB's, which lag by hours. */
export function describe(table: Table): object {
  const { definition } = table;
  const schemas = [definition.schema, ...definition.indexes.map(({ schema }) => schema)];
  const attributes = new Map(schemas.flatMap(schemaAttributes).map(({ name, type }) => [name, type]));
  const arn = `arn:aws:dynamodb:${LOCAL_REGION}:${LOCAL_ACCOUNT}:table/${definition.name}`;
  return {
    TableName: definition.name,
    TableArn: arn,
    TableStatus: 'ACTIVE',
    CreationDateTime: definition.createdAt / 1000,
    AttributeDefinitions: [...attributes].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: keyElements(definition.schema),
    ItemCount: table.base.live.itemCount,
    TableSizeBytes: table.base.live.bytes,
    ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 },
    ...(definition.onDemand ? { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } } : {}),
    ...(table.indexes.length === 0
      ? {}
      : { GlobalSecondaryIndexes: table.indexes.map((index) => describeIndex(arn, index)) }),
  };
}

function describeIndex(tableArn: string, { index, live }: Space): object {
  if (index === null) return {};
  return {
    IndexName: index.name,
    IndexArn: `${tableArn}/index/${index.name}`,
    IndexStatus: 'ACTIVE',
    KeySchema: keyElements(index.schema),
    Projection: {
      ProjectionType: index.projection,
      ...(index.projection === 'INCLUDE' ? { NonKeyAttributes: index.included } : {}),
    },
    ItemCount: live.itemCount,
    IndexSizeBytes: live.bytes,
  };
}

function keyElements({ hash, range }: KeySchema): object[] {
  const elements = [{ AttributeName: hash.name, KeyType: 'HASH' }];
  if (range !== null) elements.push({ AttributeName: range.name, KeyType: 'RANGE' });
  return elements;
}
