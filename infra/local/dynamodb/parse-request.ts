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
import {
  PLAIN_DELETE,
  PLAIN_GET,
  PLAIN_PUT,
  PLAIN_QUERY,
  PLAIN_UPDATE,
  type PlainShape,
  readPlain,
} from './plain-request.ts';
import type { DeleteRequest, GetRequest, PutRequest, QueryRequest, ScanRequest, UpdateRequest } from './requests.ts';

type Types = Record<string, unknown>;
type Check = (data: never, store: never) => string | undefined;

/** dynalite measures items in UTF-16 units; this engine measures them itself, so dynalite's limit is lifted. */
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

/** A kind of request with expressions: what dynalite checks of it, and what needs no check. */
export interface RequestKind {
  readonly types: Types;
  readonly check: Check;
  readonly plain?: PlainShape;
}

/** Parses a request with expressions, which are parsed apart from the rest. Throws a validation error. */
function parseWithExpressions(body: unknown, kind: RequestKind): Record<string, unknown> {
  const plain = kind.plain === undefined ? null : readPlain(body, kind.plain);
  if (plain === null) return parseChecked(body, kind);
  const { rest, parsed } = parseExpressions(plain, kind.types, 'checked');
  return { ...rest, ...parsed };
}

/** The same with all of dynalite's checks. */
export function parseChecked(body: unknown, { types, check }: RequestKind): Record<string, unknown> {
  const data = parseRequest(body, types);
  const { rest, parsed } = parseExpressions(data, types);
  checkValidations(rest, {}, check, STORE);
  return { ...rest, ...parsed };
}

export const REQUEST_KINDS = {
  put: { types: { ...putItem.types, ...RETURN_ON_FAILURE }, check: putItem.custom, plain: PLAIN_PUT },
  update: { types: { ...updateItem.types, ...RETURN_ON_FAILURE }, check: updateItem.custom, plain: PLAIN_UPDATE },
  delete: { types: { ...deleteItem.types, ...RETURN_ON_FAILURE }, check: deleteItem.custom, plain: PLAIN_DELETE },
  get: { types: getItem.types, check: getItem.custom, plain: PLAIN_GET },
  query: { types: query.types, check: checkStartingKey, plain: PLAIN_QUERY },
  // dynalite forgets that scans may be consistent.
  scan: { types: { ...scan.types, ConsistentRead: 'Boolean' }, check: scan.custom },
} as const satisfies Record<string, RequestKind>;

export function parsePut(body: unknown): PutRequest {
  return parseWithExpressions(body, REQUEST_KINDS.put) as unknown as PutRequest; // shaped by its types
}

export function parseUpdate(body: unknown): UpdateRequest {
  return parseWithExpressions(body, REQUEST_KINDS.update) as unknown as UpdateRequest; // shaped by its types
}

export function parseDelete(body: unknown): DeleteRequest {
  return parseWithExpressions(body, REQUEST_KINDS.delete) as unknown as DeleteRequest; // shaped by its types
}

/** A `ConditionCheck` of a transaction: a deletion's shape without its effect. */
export function parseConditionCheck(body: unknown): DeleteRequest {
  const request = parseDelete(body);
  if (request._condition === undefined)
    throw validationError('The ConditionExpression of a ConditionCheck must be given');
  return request;
}

export function parseGet(body: unknown): GetRequest {
  return parseWithExpressions(body, REQUEST_KINDS.get) as unknown as GetRequest; // shaped by its types
}

export function parseQuery(body: unknown): QueryRequest {
  const request = parseWithExpressions(body, REQUEST_KINDS.query);
  const conditions = keyConditions(request['_keyCondition']);
  return { ...request, KeyConditions: conditions } as unknown as QueryRequest; // shaped by its types
}

export function parseScan(body: unknown): ScanRequest {
  return parseWithExpressions(body, REQUEST_KINDS.scan) as unknown as ScanRequest; // shaped by its types
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
