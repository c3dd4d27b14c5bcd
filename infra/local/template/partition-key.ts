import type { TablePlan } from './system-plan.ts';

/**
 * The attribute that is the partition key of a table or of an index of it: conditions on `dynamodb:LeadingKeys` are
 * about it.
 */
export function partitionKeyIn(
  tables: readonly TablePlan[],
  table: string,
  index: string | undefined,
): string | undefined {
  const input = tables.find((plan) => plan.input.TableName === table)?.input;
  const indexes = [...(input?.GlobalSecondaryIndexes ?? []), ...(input?.LocalSecondaryIndexes ?? [])];
  const schema = index === undefined ? input : indexes.find(({ IndexName: name }) => name === index);
  return schema?.KeySchema?.find(({ KeyType: type }) => type === 'HASH')?.AttributeName;
}
