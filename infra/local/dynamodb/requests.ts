import type { CapacityMode } from './consumption.ts';
import type { ParsedCondition, ParsedProjection, ParsedUpdate } from './expressions.ts';
import type { Item } from './item.ts';

/** Requests after dynalite's checks: members of the wire, and (with an underscore) the parsed expressions. */
interface TableRequest {
  readonly TableName: string;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

interface ConditionalRequest extends TableRequest {
  readonly ReturnValues?: 'NONE' | 'ALL_OLD' | 'UPDATED_OLD' | 'ALL_NEW' | 'UPDATED_NEW';
  readonly ReturnValuesOnConditionCheckFailure?: 'NONE' | 'ALL_OLD';
  readonly _condition?: ParsedCondition;
}

export interface PutRequest extends ConditionalRequest {
  readonly Item: Item;
}

export interface DeleteRequest extends ConditionalRequest {
  readonly Key: Item;
}

export interface UpdateRequest extends ConditionalRequest {
  readonly Key: Item;
  readonly _updates?: ParsedUpdate;
}

export interface GetRequest extends TableRequest {
  readonly Key: Item;
  readonly ConsistentRead?: boolean;
  readonly _projection?: ParsedProjection;
}

export interface PageRequest extends TableRequest {
  readonly IndexName?: string;
  readonly ConsistentRead?: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Item;
  readonly Select?: 'SPECIFIC_ATTRIBUTES' | 'COUNT' | 'ALL_ATTRIBUTES' | 'ALL_PROJECTED_ATTRIBUTES';
  readonly _filter?: ParsedCondition;
  readonly _projection?: ParsedProjection;
}

export interface QueryRequest extends PageRequest {
  readonly ScanIndexForward?: boolean;
  readonly KeyConditions: Readonly<Record<string, KeyCondition>>;
}

export interface KeyCondition {
  readonly ComparisonOperator: 'EQ' | 'LT' | 'LE' | 'GT' | 'GE' | 'BETWEEN' | 'BEGINS_WITH';
  readonly AttributeValueList: readonly Item[string][];
}

export interface ScanRequest extends PageRequest {
  readonly Segment?: number;
  readonly TotalSegments?: number;
}
