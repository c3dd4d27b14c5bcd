import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { GuardedResponse } from './response.ts';

/** What has arrived of an answer that did not arrive whole; perhaps the status line only. */
export interface EarlyAnswer {
  /** Must be called before the socket's bytes are parsed. */
  watch(socket: Socket): void;
  begin(incoming: IncomingMessage, bodySoFar: () => Uint8Array): void;
  /** The answer if its status line is a 2xx, whatever came after it; else null. */
  success(): GuardedResponse | null;
  stop(): void;
}

/** No real status line is longer; reading stops there. */
const MAX_LINE_BYTES = 1_024;
const SUCCESS = /^HTTP\/1\.[01] (2\d\d)[ \r\n]/;

/**
 * Reads the status line from the socket, because node:http does not always report it: if a later header is broken it
 * gives no status, and if bytes follow a 204 it gives an error in place of the answer.
 */
export function createEarlyAnswer(): EarlyAnswer {
  let socket: Socket | null = null;
  let line = '';
  let begun: { readonly incoming: IncomingMessage; readonly bodySoFar: () => Uint8Array } | null = null;
  const onData = (chunk: Buffer): void => {
    line += chunk.toString('latin1', 0, MAX_LINE_BYTES - line.length);
    if (line.length === MAX_LINE_BYTES || line.includes('\n')) stop();
  };
  const stop = (): void => void socket?.removeListener('data', onData);
  return {
    watch(watched) {
      socket = watched;
      socket.prependListener('data', onData);
    },
    begin(incoming, bodySoFar) {
      begun = { incoming, bodySoFar };
    },
    success() {
      const status = begun === null ? Number(SUCCESS.exec(line)?.[1] ?? 0) : (begun.incoming.statusCode ?? 0);
      if (status < 200 || status > 299) return null;
      return {
        status,
        headers: begun?.incoming.headers ?? {},
        body: begun?.bodySoFar() ?? new Uint8Array(),
        truncated: true,
      };
    },
    stop,
  };
}
