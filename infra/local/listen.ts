import type { Server } from 'node:http';

/** Listens on 127.0.0.1 only; port 0 takes any free one. Rejects with the system's error, as when a port is taken. */
export async function listenLocally(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** `http://127.0.0.1:PORT` of a server that listens. */
export function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a TCP port');
  return `http://127.0.0.1:${address.port}`;
}
