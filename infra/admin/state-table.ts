import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { LIST_INDEX, TABLE_KEYS, TTL_ATTRIBUTE } from '../constructs/state-plan.ts';
import type { StageSettings } from '../settings.ts';
import type { StateCheck } from './state-check.ts';

/** A restored table has none of what is set here (DynamoDB developer guide, "Restore a table"). */
export function checksOfTable(
  dynamodb: DynamoDBClient,
  name: string,
  { pointInTimeRecovery, keepStateOnRemoval }: StageSettings,
): readonly StateCheck[] {
  const table = { TableName: name };
  const describe = async () => (await dynamodb.send(new DescribeTableCommand(table))).Table;
  const checks: (StateCheck | null)[] = [
    {
      what: 'the table is there, with the keys and the index of a stage',
      async findFault() {
        const found = await describe();
        if (found?.TableStatus !== 'ACTIVE') return `it is ${found?.TableStatus}; a restore takes minutes to hours`;
        const index = found.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === LIST_INDEX.name);
        const keys = [found.KeySchema, index?.KeySchema].map((schema) =>
          schema?.map((key) => key.AttributeName).join(),
        );
        const wanted = [TABLE_KEYS, LIST_INDEX].map(({ partition, sort }) => `${partition},${sort}`);
        const attributes = index?.Projection?.NonKeyAttributes?.toSorted().join();
        if (keys.join(' ') === wanted.join(' ') && attributes === [...LIST_INDEX.attributes].toSorted().join()) {
          return index?.IndexStatus === 'CREATING' ? 'its index is being made' : null;
        }
        return 'it has others, which cannot be changed: it is not the copy of a stage’s table';
      },
      set: null,
    },
    {
      what: `items expire by ${TTL_ATTRIBUTE}`,
      async findFault() {
        const { TimeToLiveDescription: ttl } = await dynamodb.send(new DescribeTimeToLiveCommand(table));
        const isOn = ['ENABLED', 'ENABLING'].includes(ttl?.TimeToLiveStatus ?? '');
        return isOn && ttl?.AttributeName === TTL_ATTRIBUTE ? null : 'they stay for ever';
      },
      set: () =>
        dynamodb.send(
          new UpdateTimeToLiveCommand({
            ...table,
            TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
          }),
        ),
    },
    pointInTimeRecovery
      ? {
          what: 'it can be restored to a point in time',
          async findFault() {
            const { ContinuousBackupsDescription: backups } = await dynamodb.send(
              new DescribeContinuousBackupsCommand(table),
            );
            return backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED'
              ? null
              : 'it is not';
          },
          set: () =>
            dynamodb.send(
              new UpdateContinuousBackupsCommand({
                ...table,
                PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
              }),
            ),
        }
      : null,
    keepStateOnRemoval
      ? {
          what: 'it is protected from deletion',
          findFault: async () => ((await describe())?.DeletionProtectionEnabled === true ? null : 'it is not'),
          set: () => dynamodb.send(new UpdateTableCommand({ ...table, DeletionProtectionEnabled: true })),
        }
      : null,
  ];
  return checks.filter((one) => one !== null);
}
