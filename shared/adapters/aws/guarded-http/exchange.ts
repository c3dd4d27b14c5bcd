import { request as httpRequest } from 'node:http';
import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { codeOf, GuardedHttpError } from './error.ts';
import type { Target } from './target.ts';

/** The answer: header names in lower case; `truncated` when the body went on past the limit and was cut there. */
export type GuardedResponse = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly truncated: boolean;
};

/** One request and answer on the wire, every limit decided. Times in milliseconds. */
export type Exchange = {
  readonly target: Target;
  readonly agent: Agent;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly connectTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly maxResponseBytes: number;
};

/** An idle connection that turned out to be closed by the other side before it carried anything of this request's answer. */
export class StaleConnectionError extends GuardedHttpError {}

/** Sends one request and reads its answer up to the limit. Rejects with GuardedHttpError; follows nothing. */
export function runExchange(exchange: Exchange): Promise<GuardedResponse> {
  return new Promise((resolve, reject) => {
    const { target, signal } = exchange;
    const place = `${target.hostname}:${target.port}`;
    let failure: GuardedHttpError | null = null;
    let phase: Phase = 'exchange';
    let hasAnswer = false;
    const outgoing = startRequest(exchange);

    const fail = (error: GuardedHttpError): void => {
      failure ??= error;
      outgoing.destroy(failure);
    };
    const timer = setTimeout(() => {
      fail(new GuardedHttpError('timeout', `no complete answer from ${place} within ${exchange.totalTimeoutMs} ms`));
    }, exchange.totalTimeoutMs);
    const onAbort = (): void =>
      fail(new GuardedHttpError('aborted', `the call of ${place} was aborted`, signal?.reason));
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const onError = (error: unknown): void => {
      settle();
      if (failure !== null) reject(failure);
      else if (error instanceof GuardedHttpError) reject(error);
      else if (outgoing.reusedSocket && !hasAnswer)
        reject(new StaleConnectionError('connect', brokenOff(place, error), error));
      else reject(explain(error, phase, place));
    };

    signal?.addEventListener('abort', onAbort);
    outgoing.on('error', onError);
    outgoing.on('socket', (socket) => {
      if (socket.connecting) {
        watchConnect(socket, exchange, (next) => (phase = next), fail);
      }
    });
    outgoing.on('response', (incoming) => {
      hasAnswer = true;
      readBody(incoming, exchange.maxResponseBytes, onError, (body, truncated) => {
        settle();
        if (truncated) outgoing.destroy();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body, truncated });
      });
    });
    outgoing.end(exchange.body);
    if (signal?.aborted === true) onAbort();
  });
}

/** How far a new connection has come, which tells what an error means. */
type Phase = 'connect' | 'tls' | 'exchange';

function startRequest(exchange: Exchange): ClientRequest {
  const { target, agent, method, headers } = exchange;
  const { hostname, port, path, servername } = target;
  return target.isSecure
    ? httpsRequest({ agent, method, headers, hostname, port, path, servername })
    : httpRequest({ agent, method, headers, hostname, port, path });
}

function watchConnect(
  socket: Socket,
  { target, connectTimeoutMs }: Exchange,
  enter: (phase: Phase) => void,
  fail: (error: GuardedHttpError) => void,
): void {
  enter('connect');
  const timer = setTimeout(() => {
    fail(
      new GuardedHttpError(
        'timeout',
        `no connection to ${target.hostname}:${target.port} within ${connectTimeoutMs} ms`,
      ),
    );
  }, connectTimeoutMs);
  const ready = (): void => {
    clearTimeout(timer);
    enter('exchange');
  };
  socket.once('close', () => clearTimeout(timer));
  socket.once('connect', target.isSecure ? () => enter('tls') : ready);
  if (target.isSecure) socket.once('secureConnect', ready);
}

function readBody(
  incoming: IncomingMessage,
  maxBytes: number,
  onError: (error: unknown) => void,
  done: (body: Uint8Array, truncated: boolean) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  incoming.on('error', onError);
  incoming.on('data', (chunk: Buffer) => {
    if (length > maxBytes) return;
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) done(Buffer.concat(chunks, maxBytes), true);
  });
  incoming.on('end', () => {
    if (length > maxBytes) return;
    const [only] = chunks;
    done(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length), false);
  });
}

function explain(error: unknown, phase: Phase, place: string): GuardedHttpError {
  const code = codeOf(error);
  if (phase === 'connect') return new GuardedHttpError('connect', `could not connect to ${place} (${code})`, error);
  if (phase === 'tls') return new GuardedHttpError('tls', `no trusted TLS connection to ${place} (${code})`, error);
  return new GuardedHttpError('protocol', brokenOff(place, error), error);
}

function brokenOff(place: string, error: unknown): string {
  return `the exchange with ${place} broke off (${codeOf(error)})`;
}
