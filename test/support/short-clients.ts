import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  DynamoDBServiceException,
  InternalServerError,
  ProvisionedThroughputExceededException,
  ThrottlingException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { type SQSClient, SQSServiceException } from '@aws-sdk/client-sqs';

/** A command of the SDK: its class is named after its operation. */
interface Command {
  readonly input: object;
}

/** One call, its body and answer as AWS JSON carries them; rejects where no answer comes. */
export type Send = (operation: string, body: unknown) => Promise<{ readonly status: number; readonly body: unknown }>;

/**
 * What the SDK's DynamoDB client comes to where no bytes travel: its commands' inputs, its outputs, its errors, in a
 * sixth of its time. In the simulator one history in some goes through the SDK itself, and there every call of both is
 * compared.
 */
export function createShortDynamoDbClient(send: Send): DynamoDBClient {
  return shortClient(send, dynamoDbErrorOf) as unknown as DynamoDBClient; // cast: only `send` is used
}

/** The same for SQS. */
export function createShortSqsClient(send: Send): SQSClient {
  return shortClient(send, sqsErrorOf) as unknown as SQSClient; // cast: only `send` is used
}

function shortClient(send: Send, errorOf: (body: unknown) => Error) {
  return {
    async send(command: Command): Promise<unknown> {
      const operation = command.constructor.name.slice(0, -'Command'.length);
      const { status, body } = await send(operation, toWire(command.input));
      if (status === 200) return fromWire(body);
      throw errorOf(body);
    },
  };
}

interface ErrorBody extends Readonly<Record<string, unknown>> {
  readonly __type: string;
  readonly message: string;
}

/** The SDK's error for an answer of DynamoDB. */
export function dynamoDbErrorOf(answer: unknown): Error {
  const body = fromWire(answer) as ErrorBody; // cast: written by the engine, or by a fault
  const facts = { message: body.message, $metadata: {} };
  const name = nameOf(body);
  switch (name) {
    // casts: members of these errors as the engine writes them
    case 'ConditionalCheckFailedException': {
      const item = body['Item'] as ConditionalCheckFailedException['Item'];
      return new ConditionalCheckFailedException({ ...facts, Item: item });
    }
    case 'TransactionCanceledException': {
      const reasons = body['CancellationReasons'] as TransactionCanceledException['CancellationReasons'];
      return new TransactionCanceledException({ ...facts, CancellationReasons: reasons });
    }
    case 'TransactionConflictException':
      return new TransactionConflictException(facts);
    case 'ThrottlingException':
      return new ThrottlingException(facts);
    case 'ProvisionedThroughputExceededException':
      return new ProvisionedThroughputExceededException(facts);
    case 'InternalServerError':
      return new InternalServerError(facts);
    default:
      return new DynamoDBServiceException({ ...facts, name, $fault: 'client' });
  }
}

/** The SDK's error for an answer of SQS. */
export function sqsErrorOf(answer: unknown): Error {
  const body = answer as ErrorBody; // cast: written by a fault
  return new SQSServiceException({ name: nameOf(body), message: body.message, $fault: 'client', $metadata: {} });
}

function nameOf({ __type: type }: ErrorBody): string {
  return type.slice(type.indexOf('#') + 1);
}

/** As AWS JSON has it: bytes as base64, no members that are undefined. What needs no change is not copied. */
export function toWire(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  const members = value as Members; // cast: an object or an array, read by its own names
  let copy: Record<string, unknown> | null = null;
  for (const name of Object.keys(members)) {
    const before = members[name];
    const after = toWire(before);
    if (after !== before || after === undefined) copy = changed(copy ?? copyOf(value), name, after);
  }
  return copy ?? value;
}

/** As the SDK gives it: the member `B` of an attribute's value is bytes. What needs no change is not copied. */
export function fromWire(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Members; // cast: as above
  let copy: Record<string, unknown> | null = null;
  for (const name of Object.keys(members)) {
    const before = members[name];
    const isBytes = name === 'B' && typeof before === 'string';
    const after = isBytes ? new Uint8Array(Buffer.from(before, 'base64')) : fromWire(before);
    if (after !== before || after === undefined) copy = changed(copy ?? copyOf(value), name, after);
  }
  return copy ?? value;
}

type Members = Readonly<Record<string, unknown>>;

function copyOf(value: object): Record<string, unknown> {
  return Array.isArray(value) ? (Array.from(value) as unknown as Record<string, unknown>) : { ...value }; // cast: by its own names
}

function changed(copy: Record<string, unknown>, name: string, value: unknown): Record<string, unknown> {
  if (value === undefined) delete copy[name];
  else copy[name] = value;
  return copy;
}
