/*
 * Most requests are plainly well formed. dynalite's checks, made to find the right words for any fault, take a fifth of
 * all the time a call takes here; what passes this needs none of them, and what does not goes through them as ever.
 */

type IsFine = (value: unknown) => boolean;

/** Members of a request that is told to be plain, and what each must be like. */
export interface PlainShape {
  readonly members: Readonly<Record<string, IsFine>>;
  /** Those it must have. */
  readonly required: readonly string[];
}

const MAX_DEPTH = 8;
const NAME = /^[\w.-]{3,255}$/;
/** Numbers in the form they are stored in; dynalite normalizes others. */
const NUMBER = /^(?:0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,9})\.\d{0,8}[1-9])$/;
/** In groups of four, the bits that fill up the last one being none (RFC 4648 §3.5). */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)$/;

const isText: IsFine = (value) => typeof value === 'string';
const isFlag: IsFine = (value) => typeof value === 'boolean';
const isName: IsFine = (value) => typeof value === 'string' && NAME.test(value);
const isAttributes: IsFine = (value) => isPlainMap(value, 0);
const isNames: IsFine = (value) => isRecord(value) && Object.values(value).every(isText);
const isCount: IsFine = (value) => Number.isInteger(value) && Number(value) > 0;
const oneOf =
  (...allowed: readonly string[]): IsFine =>
  (value) =>
    typeof value === 'string' && allowed.includes(value);

const WITH_EXPRESSIONS = {
  TableName: isName,
  ReturnConsumedCapacity: oneOf('INDEXES', 'TOTAL', 'NONE'),
  ExpressionAttributeNames: isNames,
  ExpressionAttributeValues: isAttributes,
};
const CONDITIONAL = {
  ...WITH_EXPRESSIONS,
  ConditionExpression: isText,
  ReturnValues: oneOf('NONE', 'ALL_OLD'),
  ReturnValuesOnConditionCheckFailure: oneOf('NONE', 'ALL_OLD'),
};

export const PLAIN_PUT: PlainShape = {
  members: { ...CONDITIONAL, Item: isAttributes },
  required: ['TableName', 'Item'],
};
export const PLAIN_DELETE: PlainShape = {
  members: { ...CONDITIONAL, Key: isAttributes },
  required: ['TableName', 'Key'],
};
export const PLAIN_UPDATE: PlainShape = {
  members: {
    ...CONDITIONAL,
    Key: isAttributes,
    UpdateExpression: isText,
    ReturnValues: oneOf('NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW'),
  },
  required: ['TableName', 'Key'],
};
export const PLAIN_GET: PlainShape = {
  members: {
    TableName: isName,
    ReturnConsumedCapacity: WITH_EXPRESSIONS.ReturnConsumedCapacity,
    ExpressionAttributeNames: isNames,
    ProjectionExpression: isText,
    Key: isAttributes,
    ConsistentRead: isFlag,
  },
  required: ['TableName', 'Key'],
};
export const PLAIN_QUERY: PlainShape = {
  members: {
    ...WITH_EXPRESSIONS,
    IndexName: isName,
    KeyConditionExpression: isText,
    ProjectionExpression: isText,
    ConsistentRead: isFlag,
    ScanIndexForward: isFlag,
    Limit: isCount,
    ExclusiveStartKey: isAttributes,
  },
  required: ['TableName'],
};

/** The members of a request that are given, if it is plainly well formed; null: it is to be checked. */
export function readPlain(body: unknown, { members, required }: PlainShape): Record<string, unknown> | null {
  if (!isRecord(body)) return null;
  const given: Record<string, unknown> = {};
  for (const name in body) {
    const value = body[name];
    if (value === undefined) continue;
    if (!Object.hasOwn(members, name) || members[name]?.(value) !== true) return null;
    given[name] = value;
  }
  return required.every((name) => name in given) ? given : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlainMap(map: unknown, depth: number): boolean {
  if (!isRecord(map) || depth > MAX_DEPTH) return false;
  for (const name in map) if (name === '' || !isPlainValue(map[name], depth)) return false;
  return true;
}

/** One member, of a type whose values are as they are stored. Sets are left to be checked. */
function isPlainValue(value: unknown, depth: number): boolean {
  if (!isRecord(value)) return false;
  const [type, ...more] = Object.keys(value);
  if (type === undefined || more.length > 0) return false;
  const held = value[type];
  switch (type) {
    case 'S':
      return typeof held === 'string' && held !== '';
    case 'N':
      return typeof held === 'string' && NUMBER.test(held);
    case 'B':
      return typeof held === 'string' && BASE64.test(held);
    case 'BOOL':
      return typeof held === 'boolean';
    case 'NULL':
      return held === true;
    case 'M':
      return isPlainMap(held, depth + 1);
    case 'L':
      return Array.isArray(held) && depth < MAX_DEPTH && held.every((element) => isPlainValue(element, depth + 1));
    default:
      return false;
  }
}
