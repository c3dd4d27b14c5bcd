import { EventEmitter } from 'node:events';
import http from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { Readable } from 'node:stream';
import type { CallAnswer, CarriedCall } from './thread-messages.ts';

/** The host's answers to requests that `carryRequests` took. */
export interface RequestCarrier {
  settle(id: number, answer: CallAnswer): void;
}

/** Headers the gateway looks at: who calls, which operation, and where the call came from. */
const READ_HEADERS = new Set(['authorization', 'x-amz-target', 'x-amzn-trace-id']);

type OnResponse = (response: IncomingMessage) => void;

/**
 * Lets this thread's requests of the `X-Amz-Target` protocols to the gateway go to the host as messages, not through
 * the loopback's sockets: the same body, at a fraction of the cost. All else (S3, Scheduler, the world) stays HTTP.
 */
export function carryRequests(gatewayUrl: string, carry: (call: CarriedCall) => void): RequestCarrier {
  const { hostname, port } = new URL(gatewayUrl);
  const waiting = new Map<number, CarriedRequest>();
  const overSockets = http.request;
  let last = 0;

  function request(...input: Parameters<typeof http.request>): ClientRequest {
    const [options, onResponse] = input;
    const headers = targetHeaders(options, hostname, port);
    if (headers === null) return overSockets(...input);
    // Neither a text nor a URL: `targetHeaders` has looked.
    const { method = 'POST', path = '/' } = options as RequestOptions;
    last += 1;
    const id = last;
    const carried = new CarriedRequest(
      (body) => carry({ id, request: { method, url: path ?? '/', headers, body } }),
      () => waiting.delete(id),
    );
    waiting.set(id, carried);
    if (typeof onResponse === 'function') carried.once('response', onResponse as OnResponse); // options come first, so this is the listener
    // What a client of an HTTP service touches is there; there is no socket behind it.
    return carried as unknown as ClientRequest;
  }

  http.request = request as typeof http.request; // its overloads are one implementation's
  syncBuiltinESMExports();
  return { settle: (id, answer) => waiting.get(id)?.settle(answer) };
}

/** The headers that are read, in lower case, of a request that may be carried; null for any other. */
function targetHeaders(options: unknown, hostname: string, port: string): Record<string, string> | null {
  if (typeof options !== 'object' || options === null || options instanceof URL) return null;
  const { host, port: wantedPort, headers } = options as RequestOptions; // `http.request` takes nothing else here
  if (host !== hostname || String(wantedPort) !== port || typeof headers !== 'object') return null;
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lowered = name.toLowerCase();
    if (value !== undefined && READ_HEADERS.has(lowered)) read[lowered] = String(value);
  }
  return 'x-amz-target' in read ? read : null;
}

/** A socket that is always connected and never times out; a request's own time limits still hold. */
class QuietSocket extends EventEmitter {
  readonly connecting = false;
  setTimeout(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
}

/** A body that is all there: who pipes it, as SDK clients do, is handed it whole. */
class WholeBody extends Readable {
  readonly #body: Buffer;

  constructor(body: Buffer) {
    super();
    this.#body = body;
  }

  override _read(): void {
    this.push(this.#body);
    this.push(null);
  }

  override pipe<T extends NodeJS.WritableStream>(destination: T): T {
    destination.end(this.#body);
    return destination;
  }
}

/** What of `http.ClientRequest` SDK clients use: a body, a response, an error, an end. */
class CarriedRequest extends EventEmitter {
  readonly socket = new QuietSocket();
  readonly #send: (body: string) => void;
  readonly #forget: () => void;
  #body = '';
  #isClosed = false;

  constructor(send: (body: string) => void, forget: () => void) {
    super();
    this.#send = send;
    this.#forget = forget;
  }

  write(chunk: string | Uint8Array): boolean {
    this.#body += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  }

  end(chunk?: string | Uint8Array): this {
    if (chunk !== undefined) this.write(chunk);
    if (!this.#isClosed) this.#send(this.#body);
    return this;
  }

  destroy(error?: Error): this {
    if (this.#isClosed) return this;
    this.#close();
    if (error !== undefined) this.emit('error', error);
    return this;
  }

  settle({ status, headers, body }: CallAnswer): void {
    const stream = new WholeBody(Buffer.from(body));
    const response = Object.assign(stream, { statusCode: status, statusMessage: '', headers, complete: true });
    this.emit('response', response);
    this.#close();
  }

  #close(): void {
    this.#isClosed = true;
    this.#forget();
    this.emit('close');
  }
}
