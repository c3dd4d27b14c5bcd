import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { DynamoDbEngine } from './engine.ts';

type RequestHandler = NonNullable<DynamoDBClientConfig['requestHandler']>;

/** The parts of the SDK's request that are used here. */
interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** An SDK v3 `requestHandler` that calls the engine in process: no socket, no timers. */
export function dynamoDbRequestHandler(engine: DynamoDbEngine): RequestHandler {
  return {
    async handle(request: WireRequest) {
      const target = request.headers['x-amz-target'] ?? '';
      const operation = target.slice(target.indexOf('.') + 1);
      const { status, body } = await engine.handle(operation, JSON.parse(bodyText(request.body)));
      return {
        response: {
          statusCode: status,
          headers: { 'content-type': 'application/x-amz-json-1.0' },
          body: Buffer.from(JSON.stringify(body)),
        },
      };
    },
  };
}

function bodyText(body: string | Uint8Array | undefined): string {
  if (body === undefined) return '{}';
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}
