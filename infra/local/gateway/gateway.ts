import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { LOCAL_REGION } from '../account.ts';
import type { CallAnswer, CallRequest } from '../functions/thread-messages.ts';
import type { UnusedStatement } from '../iam/authorizer.ts';
import type { Statement } from '../iam/statement.ts';
import { listenLocally, urlOf } from '../listen.ts';
import { contentTypes } from './answer-fault.ts';
import type { MeterRow } from './call-meter.ts';
import { createCallPipeline, performCall, type CallPipeline, type GatewayOptions } from './call-pipeline.ts';
import { readCallHead, type CallHead } from './read-call.ts';
import { serveS3 } from './serve-s3.ts';
import type { AwsFault, ServiceAnswer } from '../services/service.ts';

/** One port in front of all AWS services. It knows a caller by the access key and enforces the caller's statements. */
export interface Gateway {
  /** The value of `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** A call without HTTP, for pollers and the Scheduler, with the function's or the role's own key. */
  call(
    accessKeyId: string,
    service: 'dynamodb' | 'sqs' | 'secretsmanager',
    operation: string,
    input: unknown,
    signal?: AbortSignal,
  ): Promise<ServiceAnswer>;
  /** A request of the `X-Amz-Target` protocols that a thread sent as a message. Never rejects. */
  answer(request: CallRequest, signal: AbortSignal): Promise<CallAnswer>;
  meter(): readonly MeterRow[];
  resetMeter(): void;
  /** Statements, or actions of them, that no call has needed. */
  unusedStatements(): readonly UnusedStatement[];
  /** Replaces a principal's statements, for a test that removes a permission. */
  setStatements(accessKeyId: string, statements: readonly Statement[]): void;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const pipeline = createCallPipeline(options);
  const { authorizer, closing, log, meter } = pipeline;
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (request, response) => {
    serve(pipeline, request, response).catch((error: unknown) => {
      if (!request.destroyed && !closing.signal.aborted) log(`gateway: ${String(error)}`);
      response.destroy();
    });
  });
  await listenLocally(server, options.port ?? 0);
  pipeline.baseUrl = urlOf(server);
  return {
    url: pipeline.baseUrl,
    async call(accessKeyId, service, operation, input, signal = closing.signal) {
      const region = options.region ?? LOCAL_REGION;
      const head = {
        service,
        operation,
        accessKeyId,
        region,
        method: 'POST',
        path: '/',
        query: {},
        search: '',
        headers: {},
      };
      return await performCall(pipeline, head, input, signal);
    },
    async answer(request, signal) {
      const head = readCallHead(request);
      if ('code' in head) return refusal(head);
      return await answerText(pipeline, head, request.body, signal);
    },
    meter: () => meter.rows(),
    resetMeter: () => meter.reset(),
    unusedStatements: () => authorizer.unused(options.principals),
    setStatements: (key, statements) => authorizer.setStatements(key, statements),
    async close() {
      closing.abort();
      for (const caller of pipeline.callers) caller.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), 500);
      await closed;
      clearTimeout(force);
    },
  };
}

async function serve(pipeline: CallPipeline, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const head = readCallHead(request);
  if ('code' in head) {
    request.resume();
    return send(response, refusal(head));
  }
  if (head.service === 's3') return await serveS3(pipeline, head, request, response);
  const text = await readText(request);
  const caller = new AbortController();
  pipeline.callers.add(caller);
  response.once('close', () => {
    pipeline.callers.delete(caller);
    if (!response.writableFinished) caller.abort();
  });
  const answer = await answerText(pipeline, head, text, caller.signal);
  // A connection that is kept alive after close() would keep the process alive too.
  if (pipeline.closing.signal.aborted) response.shouldKeepAlive = false;
  send(response, answer);
}

function send(response: ServerResponse, { status, headers, body }: CallAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function refusal({ status, code, message }: AwsFault): CallAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ __type: code, message }),
  };
}

/** A request whose service speaks JSON, from its text to the text of its answer. */
async function answerText(
  pipeline: CallPipeline,
  head: CallHead,
  text: string,
  signal: AbortSignal,
): Promise<CallAnswer> {
  const input = parseBody(text);
  const answer =
    input === undefined
      ? { status: 400, body: { __type: 'SerializationException', message: 'The body is not JSON' } }
      : await performCall(pipeline, head, input, signal);
  const headers = { 'content-type': contentTypes[head.service], ...answer.headers };
  return { status: answer.status, headers, body: JSON.stringify(answer.body) };
}

/** The body as JSON, `{}` when empty, undefined when it is none. */
function parseBody(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Uses listeners: an async iterator costs more than the rest of a small request. Rejects when the connection breaks.
 */
function readText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const [first] = chunks;
      resolve((chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)).toString());
    });
    request.once('error', reject);
  });
}
