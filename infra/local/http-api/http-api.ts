import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FunctionHost } from '../functions/function-host.ts';
import { answerPreflight, withCors } from './cors.ts';
import { answerOfPayload, gatewayAnswer, internalServerError } from './http-answer.ts';
import type { HttpAnswer } from './http-answer.ts';
import { httpEvent } from './http-event.ts';
import { newTrace } from '../functions/trace-header.ts';
import { routeChooser } from './match-route.ts';
import type { HttpApiPlan } from '../template/system-plan.ts';
import { tokenBucket } from './token-bucket.ts';

export interface HttpApiOptions {
  readonly plan: HttpApiPlan;
  /** The function behind an integration. */
  readonly functionOf: (arn: string) => FunctionHost;
  readonly now: () => number;
  /** False while a debugger may hold a function: the client waits as long. */
  readonly hasTimeout: boolean;
}

/** Quotas of HTTP APIs ("Quotas for configuring and running an HTTP API"). */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_HEAD_BYTES = 10_240;

/** The API's server. It listens before it can answer, because the template needs its address. */
export function createApiServer(): Server {
  return createServer({ maxHeaderSize: 65_536, keepAliveTimeout: 60_000, requestTimeout: 0 });
}

/** Serves an HTTP API with payload format 2.0 and the gateway's own answers. */
export function serveHttpApi(server: Server, options: HttpApiOptions): void {
  const { plan, now } = options;
  const choose = routeChooser(plan.routes);
  const mayPass = plan.throttle === null ? () => true : tokenBucket(plan.throttle, now);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const requestId = randomUUID();
    answer(request, requestId).then(
      (result) => send(request, response, result, requestId),
      // The client closed the connection: there is nobody to answer.
      () => response.destroy(),
    );
  });

  async function answer(request: IncomingMessage, requestId: string): Promise<HttpAnswer> {
    const { method = 'GET', url = '/' } = request;
    const body = await readBody(request);
    if (!mayPass()) return gatewayAnswer(429, 'Too Many Requests');
    if (headBytes(request) > MAX_HEAD_BYTES) return gatewayAnswer(431, 'Request Header Fields Too Large');
    if (body === null) return gatewayAnswer(413, 'Request Entity Too Large');
    const [rawPath = '/', query = ''] = url.split(/\?(.*)/s, 2);
    const path = decodePath(rawPath);
    if (path === null) return gatewayAnswer(400, 'Bad Request');
    const preflight = answerPreflight(plan.cors, method, request.headers);
    if (preflight !== null) return preflight;
    const match = choose(method, path);
    if (match === null) return gatewayAnswer(404, 'Not Found');
    const traceHeader = newTrace(now());
    const event = httpEvent({
      request,
      path,
      query,
      body,
      match,
      apiId: plan.apiId,
      requestId,
      traceHeader,
      now: now(),
    });
    const invocation = options.functionOf(match.route.functionArn).invoke(event, traceHeader);
    const outcome = options.hasTimeout ? await within(match.route.timeoutMs, invocation) : await invocation;
    if (outcome === null) return gatewayAnswer(503, 'Service Unavailable');
    if (outcome.kind === 'failed') return internalServerError();
    return withCors(plan.cors, request.headers, answerOfPayload(outcome.payload));
  }
}

/** Null when time is up; the invocation goes on, as on AWS. */
async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** The whole body, or null when it is over the limit. It is read to its end, so that the client reads our answer. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bytes > MAX_BODY_BYTES ? null : Buffer.concat(chunks);
}

function headBytes({ method = '', url = '', rawHeaders }: IncomingMessage): number {
  const line = method.length + 1 + url.length;
  return rawHeaders.reduce((sum, text) => sum + Buffer.byteLength(text, 'latin1'), line);
}

function decodePath(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

function send(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer, requestId: string): void {
  const { status, headers, cookies, body } = answer;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    if (name !== 'transfer-encoding' && name !== 'connection') response.setHeader(name, value);
  }
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.setHeader('apigw-requestid', requestId);
  const hasBody = status !== 204 && status !== 304;
  if (hasBody) response.setHeader('content-length', body.length);
  response.end(hasBody && request.method !== 'HEAD' ? body : undefined);
}
