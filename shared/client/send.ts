import { checkApiKey, checkHeader, checkedUrl } from './check-options.ts';
import { errorOfAnswer, foreignAnswer, InvalidOption, noAnswer, reasonOf, TriremeError } from './error.ts';
import { type Machine, MACHINE } from './machine.ts';
import { decideRetry, DEFAULT_RETRY, type KeyKind, type RetryPolicy } from './retry.ts';

export interface ClientOptions {
  /** Where the deployment is, such as `https://….execute-api.eu-west-1.amazonaws.com`; a path before `/v1` is kept. */
  readonly url: string;
  readonly apiKey: string;
  /** How long failed calls are repeated; by default six attempts within a minute. */
  readonly retry?: Partial<RetryPolicy>;
  /** How long one attempt may take, in ms; by default 35 s, more than the API takes. */
  readonly timeoutMs?: number;
  /** Another `fetch`, for tests or a proxy. A TriremeError that it throws is taken as the outcome of the attempt. */
  readonly fetch?: typeof fetch;
  /**
   * Reads the JSON of answers, and of results; `JSON.parse` by default, which rounds numbers beyond 2^53. Bodies are
   * written by `JSON.stringify`, which keeps the digits of `JSON.rawJSON`.
   */
  readonly parse?: (text: string) => unknown;
}

/** What every call of the client takes. */
export interface CallOptions {
  /** Ends the call, its waits too; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a call that creates or repeats work takes. */
export interface KeyedOptions extends CallOptions {
  /** An Idempotency-Key of yours, 1 to 255 printable characters: the call is done once for it within 24 hours. */
  readonly idempotencyKey?: string | undefined;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: object | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Whether it may be done twice; by default all but POST. */
  readonly isSafe?: boolean;
  /** `own`: a key is made for it. */
  readonly key?: 'own' | { readonly given: string } | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly retry?: RetryPolicy | undefined;
}

export interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Sender {
  /**
   * The answer of a deployment, which did what was asked. Rejects with TriremeError, with InvalidOption, or with the
   * reason of the call's signal.
   */
  readonly send: (call: Call) => Promise<Sent>;
  /** The same with its body as JSON, which has what the contract says. */
  readonly read: <Body>(call: Call) => Promise<{ readonly headers: Headers; readonly body: Body }>;
  readonly machine: Machine;
}

const TIMEOUT_MS = 35_000;

/** Each answer of a deployment to a call with a key has it, and hardly one of anything else. */
const OWN_HEADER = 'x-ratelimit-type';

/** Throws InvalidOption for a URL or a key that no request can be made with. */
export function createSender(options: ClientOptions, machine = MACHINE): Sender {
  const { apiKey, timeoutMs = TIMEOUT_MS, parse = JSON.parse } = options;
  const url = checkedUrl(options.url);
  checkApiKey(apiKey);
  const ask = options.fetch ?? fetch;
  const policy = { ...DEFAULT_RETRY, ...options.retry };
  const whereOf = ({ method, path }: Call): string => `${method} ${url}${path}`;

  async function attempt(call: Call, key: string | null): Promise<Sent> {
    const { method, path, query, body, headers, signal } = call;
    const time = machine.timeout(timeoutMs);
    // Outside of the try: what cannot be sent is a fault of the caller, not of the network.
    const address = `${url}${path}${queryText(query)}`;
    const request: RequestInit = {
      method,
      headers: {
        'x-api-key': apiKey,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === null ? {} : { 'idempotency-key': key }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual', // the key goes to no other address
      signal: signal === undefined ? time : AbortSignal.any([signal, time]),
    };
    try {
      const response = await ask(address, request);
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof TriremeError) throw error;
      if (reasonOf(error) === 'bad port') throw new InvalidOption(`url is ${url}: fetch does not call this port`);
      throw noAnswer(whereOf(call), error);
    }
  }

  async function send(call: Call): Promise<Sent> {
    const { isSafe = call.method !== 'POST', signal, retry = policy } = call;
    const kind: KeyKind = call.key === undefined ? 'none' : call.key === 'own' ? 'own' : 'given';
    let key = call.key === undefined ? null : call.key === 'own' ? machine.uuid() : call.key.given;
    for (const [name, value] of Object.entries({ ...call.headers, 'Idempotency-Key': key ?? '' })) {
      checkHeader(name, value);
    }
    let waitedMs = 0;
    for (let tries = 1; ; tries += 1) {
      signal?.throwIfAborted();
      const sent = await attempt(call, key).catch((error: unknown) => {
        if (error instanceof TriremeError) return error;
        throw error; // a fault of the caller, or the signal's reason
      });
      if ('text' in sent && sent.status >= 200 && sent.status < 300) {
        if (sent.headers.has(OWN_HEADER)) return sent;
        throw foreignAnswer(whereOf(call), sent.status, `without ${OWN_HEADER}`);
      }
      signal?.throwIfAborted();
      const error =
        'text' in sent ? errorOfAnswer(sent.status, sent.headers, sent.text, machine.now(), whereOf(call)) : sent;
      const isReplayed = 'text' in sent && sent.headers.get('idempotency-replayed') === 'true';
      const hasRun = sent.status === 424 || (sent.status === 429 && 'text' in sent && sent.headers.has('x-run-uid'));
      const failed = { error, isSafe, key: kind, isReplayed, hasRun, attempt: tries, waitedMs };
      const again = decideRetry(failed, retry, machine.now(), machine.random());
      if (again === null) throw error;
      await machine.sleep(again.waitMs, signal);
      waitedMs += again.waitMs;
      if (again.newKey) key = machine.uuid();
    }
  }

  async function read<Body>(call: Call): Promise<{ readonly headers: Headers; readonly body: Body }> {
    const sent = await send(call);
    try {
      return { headers: sent.headers, body: parse(sent.text) as Body }; // cast: what the contract says
    } catch (error) {
      throw foreignAnswer(whereOf(call), sent.status, 'with what is no JSON', error);
    }
  }

  return { send, read, machine };
}

type QueryValue = string | number | boolean | Date | null | undefined;

/** A query with its question mark: null and what is absent are left out, a list is repeated, a Date is its instant. */
function queryText(query: object = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query) as [string, QueryValue | readonly QueryValue[]][]) {
    for (const each of [value].flat()) {
      if (each === undefined || each === null) continue;
      params.append(name, each instanceof Date ? each.toISOString() : String(each));
    }
  }
  return params.size === 0 ? '' : `?${params.toString()}`;
}
