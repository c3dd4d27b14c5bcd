import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';

/** Shorter than a page may take. */
const HELD_MS = 15_000;

/** An upstream that lets who asks wait until it is told otherwise; `await using` closes it. */
export interface HeldUpstream extends AsyncDisposable {
  readonly origin: string;
  /** How many requests came. */
  count(): number;
  /** Answers all that wait, and from now on at once. */
  release(): void;
}

/** Who has waited for 15 s is told to come again in a second: so a run stays in the middle for however long it must. */
export async function openHeldUpstream(): Promise<HeldUpstream> {
  const held = new Set<ServerResponse>();
  let isHeld = true;
  let count = 0;
  const server = createServer((_request, response) => {
    count += 1;
    if (!isHeld) {
      response.end();
      return;
    }
    held.add(response);
    const timer = setTimeout(() => {
      held.delete(response);
      response.writeHead(429, { 'retry-after': '1' }).end();
    }, HELD_MS);
    response.on('close', () => clearTimeout(timer));
  });
  await listenLocally(server, 0);
  return {
    origin: urlOf(server),
    count: () => count,
    release() {
      isHeld = false;
      for (const response of held) response.end();
      held.clear();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
