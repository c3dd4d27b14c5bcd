import { EventEmitter } from 'node:events';
import http from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { Readable } from 'node:stream';
import type { CallAnswer, NumberedRequest } from './thread-messages.ts';

/** Takes the host's answers to the requests that were intercepted. */
export interface RequestInterceptor {
  answer(id: number, answer: CallAnswer): void;
}

/** The headers that the gateway reads: who calls, which operation, and the trace. */
const READ_HEADERS = new Set(['authorization', 'x-amz-target', 'x-amzn-trace-id']);

type OnResponse = (response: IncomingMessage) => void;

/**
 * Sends this thread's requests of the `X-Amz-Target` protocols to the gateway as messages to the host and not over the
 * loopback's sockets: the same body, at a fraction of the cost. All others (S3, Scheduler, the internet) stay HTTP.
 */
export function interceptRequests(gatewayUrl: string, send: (request: NumberedRequest) => void): RequestInterceptor {
  const { hostname, port } = new URL(gatewayUrl);
  const waiting = new Map<number, InterceptedRequest>();
  const overSockets = http.request;
  let last = 0;

  function request(...input: Parameters<typeof http.request>): ClientRequest {
    const [options, onResponse] = input;
    const headers = targetHeaders(options, hostname, port);
    if (headers === null) return overSockets(...input);
    // `targetHeaders` gives null for a text or a URL.
    const { method = 'POST', path = '/' } = options as RequestOptions;
    last += 1;
    const id = last;
    const intercepted = new InterceptedRequest(
      (body) => send({ id, request: { method, url: path ?? '/', headers, body } }),
      () => waiting.delete(id),
    );
    waiting.set(id, intercepted);
    if (typeof onResponse === 'function') intercepted.once('response', onResponse as OnResponse); // options come first, so this is the listener
    // It has what SDK clients use of a ClientRequest, without a socket behind it.
    return intercepted as unknown as ClientRequest;
  }

  http.request = request as typeof http.request; // its overloads are one implementation's
  syncBuiltinESMExports();
  return { answer: (id, answer) => waiting.get(id)?.answer(answer) };
}

/** The headers that the gateway reads, in lower case, of a request to intercept; null for any other request. */
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

/** A body that is complete from the start: piping it, as SDK clients do, writes it in one piece. */
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

/** The part of `http.ClientRequest` that SDK clients use. */
class InterceptedRequest extends EventEmitter {
  readonly socket = new QuietSocket();
  readonly #send: (body: string) => void;
  readonly #onClose: () => void;
  #body = '';
  #isClosed = false;

  constructor(send: (body: string) => void, onClose: () => void) {
    super();
    this.#send = send;
    this.#onClose = onClose;
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

  answer({ status, headers, body }: CallAnswer): void {
    const stream = new WholeBody(Buffer.from(body));
    const response = Object.assign(stream, { statusCode: status, statusMessage: '', headers, complete: true });
    this.emit('response', response);
    this.#close();
  }

  #close(): void {
    this.#isClosed = true;
    this.#onClose();
    this.emit('close');
  }
}
