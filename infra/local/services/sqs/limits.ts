import { asArray, asObject, asString } from '../json-values.ts';
import { AwsServiceError } from '../service.ts';
import { messageBytes, type MessageAttribute } from './message.ts';

/** SQS quotas (AWS: "Amazon SQS message quotas", 2026). */
export const maxDelaySeconds = 900;
export const maxVisibilitySeconds = 43_200;
export const maxMessageBytes = 1_048_576;
const maxBatchEntries = 10;
const maxAttributes = 10;

/** Characters that XML 1.0 forbids; SQS refuses them. */
// oxlint-disable-next-line no-control-regex -- the rule is about these very characters
const illegalText = /[^\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

export function invalidParameter(reason: string): AwsServiceError {
  return new AwsServiceError('InvalidParameterValue', reason);
}

/** A whole number within bounds, else InvalidParameterValue; `fallback` when absent. */
export function readNumber(value: unknown, name: string, min: number, max: number, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number;
  const given = JSON.stringify(value);
  throw invalidParameter(`Value ${given} for parameter ${name} is invalid. Reason: Must be ${min} to ${max}.`);
}

/** A message to send, checked. */
export interface Draft {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly delaySeconds: number | undefined;
  readonly groupId: string | null;
  readonly traceHeader: string | null;
  readonly bytes: number;
}

/** Reads one message to send; throws the error SQS answers with. */
export function readDraft(entry: Readonly<Record<string, unknown>>, maxBytes: number): Draft {
  const body = asString(entry['MessageBody']);
  if (body === '') throw new AwsServiceError('MissingParameter', 'The request must contain the parameter MessageBody.');
  const attributes = readAttributes(entry['MessageAttributes']);
  if (illegalText.test(body)) {
    throw new AwsServiceError('InvalidMessageContents', 'Invalid characters found. Valid are those of XML 1.0.');
  }
  const bytes = messageBytes(body, attributes);
  if (bytes > maxBytes) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`,
    );
  }
  const groupId = entry['MessageGroupId'];
  if (groupId !== undefined && !/^[\u0021-\u007E]{1,128}$/.test(asString(groupId))) {
    throw invalidParameter('MessageGroupId takes 1 to 128 letters, digits and punctuation.');
  }
  const delay = entry['DelaySeconds'];
  return {
    body,
    attributes,
    delaySeconds: delay === undefined ? undefined : readNumber(delay, 'DelaySeconds', 0, maxDelaySeconds, 0),
    groupId: groupId === undefined ? null : asString(groupId),
    traceHeader:
      asString(asObject(asObject(entry['MessageSystemAttributes'])['AWSTraceHeader'])['StringValue']) || null,
    bytes,
  };
}

function readAttributes(value: unknown): Readonly<Record<string, MessageAttribute>> {
  const attributes: Record<string, MessageAttribute> = {};
  const entries = Object.entries(asObject(value));
  if (entries.length > maxAttributes) {
    throw invalidParameter(`Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`);
  }
  for (const [name, raw] of entries) {
    const { DataType: type, StringValue: text, BinaryValue: binary } = asObject(raw);
    if (!/^(String|Number|Binary)(\.|$)/.test(asString(type))) {
      throw invalidParameter(`The type of message attribute "${name}" must be String, Number or Binary.`);
    }
    const payload = asString(type).startsWith('Binary') ? asString(binary) : asString(text);
    if (payload === '' || illegalText.test(payload)) {
      throw invalidParameter(`Message attribute "${name}" must hold a non-empty value of valid characters.`);
    }
    attributes[name] = asString(type).startsWith('Binary')
      ? { DataType: asString(type), BinaryValue: payload }
      : { DataType: asString(type), StringValue: payload };
  }
  return attributes;
}

/** The entries of a batch with their ids; throws SQS's error where the whole batch is refused. */
export function readEntries(value: unknown): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  const refuse = (code: string, message: string): never => {
    throw new AwsServiceError(code, message);
  };
  const entries = asArray(value).map((raw) => [asString(asObject(raw)['Id']), asObject(raw)] as const);
  if (entries.length === 0) refuse('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > maxBatchEntries) {
    refuse(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  }
  const bad = entries.find(([id]) => !/^[\w-]{1,80}$/.test(id));
  if (bad !== undefined) {
    refuse('InvalidBatchEntryId', `Id "${bad[0]}" must be 1 to 80 letters, digits, hyphens and underscores.`);
  }
  if (new Set(entries.map(([id]) => id)).size < entries.length) {
    refuse('BatchEntryIdsNotDistinct', 'Two or more entries of the batch have the same Id.');
  }
  return entries;
}
