import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A receiver in a process of its own, for the bench of the callback sender: reads each body, answers 200, tells its port to its parent. */
const server = createServer((request, response) => {
  request.resume().on('end', () => response.end('ok'));
});
server.listen(0, '127.0.0.1', () => {
  // A server listening on TCP has an AddressInfo, not a pipe's name.
  process.send?.((server.address() as AddressInfo).port);
});
process.on('disconnect', () => process.exit());
