import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A certificate for receiver.example and other.example, signed by itself, good from 2020 to 2120. Used by tests alone. */
export const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBhDCCASugAwIBAgIBATAKBggqhkjOPQQDAjAbMRkwFwYDVQQDDBByZWNlaXZl
ci5leGFtcGxlMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAbMRkw
FwYDVQQDDBByZWNlaXZlci5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
QgAEEsWjbR+W+h+lY0hitYbMziEMla2iVQDIHU6ZurSCpkJBoi99/iudjbQ3A8FV
oeSPbYNMrjAzhQ+Hx2wJwgWLLaNeMFwwKgYDVR0RBCMwIYIQcmVjZWl2ZXIuZXhh
bXBsZYINb3RoZXIuZXhhbXBsZTAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBSa
gsTNuV8uM2foZu97qORyUYm3QjAKBggqhkjOPQQDAgNHADBEAiBiPYSEFtN/4DMD
BN+bxFtp9FxsknbCjIi1uqRgUn4cgQIgYpSsqj3GWT57vwkPgqIGyuXpE4uq0zer
UU2bv4ej4ho=
-----END CERTIFICATE-----
`;

const TEST_PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg37OX2H21z1PTQxLn
C8ppex6SHyYEs7sVb5xiKpF6sumhRANCAAQSxaNtH5b6H6VjSGK1hszOIQyVraJV
AMgdTpm6tIKmQkGiL33+K52NtDcDwVWh5I9tg0yuMDOFD4fHbAnCBYst
-----END PRIVATE KEY-----
`;

/** What a receiver saw of one request; `clientPort` tells connections apart, `servername` is the SNI of a TLS one. */
type Seen = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly clientPort: number;
  readonly servername: string | null;
};

/** A server on a free loopback port that notes what it sees and answers as told. */
export type Receiver = {
  readonly port: number;
  readonly seen: readonly Seen[];
  connections(): number;
  close(): Promise<void>;
};

/** How a receiver answers; without it: 200 and "ok". */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export async function startReceiver(answer: Answer = answerOk, kind: 'http' | 'https' = 'http'): Promise<Receiver> {
  const seen: Seen[] = [];
  let connections = 0;
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push(seenOf(request, Buffer.concat(chunks).toString()));
      answer(request, response);
    });
  };
  const server: Server =
    kind === 'http'
      ? createServer({ maxHeaderSize: 65_536 }, onRequest)
      : createTlsServer({ cert: TEST_CERTIFICATE, key: TEST_PRIVATE_KEY }, onRequest);
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server listening on TCP has an AddressInfo, not a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    seen,
    connections: () => connections,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answerOk(_request: IncomingMessage, response: ServerResponse): void {
  response.end('ok');
}

function seenOf(request: IncomingMessage, body: string): Seen {
  const { method = '', url = '', headers, socket } = request;
  const servername = 'servername' in socket && typeof socket.servername === 'string' ? socket.servername : null;
  return { method, url, headers, body, clientPort: socket.remotePort ?? 0, servername };
}
