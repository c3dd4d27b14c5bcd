import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Most of what a history makes is gone before it is over: with room for it, little of it is ever moved. */
const EXEC_ARGV = ['--max-semi-space-size=32'];

/**
 * Gives a program one order for each core, or for as many as are wanted, and takes what it finds. `take` returns whether all are to stop early.
 * Processes, not threads: V8 aborts now and then where threads of one process compile side by side ("Check failed:
 * jit_page.has_value()"). Rejects where a process ends otherwise than with code 0.
 */
export async function onAllCores<Order, Found>(
  program: URL,
  pieces: number,
  orderOf: (core: number, cores: number) => Order,
  take: (found: Found) => boolean | void,
  wanted = availableParallelism(),
): Promise<void> {
  const cores = Math.min(wanted, pieces);
  const children = Array.from({ length: cores }, () =>
    fork(fileURLToPath(program), { execArgv: EXEC_ARGV, serialization: 'advanced' }),
  );
  try {
    await Promise.all(
      children.map((child, core) => {
        child.send({ order: orderOf(core, cores) });
        return new Promise<void>((resolve, reject) => {
          child.on('message', (found) => {
            // cast: the program hands over what its type says
            if (take(found as Found) === true) for (const each of children) stop(each);
          });
          child.on('error', reject);
          child.on('exit', (code, signal) =>
            code === 0 ? resolve() : reject(new Error(`${program.pathname} ended with ${signal ?? `code ${code}`}.`)),
          );
        });
      }),
    );
  } finally {
    for (const child of children) child.kill();
  }
}

function stop(child: ChildProcess): void {
  if (child.connected) child.send('stop', () => undefined); // it may have ended just now
}

/** The other side: runs `work` on the order this process is given. `isStopped` tells whether the rest is not needed. */
export async function followOrder<Order, Found>(
  work: (order: Order, tell: (found: Found) => void, isStopped: () => boolean) => Promise<void>,
): Promise<void> {
  let isStopped = false;
  let sent = Promise.resolve();
  const order = await new Promise<Order>((resolve) => {
    process.on('message', (message: 'stop' | { readonly order: Order }) => {
      if (message === 'stop') isStopped = true;
      else resolve(message.order);
    });
    process.on('disconnect', () => process.exit()); // the one that asked is gone, or has all that was found
  });
  function tell(found: Found): void {
    sent = new Promise((resolve) => {
      process.send?.(found, () => resolve());
    });
  }
  await work(order, tell, () => isStopped);
  await sent;
  process.disconnect();
}
