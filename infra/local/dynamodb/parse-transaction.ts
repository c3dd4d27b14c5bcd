import type { CapacityMode } from './consumption.ts';
import { validationError } from './errors.ts';

const MAX_ENTRIES = 100;
const MAX_TOKEN_CHARACTERS = 36;

export interface Transaction {
  /** Each entry names one operation, whose own rules check its body. */
  readonly entries: readonly { readonly kind: string; readonly body: unknown }[];
  readonly token: string | null;
  readonly capacity: CapacityMode;
}

/** Checks the frame of a transaction. Throws a validation error. */
export function parseTransaction(body: unknown, kinds: readonly string[]): Transaction {
  if (!isRecord(body)) throw validationError('The request must be a JSON object');
  const items = body['TransactItems'];
  if (!Array.isArray(items) || items.length === 0)
    throw invalid('transactItems', 'Member must have length greater than or equal to 1');
  if (items.length > MAX_ENTRIES)
    throw invalid('transactItems', `Member must have length less than or equal to ${MAX_ENTRIES}`);
  return {
    entries: items.map((item) => parseEntry(item, kinds)),
    token: parseToken(body['ClientRequestToken']),
    capacity: parseCapacity(body['ReturnConsumedCapacity']),
  };
}

function parseEntry(item: unknown, kinds: readonly string[]): { kind: string; body: unknown } {
  const given = isRecord(item) ? kinds.filter((kind) => isRecord(item[kind])) : [];
  const [kind] = given;
  if (!isRecord(item) || kind === undefined || given.length > 1)
    throw validationError(`TransactItems can only contain one of ${kinds.join(', ')}`);
  return { kind, body: item[kind] };
}

function parseToken(token: unknown): string | null {
  if (token === undefined || token === null) return null;
  if (typeof token !== 'string' || token.length === 0 || token.length > MAX_TOKEN_CHARACTERS)
    throw invalid('clientRequestToken', `Member must have length from 1 to ${MAX_TOKEN_CHARACTERS}`);
  return token;
}

function parseCapacity(mode: unknown): CapacityMode {
  if (mode === undefined || mode === null) return undefined;
  if (mode !== 'INDEXES' && mode !== 'TOTAL' && mode !== 'NONE')
    throw invalid('returnConsumedCapacity', 'Member must satisfy enum value set: [INDEXES, TOTAL, NONE]');
  return mode;
}

function invalid(member: string, constraint: string): Error {
  return validationError(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
