import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import type { DynamoDbEngine } from '../../infra/local/dynamodb/engine.ts';
import type { CallFault, Instance } from './instance.ts';
import type { Queues } from './queues.ts';
import type { Observer } from './observer.ts';

/** What the SDK hands over and takes back, as far as it matters here. */
interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface WireAnswer {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Record<string, string>;
    readonly body: Uint8Array;
  };
}

/** Calls are neither signed nor tried again by the SDK: an instance's own calls do that, in virtual time. */
export const CLIENT_SETTINGS = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
  maxAttempts: 1,
  signer: { sign: async <Request>(request: Request) => request },
};

/** The SDK's own client on the in-process engine; every call is a call of the instance. */
export function createDynamoDbClient(instance: Instance, engine: DynamoDbEngine, observer: Observer): DynamoDBClient {
  const requestHandler: NonNullable<DynamoDBClientConfig['requestHandler']> = {
    handle: (request: WireRequest) => {
      const operation = operationOf(request);
      const body: unknown = JSON.parse(textOf(request.body));
      const perform = async (): Promise<WireAnswer> => {
        const answer = await engine.handle(operation, body);
        if (answer.status === 200) observer.wrote(instance, operation, body, answer.body);
        return wireAnswer(answer.status, answer.body);
      };
      return instance.call(`${operation} ${kindOfKey(body)}`, perform, refuse);
    },
  };
  return stripped(new DynamoDBClient({ ...CLIENT_SETTINGS, endpoint: 'http://dynamodb', requestHandler }));
}

/** The SDK's own client on the simulated queues. */
export function createSqsClient(instance: Instance, queues: Queues): SQSClient {
  const requestHandler: NonNullable<SQSClientConfig['requestHandler']> = {
    handle: (request: WireRequest) => {
      const body = JSON.parse(textOf(request.body)) as SendBatchRequest; // cast: the only operation in use
      const queue = queues.byUrl(body.QueueUrl);
      const perform = async (): Promise<WireAnswer> =>
        wireAnswer(200, queue.sendBatch(instance.name, body.Entries ?? []));
      return instance.call(`${operationOf(request)} ${queue.name}`, perform, refuse);
    },
  };
  return stripped(new SQSClient({ ...CLIENT_SETTINGS, endpoint: 'http://sqs', md5: false, requestHandler }));
}

/** Steps of the SDK that nothing here looks at; without them a call takes half its time. */
const UNUSED_STEPS = [
  'loggerMiddleware',
  'getUserAgentMiddleware',
  'recursionDetectionMiddleware',
  'hostHeaderMiddleware',
  'retryMiddleware',
  'httpSigningMiddleware',
  'httpAuthSchemeMiddleware',
  'contentLengthMiddleware',
];

/** The client as it is, less {@link UNUSED_STEPS}. */
export function stripped<Client extends { readonly middlewareStack: { remove(step: string): boolean } }>(
  client: Client,
): Client {
  for (const step of UNUSED_STEPS) client.middlewareStack.remove(step);
  return client;
}

interface SendBatchRequest {
  readonly QueueUrl: string;
  readonly Entries?: readonly {
    readonly Id: string;
    readonly MessageBody: string;
    readonly MessageGroupId?: string;
    readonly DelaySeconds?: number;
  }[];
}

/** The answer of a fault: what AWS says where it answers at all. */
function refuse(fault: CallFault): WireAnswer | Error {
  if (fault === 'throttled') {
    return wireAnswer(400, {
      __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException',
      message: 'Rate exceeded',
    });
  }
  if (fault === 'failed') return wireAnswer(500, { __type: 'InternalServerError', message: 'Internal server error' });
  return Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
}

function wireAnswer(statusCode: number, body: unknown): WireAnswer {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { response: { statusCode, headers, body: Buffer.from(JSON.stringify(body)) } };
}

function operationOf(request: WireRequest): string {
  const target = request.headers['x-amz-target'] ?? '';
  return target.slice(target.indexOf('.') + 1);
}

function textOf(body: WireRequest['body']): string {
  if (body === undefined) return '{}';
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

/** The kind of item a request is about, as the first part of its keys says it: `R CTL`, `S P`, `DUE`. */
function kindOfKey(body: unknown): string {
  const request = body as KeyedRequest; // cast: written by the SDK
  const entry = Object.values(request.RequestItems ?? {})[0]?.[0];
  const key = request.Key ?? request.Item ?? entry?.PutRequest?.Item;
  const values = request.ExpressionAttributeValues;
  const pk = key?.['pk']?.S ?? values?.[':pk']?.S ?? '';
  const sk = key?.['sk']?.S ?? values?.[':prefix']?.S ?? values?.[':from']?.S ?? '';
  const [room = '', , shard] = pk.split('#');
  if (room === 'DUE') return 'DUE';
  return `${room === 'R' && shard !== undefined ? 'S' : room} ${sk.split('#')[0] ?? ''}`.trimEnd();
}

type KeyItem = Readonly<Record<string, { readonly S?: string } | undefined>>;

interface KeyedRequest {
  readonly Key?: KeyItem;
  readonly Item?: KeyItem;
  readonly ExpressionAttributeValues?: KeyItem;
  readonly RequestItems?: Readonly<Record<string, readonly { readonly PutRequest?: { readonly Item: KeyItem } }[]>>;
}
