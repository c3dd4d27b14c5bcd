import type { Delivery } from './api-types.ts';
import { MACHINE } from './machine.ts';
import { verifyWebhook, WebhookVerificationError } from './verify-webhook.ts';

export type { Callback, Delivery, Notification } from './api-types.ts';
export { RunTally, type TalliedCallback, type TallyState } from './run-tally.ts';
export { verifyWebhook, WebhookVerificationError } from './verify-webhook.ts';

/** Where the ids of callbacks that were handled are kept, so that one that comes twice is handled once. */
export interface SeenStore {
  has(callbackRefUid: string): Promise<boolean> | boolean;
  /** Waited for where it is a promise. */
  add(callbackRefUid: string): unknown;
}

export interface WebhookHandlerOptions {
  /** Every signing secret that is valid now: two while one is being replaced. A function is asked each time. */
  readonly secrets: readonly (string | undefined)[] | (() => Promise<readonly string[]> | readonly string[]);
  readonly seen: SeenStore;
  /**
   * What is done with each callback or notification before it is answered with 204. What throws is answered with 500,
   * and comes again. Keep it short: the sender waits 15 s. `body`: the bytes as they came, in which numbers have all
   * their digits.
   */
  readonly on: {
    readonly [Type in Delivery['type']]?: (
      callback: Extract<Delivery, { readonly type: Type }>,
      body: Uint8Array,
    ) => unknown;
  };
  /** Told of what was refused or failed. */
  readonly onError?: (error: unknown) => void;
  /** The time of receipt; the machine's own by default. */
  readonly now?: () => Date;
}

/** The fields of Node's IncomingMessage and ServerResponse that are used. */
interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly method?: string | undefined;
}
interface NodeResponse {
  writeHead(status: number, headers?: Readonly<Record<string, string>>): { end(text?: string): unknown };
}

/**
 * A receiver of callbacks: a fetch handler, and `toNode()` for `http.createServer` and Express before any body parser.
 */
export interface WebhookHandler {
  (request: Request): Promise<Response>;
  toNode(): (request: NodeRequest, response: NodeResponse) => Promise<void>;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Verifies callbacks, drops repeats, and hands each to what is there for its type. */
export function createWebhookHandler(options: WebhookHandlerOptions): WebhookHandler {
  const { secrets, seen, on, onError = () => undefined, now = () => new Date(MACHINE.now()) } = options;

  async function receive(
    method: string,
    headers: Headers | NodeRequest['headers'],
    read: () => Promise<Uint8Array | null>,
  ): Promise<Reply> {
    if (method !== 'POST') return { status: 405, text: 'Callbacks come by POST.' };
    const body = await read();
    if (body === null) return { status: 413, text: `A callback has at most ${MAX_BODY_BYTES} bytes.` };
    try {
      const valid = typeof secrets === 'function' ? await secrets() : secrets;
      const callback = (await verifyWebhook({ secrets: valid, headers, body, now: now() })) as Delivery; // cast: what the holder of the secret signed
      if (await seen.has(callback.callback_ref_uid)) return { status: 204, text: '' };
      const handle: ((given: never, body: Uint8Array) => unknown) | undefined = on[callback.type];
      await handle?.(callback as never, body); // cast: of the type under which it was found
      await seen.add(callback.callback_ref_uid);
      return { status: 204, text: '' };
    } catch (error) {
      onError(error);
      // our own mistake is no reason to give a callback up: it comes again
      const isRefused =
        error instanceof WebhookVerificationError && !['bad-argument', 'bad-secret'].includes(error.reason);
      return isRefused ? { status: 400, text: error.message } : { status: 500, text: 'The receiver failed.' };
    }
  }

  const handler = async (request: Request): Promise<Response> => {
    const { status, text } = await receive(request.method, request.headers, () => readAll(request.body));
    return new Response(status === 204 ? null : text, { status });
  };
  return Object.assign(handler, {
    toNode: () => async (request: NodeRequest, response: NodeResponse) => {
      const { status, text } = await receive(request.method ?? '', request.headers, () => readAll(request));
      response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
    },
  });
}

/** All bytes; null: more than a callback has. */
async function readAll(
  body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | null,
): Promise<Uint8Array | null> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(body)) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Browsers' streams cannot be iterated everywhere. */
async function* chunksOf(body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (!('getReader' in body)) return yield* body;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
