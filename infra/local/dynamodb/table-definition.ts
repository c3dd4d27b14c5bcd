import { serviceError, validationError } from './errors.ts';
import type { KeyAttribute, KeySchema } from './keys.ts';
import type { IndexDefinition, TableDefinition } from './table.ts';

interface KeyElement {
  readonly AttributeName?: string | undefined;
  readonly KeyType?: string | undefined;
}

/** The members of CreateTable that matter here; the SDK's input fits. */
export interface TableInput {
  readonly TableName?: string | undefined;
  readonly BillingMode?: string | undefined;
  readonly ProvisionedThroughput?: object | undefined;
  readonly AttributeDefinitions?:
    | readonly { readonly AttributeName?: string | undefined; readonly AttributeType?: string | undefined }[]
    | undefined;
  readonly KeySchema?: readonly KeyElement[] | undefined;
  readonly LocalSecondaryIndexes?: readonly object[] | undefined;
  readonly GlobalSecondaryIndexes?:
    | readonly {
        readonly IndexName?: string | undefined;
        readonly KeySchema?: readonly KeyElement[] | undefined;
        readonly Projection?:
          | {
              readonly ProjectionType?: string | undefined;
              readonly NonKeyAttributes?: readonly string[] | undefined;
            }
          | undefined;
      }[]
    | undefined;
}

/** Reads a table's definition out of CreateTable's input. Throws a validation error. */
export function tableDefinition(input: TableInput, now: number): TableDefinition {
  if (input.TableName === undefined) throw validationError('TableName must be given');
  if ((input.LocalSecondaryIndexes ?? []).length > 0)
    throw validationError('LocalSecondaryIndexes are not supported by the local engine');
  return {
    name: input.TableName,
    schema: keySchema(input, input.KeySchema),
    onDemand: input.ProvisionedThroughput === undefined,
    createdAt: now,
    indexes: (input.GlobalSecondaryIndexes ?? []).map((index) => indexDefinition(input, index)),
  };
}

type IndexInput = NonNullable<TableInput['GlobalSecondaryIndexes']>[number];

function indexDefinition(input: TableInput, index: IndexInput): IndexDefinition {
  const projection = index.Projection?.ProjectionType;
  if (index.IndexName === undefined) throw validationError('IndexName must be given');
  if (projection !== 'ALL' && projection !== 'KEYS_ONLY' && projection !== 'INCLUDE')
    throw validationError(
      `One or more parameter values were invalid: Unknown ProjectionType: ${String(projection)} of ${index.IndexName}`,
    );
  return {
    name: index.IndexName,
    schema: keySchema(input, index.KeySchema),
    projection,
    included: index.Projection?.NonKeyAttributes ?? [],
  };
}

function keySchema(input: TableInput, elements: readonly KeyElement[] | undefined): KeySchema {
  const hash = elements?.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
  const range = elements?.find(({ KeyType }) => KeyType === 'RANGE')?.AttributeName;
  if (hash === undefined) throw validationError('Invalid KeySchema: there is no HASH key');
  return { hash: keyAttribute(input, hash), range: range === undefined ? null : keyAttribute(input, range) };
}

function keyAttribute(input: TableInput, name: string): KeyAttribute {
  const type = input.AttributeDefinitions?.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  if (type === 'S' || type === 'N' || type === 'B') return { name, type };
  throw validationError(
    `One or more parameter values were invalid: key attribute ${name} is not defined in AttributeDefinitions as S, N or B`,
  );
}

/** Whether two definitions have the same primary key. */
export function sameKey(a: TableDefinition, b: TableDefinition): boolean {
  return JSON.stringify(a.schema) === JSON.stringify(b.schema);
}

/** The error of creating a table that is there. */
export function tableInUse(name: string): Error {
  return serviceError('ResourceInUseException', `Table already exists: ${name}`);
}
