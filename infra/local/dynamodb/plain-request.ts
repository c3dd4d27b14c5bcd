/*
 * Most requests are well formed. dynalite's checks, which find the right message for every fault, take a fifth of a
 * call's time. A request that passes the checks of this file skips dynalite's; any other goes through them.
 */

type IsFine = (value: unknown) => boolean;

/** The members that a plain request may have, with a check of each. */
export interface PlainShape {
  readonly members: Readonly<Record<string, IsFine>>;
  /** The members that it must have. */
  readonly required: readonly string[];
}

const MAX_DEPTH = 8;
const NAME = /^[\w.-]{3,255}$/;
/** Numbers in the form they are stored in; dynalite normalizes others. */
const NUMBER = /^(?:0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,9})\.\d{0,8}[1-9])$/;
/** In groups of four; the unused bits of the last one are zero (RFC 4648 §3.5). */
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

/** The given members of a well-formed request; null: dynalite has to check it. */
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

/** A value of a type that is stored as it is given. Sets are left to dynalite. */
function isPlainValue(value: unknown, depth: number): boolean {
  if (!isRecord(value)) return false;
  const [type, ...more] = Object.keys(value);
  if (type === undefined || more.length > 0) return false;
  const content = value[type];
  switch (type) {
    case 'S':
      return typeof content === 'string' && content !== '';
    case 'N':
      return typeof content === 'string' && NUMBER.test(content);
    case 'B':
      return typeof content === 'string' && BASE64.test(content);
    case 'BOOL':
      return typeof content === 'boolean';
    case 'NULL':
      return content === true;
    case 'M':
      return isPlainMap(content, depth + 1);
    case 'L':
      return (
        Array.isArray(content) && depth < MAX_DEPTH && content.every((element) => isPlainValue(element, depth + 1))
      );
    default:
      return false;
  }
}
