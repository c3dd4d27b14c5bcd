import * as z from 'zod';
import type { TablePlan } from './system-plan.ts';
import { cfnBoolean, unsupported } from './template-reader.ts';
import type { TemplateReader } from './template-reader.ts';

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

const Table = z.object({
  KeySchema: keySchema,
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  GlobalSecondaryIndexes: z
    .array(
      z.object({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.object({
          ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .optional(),
  LocalSecondaryIndexes: unsupported,
  StreamSpecification: unsupported,
  TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: cfnBoolean }).optional(),
});

/** Tables as the DynamoDB engine creates them: on demand, with global indexes. */
export function readTables(reader: TemplateReader): readonly TablePlan[] {
  return reader.all('AWS::DynamoDB::GlobalTable', Table).map(({ name, properties }) => {
    const {
      KeySchema,
      AttributeDefinitions,
      BillingMode,
      GlobalSecondaryIndexes: indexes,
      TimeToLiveSpecification: ttl,
    } = properties;
    const GlobalSecondaryIndexes = indexes?.map(({ Projection: { NonKeyAttributes, ...projection }, ...index }) => ({
      ...index,
      Projection: { ...projection, ...(NonKeyAttributes === undefined ? {} : { NonKeyAttributes }) },
    }));
    return {
      input: {
        TableName: name,
        KeySchema,
        AttributeDefinitions,
        BillingMode,
        ...(GlobalSecondaryIndexes === undefined ? {} : { GlobalSecondaryIndexes }),
      },
      ttlAttribute: ttl?.Enabled === true ? ttl.AttributeName : null,
    };
  });
}
