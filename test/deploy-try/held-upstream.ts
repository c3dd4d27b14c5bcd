import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';

/** An upstream that lets who asks wait until it is told otherwise; `await using` closes it. */
export interface HeldUpstream extends AsyncDisposable {
  readonly origin: string;
  /** How many requests came. */
  count(): number;
  /** Answers all that wait, and from now on at once. */
  release(): void;
}

export async function openHeldUpstream(): Promise<HeldUpstream> {
  const held: ServerResponse[] = [];
  let isHeld = true;
  let count = 0;
  const server = createServer((_request, response) => {
    count += 1;
    if (isHeld) held.push(response);
    else response.end();
  });
  await listenLocally(server, 0);
  return {
    origin: urlOf(server),
    count: () => count,
    release() {
      isHeld = false;
      for (const response of held.splice(0)) response.end();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
