import { expect } from 'vitest';
import * as z from 'zod';
import { errorRecord } from '../../shared/api/error-schemas.ts';
import { matchRoute } from '../../shared/api/match-route.ts';
import { type Route, errorsOf } from '../../shared/api/route.ts';
import { type Operation, type RouteOf, routeOf } from '../../shared/api/routes.ts';
import { TriremeError } from '../../shared/client/trireme.ts';
import { type Call, createSender } from '../../shared/client/send.ts';
import { ERROR_CATALOGUE } from '../../shared/domain/errors.ts';
import { fetchPatiently } from './fetch-patiently.ts';
import { PATIENCE_MS } from './patience.ts';

/** A call as a consumer writes it. */
export interface Asked {
  /** What stands for the path's names in braces. */
  readonly params?: Readonly<Record<string, string>>;
  /** With its question mark. */
  readonly query?: string;
  /** An absolute URL to follow instead of the operation's own path. */
  readonly url?: string;
  /** Sent as JSON; bytes or text as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null sends none. */
  readonly apiKey?: string | null;
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

export type ErrorAnswer = Answer<z.output<typeof errorRecord>>;
type SuccessOf<O extends Operation> = z.output<RouteOf<O>['success']['schema']>;

/**
 * A consumer, with the client of shared/client, that holds every answer against the route table: status, schema
 * (strict), label. A request that the client does not make, such as one without a key, goes as it is written.
 */
export interface ApiClient {
  /** The answer of a call that succeeds; anything else is thrown. */
  ask<O extends Operation>(operation: O, asked?: Asked): Promise<Answer<SuccessOf<O>>>;
  /** The answer of a call that is refused in our shape. */
  refused(operation: Operation, asked?: Asked): Promise<ErrorAnswer>;
  /** Any call at all, whatever it answers. */
  send(method: string, path: string, asked?: Asked): Promise<Answer<unknown>>;
  /** All rows of a list, page by page. */
  all<O extends ListOperation>(operation: O, asked?: Asked): Promise<RowOf<O>[]>;
}

type RowOf<O extends Operation> =
  SuccessOf<O> extends infer Body ? (Body extends readonly (infer Row)[] ? Row : never) : never;
/** The operations that may answer with a list. */
type ListOperation = { [O in Operation]: [RowOf<O>] extends [never] ? never : O }[Operation];

/**
 * A client of the API at `url` with a key. Nothing is sent again but what a limit on calls refuses; a test of limits has
 * `impatient`.
 */
export function openApiClient(
  url: string,
  apiKey: string,
  { impatient = false }: { readonly impatient?: boolean } = {},
): ApiClient {
  const fetchAnswer = impatient ? fetch : fetchPatiently;

  async function send(method: string, path: string, asked: Asked = {}): Promise<Answer<unknown>> {
    const address = asked.url ?? `${url}${path}${asked.query ?? ''}`;
    const call = callOf(method, address, asked);
    const answer = call === null ? await sendRaw(method, address, asked) : await sendByClient(call, asked);
    checkAnswer(method, new URL(address), answer);
    return answer;
  }

  /** The call as the client makes it; null: it makes none such. */
  function callOf(method: string, address: string, { body, headers = {}, apiKey: key = apiKey }: Asked): Call | null {
    const { 'idempotency-key': given, ...others } = headers;
    const isMade =
      METHODS.includes(method as Call['method']) &&
      address.startsWith(`${url}/`) &&
      isSent(key) &&
      !(typeof body === 'string' || body instanceof Uint8Array) &&
      Object.values(headers).every(isSent);
    if (!isMade) return null;
    const path = address.slice(url.length);
    return {
      method: method as Call['method'],
      path,
      body,
      headers: others,
      key: given === undefined ? given : { given },
    };
  }

  async function sendByClient(call: Call, { apiKey: key }: Asked): Promise<Answer<unknown>> {
    let answer: Answer<unknown> | null = null;
    const sender = createSender({
      url,
      apiKey: key ?? apiKey,
      retry: { attempts: 1 },
      timeoutMs: PATIENCE_MS,
      fetch: async (...request) => {
        const response = await fetchAnswer(...request);
        answer = await answerOf(response.clone());
        return response;
      },
    });
    const error = await sender.send(call).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (answer === null || !(error === null || error instanceof TriremeError)) throw error;
    checkError(error, answer);
    return answer;
  }

  async function sendRaw(method: string, address: string, asked: Asked): Promise<Answer<unknown>> {
    const { body, headers = {}, apiKey: key = apiKey } = asked;
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetchAnswer(address, {
      method,
      headers: {
        ...(key === null ? {} : { 'x-api-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
    });
    return answerOf(response);
  }

  async function run(operation: Operation, asked: Asked): Promise<Answer<unknown>> {
    const route: Route = routeOf(operation);
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => asked.params?.[name] ?? '');
    return await send(route.method, path, asked);
  }

  async function ask<O extends Operation>(operation: O, asked: Asked = {}): Promise<Answer<SuccessOf<O>>> {
    const answer = await run(operation, asked);
    if (answer.status !== routeOf(operation).success.status)
      throw new Error(`${operation} answered ${answer.status} ${answer.text}`);
    return answer as Answer<SuccessOf<O>>; // checkAnswer held it against that very schema
  }

  return {
    ask,
    send,
    async refused(operation, asked = {}) {
      const answer = await run(operation, asked);
      expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
      return { ...answer, body: errorRecord.parse(answer.body) };
    },
    async all<O extends ListOperation>(operation: O, asked: Asked = {}) {
      const rows: RowOf<O>[] = [];
      let page = await ask(operation, asked);
      for (;;) {
        rows.push(...(page.body as RowOf<O>[])); // a list operation's success is an array
        const next = page.headers.get('x-pagination-next');
        if (next === null) return rows;
        page = await ask(operation, { ...asked, url: next });
      }
    },
  };
}

/** Holds an answer against what the route table, hence OpenAPI, says of it. Gateway answers have a shape of their own. */
function checkAnswer(method: string, url: URL, { status, headers, body, text }: Answer<unknown>): void {
  const match = matchRoute(method, url.pathname);
  if (status < 400) {
    expect(match.found, `${method} ${url.pathname} answered ${status} without being a route`).toBe(true);
    if (match.found) {
      const { success, later, dryRun }: Route = match.route;
      const answer = [success, later, dryRun].find((one) => one?.status === status);
      expect(answer, `an answer ${status} in the document`).toBeDefined();
      if (body === undefined || isJson(headers)) answer?.schema.parse(body);
    }
    return;
  }
  if (isGatewayAnswer(body)) return;
  const { error_label: label, status_code, retryable } = errorRecord.parse(body);
  expect(ERROR_CATALOGUE[label], text).toMatchObject({ status, retryable });
  expect(status_code).toBe(status);
  if (match.found) expect(errorsOf(match.route), text).toContain(label);
}

const METHODS: readonly Call['method'][] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Whether the client sends a key or a header with this value. */
function isSent(value: string | null): boolean {
  return value !== null && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value);
}

async function answerOf(response: Response): Promise<Answer<unknown>> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: readBody(response.headers, text) };
}

/** Holds what the client made of an answer against the answer. */
function checkError(error: TriremeError | null, { status, body, text }: Answer<unknown>): void {
  if (status < 400) return expect(error, text).toBeNull();
  const said = errorRecord.safeParse(body);
  if (!said.success) return expect(error, text).toMatchObject({ status });
  const { error_label: label, error_scope: scope, error_ref: ref, message, retryable, params } = said.data;
  const validationErrors = said.data.validation_errors ?? [];
  expect(error, text).toMatchObject({ status, label, scope, ref, message, retryable, params, validationErrors });
}

/** What JSON says, of CSV and lines of JSON their text; a 204 has no body. */
function readBody(headers: Headers, text: string): unknown {
  if (text === '') return undefined;
  return isJson(headers) ? (JSON.parse(text) as unknown) : text; // cast: held against its schema
}

function isJson(headers: Headers): boolean {
  return /^application\/json\b/.test(headers.get('content-type') ?? '');
}

function isGatewayAnswer(body: unknown): boolean {
  return z.strictObject({ message: z.string() }).safeParse(body).success;
}
