import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { at, openBench, refusal, TABLE } from './harness.ts';

it('a failed condition returns the item that beat it when asked', async () => {
  const { client } = openBench();
  const first = { ...at('a', '1'), by: { S: 'first' } };
  await client.send(new PutItemCommand({ TableName: TABLE, Item: first }));
  const put = {
    TableName: TABLE,
    Item: { ...at('a', '1'), by: { S: 'second' } },
    ConditionExpression: 'attribute_not_exists(pk)',
  };
  const quiet = await refusal(client.send(new PutItemCommand(put)));
  expect(quiet.name).toBe('ConditionalCheckFailedException');
  expect(quiet['Item']).toBeUndefined();
  const told = await refusal(
    client.send(new PutItemCommand({ ...put, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })),
  );
  expect(told['Item']).toEqual(first);
});
