import * as z from 'zod';
import type { QueuePlan, SecretPlan, TablePlan } from './system-plan.ts';
import { cfnBoolean, cfnNumber, unsupported } from './template-reader.ts';
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

const Queue = z.object({
  FifoQueue: unsupported,
  DelaySeconds: cfnNumber.optional(),
  MaximumMessageSize: cfnNumber.optional(),
  MessageRetentionPeriod: cfnNumber.optional(),
  ReceiveMessageWaitTimeSeconds: cfnNumber.optional(),
  VisibilityTimeout: cfnNumber.optional(),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: cfnNumber }).optional(),
});

/** Standard queues. */
export function readQueues(reader: TemplateReader): readonly QueuePlan[] {
  return reader.all('AWS::SQS::Queue', Queue).map((queue) => {
    const { RedrivePolicy: redrive, FifoQueue: _, ...numbers } = queue.properties;
    const settings = Object.entries(numbers).map(([name, value]) => [name, String(value)] as const);
    return {
      name: queue.name,
      arn: queue.attribute('Arn'),
      url: queue.ref,
      attributes: {
        ...Object.fromEntries(settings),
        ...(redrive === undefined ? {} : { RedrivePolicy: JSON.stringify(redrive) }),
      },
      deadLetterArn: redrive?.deadLetterTargetArn ?? null,
    };
  });
}

const Secret = z.object({
  SecretString: z.string().optional(),
  GenerateSecretString: z
    .object({
      PasswordLength: cfnNumber.optional(),
      ExcludeCharacters: z.string().optional(),
      ExcludePunctuation: cfnBoolean.optional(),
      ExcludeNumbers: cfnBoolean.optional(),
      ExcludeLowercase: cfnBoolean.optional(),
      ExcludeUppercase: cfnBoolean.optional(),
      IncludeSpace: cfnBoolean.optional(),
      SecretStringTemplate: z.string().optional(),
      GenerateStringKey: z.string().optional(),
    })
    .optional(),
});

/** Secrets: a fixed text, or what Secrets Manager is to generate. */
export function readSecrets(reader: TemplateReader): readonly SecretPlan[] {
  return reader.all('AWS::SecretsManager::Secret', Secret).map(({ id, name, properties }) => {
    const { SecretString: text, GenerateSecretString: generate = {} } = properties;
    const wanted = Object.fromEntries(Object.entries(generate).filter(([, value]) => value !== undefined));
    return { id, name, value: text === undefined ? { generate: wanted } : { text } };
  });
}

/** Names of all resources of a type that needs nothing but a name here: buckets, schedule groups, log groups. */
export function readNames(reader: TemplateReader, type: string): readonly string[] {
  return reader.all(type, z.object({})).map(({ name }) => name);
}
