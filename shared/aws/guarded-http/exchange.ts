import { request as httpRequest } from 'node:http';
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { createEarlyAnswer } from './early-answer.ts';
import { codeOf, GuardedHttpError } from './error.ts';
import type { GuardedResponse } from './response.ts';
import type { Target } from './target.ts';

/** One request, with all its limits. Times in milliseconds. */
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
  /** A 2xx status line counts as the answer, even if the rest is broken, cut off or late. */
  readonly isStatusEnough: boolean;
};

/** A reused connection had been closed by the other side: nothing of this request's answer came. */
export class StaleConnectionError extends GuardedHttpError {}

/** Sends one request and reads its answer up to the limit. Follows no redirect. Rejects with GuardedHttpError. */
export function runExchange(exchange: Exchange): Promise<GuardedResponse> {
  return new Promise((resolve, reject) => {
    const { target, signal, totalTimeoutMs } = exchange;
    const early = exchange.isStatusEnough ? createEarlyAnswer() : null;
    const place = `${target.hostname}:${target.port}`;
    const outgoing = startRequest(exchange, place);
    let phase: Phase = 'exchange';
    let isSettled = false;

    const settle = (): void => {
      isSettled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      early?.stop();
    };
    const fail = (error: GuardedHttpError): void => {
      if (isSettled) return;
      settle();
      const success = error.kind === 'aborted' ? null : (early?.success() ?? null);
      if (success === null) reject(error);
      else resolve(success);
      outgoing.destroy();
    };
    const onError = (error: unknown): void => fail(explain(error, phase, place));
    const onAbort = (): void =>
      fail(new GuardedHttpError('aborted', `the call of ${place} was aborted`, signal?.reason));
    const timer = setTimeout(() => {
      fail(new GuardedHttpError('timeout', `no complete answer from ${place} within ${totalTimeoutMs} ms`));
    }, totalTimeoutMs);

    outgoing.on('error', onError);
    outgoing.on('close', () => {
      if (!isSettled) onError(new Error('closed')); // a switch of protocols ends without any other event
    });
    outgoing.on('socket', (socket) => {
      early?.watch(socket);
      if (socket.connecting) watchConnect(socket, exchange, (next) => (phase = next), fail);
      else if (outgoing.reusedSocket) phase = 'reused';
    });
    outgoing.on('response', (incoming) => {
      phase = 'exchange';
      const bodySoFar = readBody(incoming, exchange.maxResponseBytes, onError, (body, truncated) => {
        settle();
        if (truncated) outgoing.destroy();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body, truncated });
      });
      early?.begin(incoming, bodySoFar);
    });
    outgoing.end(exchange.body);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort);
  });
}

/**
 * Limit of an answer's headers. Node's default is too small for a Link header with several URLs of up to 16 KB each.
 */
const MAX_HEADER_BYTES = 65_536;

/** How far the exchange has come; it decides what an error means. */
type Phase = 'connect' | 'tls' | 'reused' | 'exchange';

function startRequest({ target, agent, method, headers }: Exchange, place: string): ClientRequest {
  const { hostname, port, path, servername } = target;
  const request = { agent, method, headers, hostname, port, path, maxHeaderSize: MAX_HEADER_BYTES };
  try {
    return target.isSecure ? httpsRequest({ ...request, servername }) : httpRequest(request);
  } catch (cause) {
    throw new GuardedHttpError('protocol', `the request to ${place} cannot be written (${codeOf(cause)})`, cause);
  }
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

/** Reads a body and calls `done` at its end or at the limit. Returns a function that gives the part read so far. */
function readBody(
  incoming: IncomingMessage,
  maxBytes: number,
  onError: (error: unknown) => void,
  done: (body: Uint8Array, truncated: boolean) => void,
): () => Uint8Array {
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
  return () => Buffer.concat(chunks);
}

function explain(error: unknown, phase: Phase, place: string): GuardedHttpError {
  if (error instanceof GuardedHttpError) return error;
  const code = codeOf(error);
  switch (phase) {
    case 'connect':
      return new GuardedHttpError('connect', `could not connect to ${place} (${code})`, error);
    case 'tls':
      return new GuardedHttpError('tls', `no trusted TLS connection to ${place} (${code})`, error);
    case 'reused':
      return new StaleConnectionError('connect', `the connection to ${place} was closed while idle (${code})`, error);
    case 'exchange':
      return new GuardedHttpError('protocol', `the exchange with ${place} broke off (${code})`, error);
  }
}
