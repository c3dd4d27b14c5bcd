import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A service that accepts and never answers, or begins to and stops; it counts what it was asked. */
export interface SilentServer {
  readonly url: string;
  readonly asked: () => number;
  close(): Promise<void>;
}

const BEGINNING = 'HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: 9\r\n\r\n{';

export async function openSilentServer(says: 'nothing' | 'a beginning'): Promise<SilentServer> {
  let asked = 0;
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // its client gives up: that is what it is here for
    socket.on('data', (data) => {
      if (!/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(data.toString('latin1'))) return; // a body
      asked += 1;
      if (says === 'a beginning') socket.write(BEGINNING);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // cast: it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    asked: () => asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
