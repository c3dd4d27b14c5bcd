import { isMainThread } from 'node:worker_threads';

// Loaded first by a process that a test starts (see start-node.ts): it ends with the test's process, however that ends, and its whole group with it.
if (isMainThread && process.channel !== undefined && process.channel !== null) {
  process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
  process.channel.unref();
}
