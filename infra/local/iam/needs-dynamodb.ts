import { asArray, asObject, asString } from '../services/json-values.ts';
import type { Need, NeedsContext } from './need.ts';

type Json = Readonly<Record<string, unknown>>;

const itemOperations = new Set(['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem']);
const tableOperations = new Set([
  'CreateTable',
  'DeleteTable',
  'DescribeContinuousBackups',
  'DescribeTable',
  'DescribeTimeToLive',
  'UpdateTable',
  'UpdateTimeToLive',
]);
/** A transaction needs no right of its own: each item needs the right of what it does. */
const transactionActions: Readonly<Record<string, string>> = {
  ConditionCheck: 'ConditionCheckItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
};

/** Permissions of a DynamoDB request (AWS: Service Authorization Reference, DynamoDB). */
export function needsOfDynamoDb(operation: string, body: unknown, context: NeedsContext): readonly Need[] | undefined {
  const input = asObject(body);
  if (itemOperations.has(operation)) return [itemNeed(operation, input, context)];
  if (operation === 'Query' || operation === 'Scan') return [searchNeed(operation, input, context)];
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    return asArray(input['TransactItems']).flatMap((item) =>
      Object.entries(asObject(item)).map(([kind, part]) =>
        itemNeed(transactionActions[kind] ?? `Unknown${kind}`, asObject(part), context),
      ),
    );
  }
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    return Object.entries(asObject(input['RequestItems'])).map(([table, requests]) => {
      const keys = operation === 'BatchGetItem' ? asArray(asObject(requests)['Keys']) : asArray(requests).map(writeKey);
      return need(operation, table, undefined, leadingKeys(keys, table, context), context);
    });
  }
  if (operation === 'ListTables') return [{ action: 'dynamodb:ListTables', resource: '*', conditionKeys: {} }];
  if (tableOperations.has(operation)) return [need(operation, asString(input['TableName']), undefined, [], context)];
  return undefined;
}

function itemNeed(action: string, input: Json, context: NeedsContext): Need {
  const table = asString(input['TableName']);
  return need(action, table, undefined, leadingKeys([input['Key'] ?? input['Item']], table, context), context);
}

function searchNeed(operation: string, input: Json, context: NeedsContext): Need {
  const table = asString(input['TableName']);
  const index = input['IndexName'] === undefined ? undefined : asString(input['IndexName']);
  const keys = operation === 'Query' ? queriedKey(input, context.partitionKeyOf(tableName(table), index)) : [];
  return need(operation, table, index, keys, context);
}

function need(
  action: string,
  table: string,
  index: string | undefined,
  keys: readonly string[],
  context: NeedsContext,
): Need {
  const arn = table.startsWith('arn:') ? table : `arn:aws:dynamodb:${context.region}:${context.account}:table/${table}`;
  return {
    action: `dynamodb:${action}`,
    resource: index === undefined ? arn : `${arn}/index/${index}`,
    conditionKeys: keys.length === 0 ? {} : { 'dynamodb:LeadingKeys': keys },
  };
}

function tableName(table: string): string {
  return table.startsWith('arn:') ? table.slice(table.lastIndexOf('/') + 1) : table;
}

function writeKey(request: unknown): unknown {
  const { PutRequest: put, DeleteRequest: del } = asObject(request);
  return asObject(put)['Item'] ?? asObject(del)['Key'];
}

function leadingKeys(items: readonly unknown[], table: string, context: NeedsContext): readonly string[] {
  const name = context.partitionKeyOf(tableName(table), undefined);
  if (name === undefined) return [];
  return items.flatMap((item) => attributeText(asObject(item)[name]));
}

/** The value a key condition fixes the partition key to: `pk = :v`, either way round, name given plainly or as `#n`. */
function queriedKey(input: Json, name: string | undefined): readonly string[] {
  if (name === undefined) return [];
  const names = asObject(input['ExpressionAttributeNames']);
  const values = asObject(input['ExpressionAttributeValues']);
  const equalities = asString(input['KeyConditionExpression']).matchAll(/([#:\w.-]+)\s*=\s*([#:\w.-]+)/g);
  for (const [, left = '', right = ''] of equalities) {
    const [attribute, value] = left.startsWith(':') ? [right, left] : [left, right];
    if ((names[attribute] ?? attribute) === name) return attributeText(values[value]);
  }
  return [];
}

function attributeText(value: unknown): readonly string[] {
  const { S: text, N: number, B: binary } = asObject(value);
  const found = text ?? number ?? binary;
  return typeof found === 'string' ? [found] : [];
}
