import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { PATIENCE_MS } from './patience.ts';

/** A port of this machine that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  await once(server.close(), 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port');
  return address.port;
}

/** Resolves once something listens there; `check` throws when nothing ever will. */
export async function untilListening(port: number, check: () => void = () => undefined): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    check();
    if (Date.now() > end) throw new Error(`Nothing listens on port ${port}`);
    const socket = connect(port, '127.0.0.1');
    const isUp = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return;
    await pause(200);
  }
}
