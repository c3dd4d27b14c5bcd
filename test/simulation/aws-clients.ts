import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { isDeepStrictEqual } from 'node:util';
import type { Instance } from './instance.ts';
import type { CallService, ServiceAnswer } from './services.ts';
import { dynamoDbErrorOf, fromWire, sqsErrorOf, toWire } from '../support/short-clients.ts';

/** What the SDK hands over and takes back, as far as it matters here. */
interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface WireResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** Calls are neither signed nor tried again by the SDK: an instance's own calls do that, in virtual time. */
export const CLIENT_SETTINGS = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
  maxAttempts: 1,
  cacheMiddleware: true,
  signer: { sign: async <Request>(request: Request) => request },
};

/** Told where the SDK says otherwise than the short clients would. */
type OnDifference = (message: string) => void;

/** The SDK's own client on a simulated DynamoDB; every call is a call of the instance. */
export function createDynamoDbClient(instance: Instance, service: CallService, tell: OnDifference): DynamoDBClient {
  const requestHandler: NonNullable<DynamoDBClientConfig['requestHandler']> = handlerOf(instance, service);
  const client = new DynamoDBClient({ ...CLIENT_SETTINGS, endpoint: 'http://dynamodb', requestHandler });
  client.middlewareStack.add((next) => (args) => compare(() => next(args), args.input, dynamoDbErrorOf, tell), FIRST);
  return stripped(client);
}

/** The SDK's own client on the simulated queues. */
export function createSqsClient(instance: Instance, service: CallService, tell: OnDifference): SQSClient {
  const requestHandler: NonNullable<SQSClientConfig['requestHandler']> = handlerOf(instance, service);
  const client = new SQSClient({ ...CLIENT_SETTINGS, endpoint: 'http://sqs', md5: false, requestHandler });
  client.middlewareStack.add((next) => (args) => compare(() => next(args), args.input, sqsErrorOf, tell), FIRST);
  return stripped(client);
}

const FIRST = { name: 'compare', step: 'initialize', priority: 'high' } as const;

/** What travelled with each response. */
const exchanges = new WeakMap<object, { readonly sent: unknown; readonly answer: ServiceAnswer }>();

function handlerOf(instance: Instance, service: CallService) {
  return {
    handle: async (request: WireRequest): Promise<{ readonly response: WireResponse }> => {
      const sent: unknown = JSON.parse(textOf(request.body));
      const answer = await service(instance, operationOf(request), sent);
      const headers = { 'content-type': 'application/x-amz-json-1.0' };
      const body = Buffer.from(JSON.stringify(answer.body));
      const response: WireResponse = { statusCode: answer.status, headers, body };
      exchanges.set(response, { sent: withoutToken(sent), answer });
      return { response };
    },
  };
}

/** Holds what the SDK sent for an input, and gave for an answer, against what the short clients would have. */
async function compare<Result extends { readonly response: unknown; readonly output: object }>(
  send: () => Promise<Result>,
  input: object,
  errorOf: (body: unknown) => Error,
  tell: OnDifference,
): Promise<Result> {
  const differ = (what: string, sdk: unknown, short: unknown): void => {
    if (!isDeepStrictEqual(sdk, short)) tell(`${what}: ${JSON.stringify(sdk)}, the short way ${JSON.stringify(short)}`);
  };
  try {
    const result = await send();
    const exchange = exchanges.get(result.response as object); // cast: made by the handler above
    const { $metadata: _, ...output } = result.output as Record<string, unknown>; // cast: an output of a command
    differ('sent', exchange?.sent, toWire(input));
    differ('given', output, fromWire(exchange?.answer.body));
    return result;
  } catch (error) {
    const { $response: response } = error as { readonly $response?: object }; // cast: as the SDK throws it
    const exchange = response === undefined ? undefined : exchanges.get(response);
    if (exchange !== undefined) {
      differ('sent', exchange.sent, toWire(input));
      differ('thrown', factsOf(error), factsOf(errorOf(exchange.answer.body)));
    }
    throw error;
  }
}

/** What code may branch on, or print. */
function factsOf(error: unknown): object {
  const { name, message, constructor, Item, CancellationReasons } = error as Error & Record<string, unknown>; // cast: made by the SDK
  return { name, message, type: constructor.name, Item, CancellationReasons };
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

function operationOf(request: WireRequest): string {
  const target = request.headers['x-amz-target'] ?? '';
  return target.slice(target.indexOf('.') + 1);
}

function textOf(body: WireRequest['body']): string {
  if (body === undefined) return '{}';
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

/** The SDK gives a transaction a token of its own, by which the service knows its repeats. */
function withoutToken(sent: unknown): unknown {
  if (typeof sent !== 'object' || sent === null || !('ClientRequestToken' in sent)) return sent;
  const { ClientRequestToken: _, ...rest } = sent;
  return rest;
}
