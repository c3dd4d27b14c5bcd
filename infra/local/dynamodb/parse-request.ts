import * as deleteItem from 'dynalite/validations/deleteItem.js';
import * as getItem from 'dynalite/validations/getItem.js';
import {
  checkTypes,
  checkValidations,
  convertKeyCondition,
  validateAttributeValue,
  validateConditions,
} from 'dynalite/validations/index.js';
import * as putItem from 'dynalite/validations/putItem.js';
import * as query from 'dynalite/validations/query.js';
import * as scan from 'dynalite/validations/scan.js';
import * as updateItem from 'dynalite/validations/updateItem.js';
import { validationError } from './errors.ts';
import { parseExpressions } from './parse-expressions.ts';
import type { DeleteRequest, GetRequest, PutRequest, QueryRequest, ScanRequest, UpdateRequest } from './requests.ts';

type Types = Record<string, unknown>;
type Check = (data: never, store: never) => string | undefined;

/** dynalite weighs items in UTF-16 units; this engine weighs them itself, so its limit is lifted. */
const STORE = { options: { maxItemSize: Number.POSITIVE_INFINITY } };
const LEGACY = new Set([
  'Expected',
  'AttributeUpdates',
  'AttributesToGet',
  'ConditionalOperator',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
]);
/** Unknown to dynalite, which would strip it. */
const RETURN_ON_FAILURE: Types = {
  ReturnValuesOnConditionCheckFailure: { type: 'String', enum: ['ALL_OLD', 'NONE'] },
};

/** Checks a body against declared types and a further check; the result is the body's known members. */
export function parseRequest(body: unknown, types: Types, check?: Check): Record<string, unknown> {
  if (typeof body !== 'object' || body === null) throw validationError('The request must be a JSON object');
  for (const [name, value] of Object.entries(body)) {
    if (LEGACY.has(name) && value !== undefined && value !== null)
      throw validationError(`The legacy parameter ${name} is not supported by the local engine: use expressions`);
  }
  const data = checkTypes({ ...body }, types);
  checkValidations(data, types, check, STORE);
  return data;
}

/** The same for requests with expressions, which are parsed apart from the rest. */
function parseWithExpressions(body: unknown, types: Types, check: Check): Record<string, unknown> {
  const data = parseRequest(body, types);
  const { rest, parsed } = parseExpressions(data, types);
  checkValidations(rest, {}, check, STORE);
  return { ...rest, ...parsed };
}

const PUT_TYPES: Types = { ...putItem.types, ...RETURN_ON_FAILURE };
const UPDATE_TYPES: Types = { ...updateItem.types, ...RETURN_ON_FAILURE };
const DELETE_TYPES: Types = { ...deleteItem.types, ...RETURN_ON_FAILURE };
/** dynalite forgets that scans may be consistent. */
const SCAN_TYPES: Types = { ...scan.types, ConsistentRead: 'Boolean' };

export function parsePut(body: unknown): PutRequest {
  return parseWithExpressions(body, PUT_TYPES, putItem.custom) as unknown as PutRequest; // shaped by PUT_TYPES
}

export function parseUpdate(body: unknown): UpdateRequest {
  return parseWithExpressions(body, UPDATE_TYPES, updateItem.custom) as unknown as UpdateRequest; // shaped by UPDATE_TYPES
}

export function parseDelete(body: unknown): DeleteRequest {
  return parseWithExpressions(body, DELETE_TYPES, deleteItem.custom) as unknown as DeleteRequest; // shaped by DELETE_TYPES
}

/** A `ConditionCheck` of a transaction: a deletion's shape without its effect. */
export function parseConditionCheck(body: unknown): DeleteRequest {
  const request = parseDelete(body);
  if (request._condition === undefined)
    throw validationError('The ConditionExpression of a ConditionCheck must be given');
  return request;
}

export function parseGet(body: unknown): GetRequest {
  return parseWithExpressions(body, getItem.types, getItem.custom) as unknown as GetRequest; // shaped by getItem.types
}

export function parseQuery(body: unknown): QueryRequest {
  const request = parseWithExpressions(body, query.types, checkStartingKey);
  const conditions = keyConditions(request['_keyCondition']);
  return { ...request, KeyConditions: conditions } as unknown as QueryRequest; // shaped by query.types
}

export function parseScan(body: unknown): ScanRequest {
  return parseWithExpressions(body, SCAN_TYPES, scan.custom) as unknown as ScanRequest; // shaped by SCAN_TYPES
}

function checkStartingKey(request: Pick<QueryRequest, 'ExclusiveStartKey'>): string | undefined {
  for (const value of Object.values(request.ExclusiveStartKey ?? {})) {
    const message = validateAttributeValue(value);
    if (message !== undefined) return `The provided starting key is invalid: ${message}`;
  }
  return undefined;
}

/** The conditions that a key expression sets, by attribute. Throws a validation error. */
function keyConditions(parsed: unknown): Record<string, unknown> {
  if (typeof parsed !== 'object' || parsed === null || !('expression' in parsed))
    throw validationError(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  const conditions = convertKeyCondition(parsed.expression);
  if (typeof conditions === 'string') throw validationError(conditions);
  const message = validateConditions(conditions);
  if (message !== undefined) throw validationError(message);
  return conditions;
}
