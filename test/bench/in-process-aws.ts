import { createHash } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import type { DynamoDbEngine } from '../../infra/local/dynamodb/engine.ts';
import { createRetries, sdkOptions } from '../../shared/aws/sdk-options.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { kindOfItem, type Tally } from './tally.ts';

/** As the functions' own clients, without retries, of which there is no need. */
const CLIENT = {
  ...sdkOptions(),
  region: 'us-east-1',
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  maxAttempts: 1,
  retryStrategy: createRetries(1),
};

/** How long a call takes, virtual ms. */
export interface Latencies {
  readonly dynamodbMs: number;
  readonly sqsMs: number;
}

/** The clock that latencies pass on; null: calls take no time. */
type LatencyClock = Pick<VirtualClock, 'sleep'> | null;

interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A real SDK client on the engine, each call counted by the item it is about. */
export function createDynamoDbClient(engine: DynamoDbEngine, tally: () => Tally, latency: LatencyOf): DynamoDBClient {
  const requestHandler: NonNullable<DynamoDBClientConfig['requestHandler']> = {
    async handle(request: WireRequest) {
      const { operation, input } = readRequest(request);
      engine.resetMeter();
      const answering = engine.handle(operation, input); // in memory: done and metered when it returns
      tally().addItem(operation, kindOfRequest(input), engine.meter());
      const { status, body } = await answering;
      await latency.pass();
      return { response: jsonResponse(status, body) };
    },
  };
  return new DynamoDBClient({ ...CLIENT, requestHandler });
}

/** What a client waits before its answer comes. */
export interface LatencyOf {
  pass(): Promise<void>;
}

export function latencyOn(clock: LatencyClock, ms: number): LatencyOf {
  return { pass: async () => (clock === null || ms === 0 ? undefined : clock.sleep(ms)) };
}

/** A message as a queue was given it. */
export interface SentMessage {
  readonly id: string;
  readonly body: string;
  readonly group: string;
  readonly delayMs: number;
}

/** A real SDK client whose sends end in `deliver`. */
export function createSqsClient(
  deliver: (queue: string, message: SentMessage) => void,
  tally: () => Tally,
  latency: LatencyOf,
): SQSClient {
  let sent = 0;
  const requestHandler: NonNullable<SQSClientConfig['requestHandler']> = {
    async handle(request: WireRequest) {
      const { operation, input } = readRequest(request);
      if (operation !== 'SendMessageBatch') throw new Error(`The bench's queues know no ${operation}.`);
      // cast: the SDK has serialized a SendMessageBatchCommandInput just now
      const { QueueUrl, Entries } = input as { QueueUrl: string; Entries: SentEntry[] };
      tally().sqsSends += 1;
      await latency.pass();
      const Successful = Entries.map(({ Id, MessageBody, MessageGroupId: group = '', DelaySeconds = 0 }) => {
        sent += 1;
        const MessageId = `${String(sent).padStart(8, '0')}-0000-4000-8000-000000000000`;
        deliver(QueueUrl, { id: MessageId, body: MessageBody, group, delayMs: DelaySeconds * 1_000 });
        // The client checks the digest (Amazon SQS, SendMessageBatchResultEntry).
        return { Id, MessageId, MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
      });
      return { response: jsonResponse(200, { Successful, Failed: [] }) };
    },
  };
  return new SQSClient({ ...CLIENT, requestHandler });
}

interface SentEntry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId?: string;
  readonly DelaySeconds?: number;
}

function readRequest({ headers, body = '{}' }: WireRequest): { operation: string; input: unknown } {
  const target = headers['x-amz-target'] ?? '';
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  return { operation: target.slice(target.indexOf('.') + 1), input: JSON.parse(text) };
}

function jsonResponse(statusCode: number, body: unknown) {
  return {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: Buffer.from(JSON.stringify(body)),
  };
}

interface Keyed {
  readonly Key?: WireKey;
  readonly Item?: WireKey;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string } | undefined>>;
  readonly RequestItems?: Readonly<Record<string, RequestedItems>>;
}

type WireKey = { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };
type RequestedItems = readonly { readonly PutRequest?: { readonly Item: WireKey } }[] | { readonly Keys: WireKey[] };

function kindOfRequest(input: unknown): string {
  const { Key, Item, ExpressionAttributeValues: values, RequestItems } = input as Keyed; // cast: serialized by the SDK
  const key = Key ?? Item ?? firstOf(RequestItems);
  if (key !== undefined) return kindOfItem(key.pk.S, key.sk.S);
  const sk = values?.[':prefix']?.S ?? values?.[':from']?.S ?? values?.[':to']?.S ?? '';
  return kindOfItem(values?.[':pk']?.S ?? '', sk);
}

function firstOf(requested: Keyed['RequestItems']): WireKey | undefined {
  for (const items of Object.values(requested ?? {})) {
    return 'Keys' in items ? items.Keys[0] : items[0]?.PutRequest?.Item;
  }
  return undefined;
}
