import { expect } from 'vitest';
import * as z from 'zod';
import { errorRecord } from '../../shared/api/error-schemas.ts';
import { matchRoute } from '../../shared/api/match-route.ts';
import { type Route, errorsOf } from '../../shared/api/route.ts';
import { type Operation, type RouteOf, routeOf } from '../../shared/api/routes.ts';
import { ERROR_CATALOGUE } from '../../shared/domain/errors.ts';
import { fetchPatiently } from './fetch-patiently.ts';

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

/** A consumer that holds every answer against the route table: status, schema (strict), label. */
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

/** A client of the API at `url` with a key. Where a limit on calls refuses it, it comes back; a test of limits has `impatient`. */
export function openApiClient(
  url: string,
  apiKey: string,
  { impatient = false }: { readonly impatient?: boolean } = {},
): ApiClient {
  const fetchAnswer = impatient ? fetch : fetchPatiently;

  async function send(method: string, path: string, asked: Asked = {}): Promise<Answer<unknown>> {
    const { body, headers = {}, query = '' } = asked;
    const key = asked.apiKey === undefined ? apiKey : asked.apiKey;
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetchAnswer(asked.url ?? `${url}${path}${query}`, {
      method,
      headers: {
        ...(key === null ? {} : { 'x-api-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = { status: response.status, headers: response.headers, text, body: readJson(text) }; // narrowed below
    checkAnswer(method, new URL(response.url), answer);
    return answer;
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
function checkAnswer(method: string, url: URL, { status, body, text }: Answer<unknown>): void {
  const match = matchRoute(method, url.pathname);
  if (status < 400) {
    expect(match.found, `${method} ${url.pathname} answered ${status} without being a route`).toBe(true);
    if (match.found) {
      const { success, later, dryRun }: Route = match.route;
      const answer = [success, later, dryRun].find((one) => one?.status === status);
      expect(answer, `an answer ${status} in the document`).toBeDefined();
      answer?.schema.parse(body);
    }
    return;
  }
  if (isGatewayAnswer(body)) return;
  const { error_label: label, status_code, retryable } = errorRecord.parse(body);
  expect(ERROR_CATALOGUE[label], text).toMatchObject({ status, retryable });
  expect(status_code).toBe(status);
  if (match.found) expect(errorsOf(match.route), text).toContain(label);
}

/** A 204 has no body. */
function readJson(text: string): unknown {
  return text === '' ? undefined : (JSON.parse(text) as unknown); // cast: held against its schema
}

function isGatewayAnswer(body: unknown): boolean {
  return z.strictObject({ message: z.string() }).safeParse(body).success;
}
