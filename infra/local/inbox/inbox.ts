import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { listenLocally, urlOf } from '../listen.ts';
import type { InboxCallback } from './inbox-callback.ts';

export interface InboxOptions {
  /** 0 or absent: any free one. */
  readonly port?: number;
  /** Rejects with an Error that gives the reason where the signature is wrong. */
  readonly verify: (headers: IncomingHttpHeaders, body: Buffer) => Promise<unknown>;
  /** Called with each callback when it comes for the first time. */
  readonly onCallback?: (callback: InboxCallback) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** A receiver of callbacks on this machine. */
export interface Inbox {
  /** Takes callbacks by POST. A GET lists them as JSON. */
  readonly url: string;
  /** The callbacks that are kept, oldest first. */
  received(): readonly InboxCallback[];
  close(): Promise<void>;
}

const MAX_CALLBACKS = 1_000;
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Opens the inbox on 127.0.0.1. A body whose signature is wrong is kept, and answered 400. */
export async function openInbox(options: InboxOptions): Promise<Inbox> {
  const { now = Date.now, onCallback = () => undefined } = options;
  const callbacks = new Map<string, InboxCallback>();

  async function accept(headers: IncomingHttpHeaders, body: Buffer): Promise<string | null> {
    const fault = await faultOf(options.verify(headers, body));
    const webhookId = String(headers['webhook-id'] ?? '');
    const key = fault === null ? webhookId : `${webhookId} ${fault}`;
    const known = callbacks.get(key);
    if (known !== undefined) callbacks.set(key, { ...known, times: known.times + 1 });
    else {
      const callback = { webhookId, at: now(), times: 1, body: parseBody(body), fault };
      callbacks.set(key, callback);
      const [oldest] = callbacks.keys();
      if (callbacks.size > MAX_CALLBACKS && oldest !== undefined) callbacks.delete(oldest);
      onCallback(callback);
    }
    return fault;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (request.method === 'POST') {
      if (body === null) return reply(response, 413, { error: `A callback has at most ${MAX_BODY_BYTES} bytes` });
      const fault = await accept(request.headers, body);
      return fault === null ? void response.writeHead(204).end() : reply(response, 400, { error: fault });
    }
    if (request.method !== 'GET') return reply(response, 405, { error: 'The inbox takes POST and GET' });
    reply(response, 200, { callbacks: [...callbacks.values()] });
  }

  const server = createServer((request, response) => {
    // The sender closed the connection: there is nobody to answer.
    answer(request, response).catch(() => response.destroy());
  });
  await listenLocally(server, options.port ?? 0);
  return {
    url: `${urlOf(server)}/inbox`,
    received: () => [...callbacks.values()],
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function faultOf(verified: Promise<unknown>): Promise<string | null> {
  try {
    await verified;
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function parseBody(body: Buffer): unknown {
  const text = body.toString();
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks) : null;
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
