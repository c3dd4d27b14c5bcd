import type { PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { type Item, toAttribute } from './attributes.ts';

/** A write's condition: an expression over `#names` and `:values`. */
export interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

export interface Update extends Condition {
  readonly condition?: string;
}

/** The parameters of a write under a condition, which returns the stored item if the condition fails. */
export function conditionOf(
  given: Pick<Condition, 'names' | 'values'> | null,
  condition: string | undefined,
): Pick<PutItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'> {
  const { names, values } = given ?? {};
  return {
    ...(condition === undefined
      ? {}
      : { ConditionExpression: condition, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    ...(names === undefined ? {} : { ExpressionAttributeNames: names }),
    ...(values === undefined || Object.keys(values).length === 0
      ? {}
      : { ExpressionAttributeValues: valuesOf(values) }),
  };
}

/** The parameters of a read that returns only these attributes. */
export function projectionOf(attributes: readonly string[] | undefined): {
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
} {
  if (attributes === undefined) return {};
  return {
    ProjectionExpression: attributes.map((_, index) => `#p${index}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name, index) => [`#p${index}`, name])),
  };
}

/** Values as DynamoDB takes them. */
export function valuesOf(values: Readonly<Record<string, unknown>>): Item {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toAttribute(value)]));
}

/** The part of a key condition that limits the sort key; null: it is not limited. */
export function rangeOf({ from, to, prefix }: { from?: string; to?: string; prefix?: string }): {
  readonly expression: string;
  readonly values: Item;
} | null {
  if (prefix !== undefined) return { expression: 'begins_with(#sk, :prefix)', values: { ':prefix': { S: prefix } } };
  if (from !== undefined && to !== undefined) {
    return { expression: '#sk BETWEEN :from AND :to', values: { ':from': { S: from }, ':to': { S: to } } };
  }
  if (from !== undefined) return { expression: '#sk >= :from', values: { ':from': { S: from } } };
  if (to !== undefined) return { expression: '#sk <= :to', values: { ':to': { S: to } } };
  return null;
}
