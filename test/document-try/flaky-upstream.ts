import { createServer } from 'node:http';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';

/** An upstream that answers each path with 404 the first time and with a list of one item after that. */
export async function openFlakyUpstream(): Promise<AsyncDisposable & { readonly origin: string }> {
  const asked = new Set<string>();
  const server = createServer(({ url = '/' }, response) => {
    const isKnown = asked.has(url);
    asked.add(url);
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
    response.end(isKnown ? '[{"id":1}]' : '{"error":"not yet"}');
  });
  await listenLocally(server, 0);
  return {
    origin: urlOf(server),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
