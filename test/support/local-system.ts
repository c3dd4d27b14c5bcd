import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { FunctionLog } from '../../infra/local/functions/function-host.ts';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';
import { prepareAccess } from '../../infra/local/start/prepare-access.ts';
import type { Access } from '../../infra/local/start/prepare-access.ts';
import { readActionSecrets } from '../../infra/local/start/action-secrets.ts';
import { startRuntime } from '../../infra/local/runtime.ts';
import type { Runtime, RuntimeOptions } from '../../infra/local/runtime.ts';
import type { StageSettings } from '../../infra/settings.ts';
import type { Trireme } from '../../shared/client/trireme.ts';
import { fetchPatiently } from './fetch-patiently.ts';
import { openTrireme } from './open-trireme.ts';
import { PATIENCE_MS } from './patience.ts';
import { buildOf, buildOnce, buildWith } from './shared-build.ts';

/** The real system, started in this process on free ports. */
export interface LocalTestSystem extends Access {
  readonly runtime: Runtime;
  readonly url: string;
  /** What functions logged so far. */
  readonly logs: readonly FunctionLog[];
  /** What the machinery had to say: denials, loops, refused calls. */
  readonly notices: readonly string[];
  /** A client with the key, which gives nothing up while a test has patience. */
  readonly trireme: Trireme;
  /** Calls the API with the key, and again where a limit on calls refuses it; a body is sent as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  close(): Promise<void>;
}

/**
 * Starts the system as `npm start -- --chaos` would, in memory unless the options say otherwise. Its functions are those
 * of the project's folder, or of another one that lies like it. `settings` override some of the stage's.
 */
export async function startLocalSystem(
  {
    settings,
    ...options
  }: Partial<Omit<RuntimeOptions, 'stack'>> & { readonly settings?: Partial<StageSettings> } = {},
  root: string | null = null,
): Promise<LocalTestSystem> {
  const logs: FunctionLog[] = [];
  const notices: string[] = [];
  const runtime = await startRuntime({
    stack: await (root !== null ? buildOf(root) : settings === undefined ? buildOnce() : buildWith(settings)),
    chaos: { seed: 1 },
    hasTimeLimits: false, // a busy machine is not to fail a test of something else
    readSecret: readActionSecrets,
    onLog: (log) => logs.push(log),
    onNotice: (notice) => notices.push(notice),
    ...options,
  });
  const access = await prepareAccess(runtime, options.dataDir ?? null);
  return {
    ...access,
    runtime,
    url: runtime.url,
    logs,
    notices,
    trireme: openTrireme(runtime.url, access.apiKey),
    call: (method, path, body, headers = {}) =>
      fetchPatiently(`${runtime.url}${path}`, {
        method,
        headers: {
          'x-api-key': access.apiKey,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    close: () => runtime.close(),
  };
}

/** A request as a receiver got it. */
export interface ReceivedRequest {
  readonly at: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** How a receiver answers one request. */
export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Waits so long before it answers. */
  readonly afterMs?: number;
}

/** A server that callbacks are sent to; it records what comes and answers as told. */
export interface Receiver {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Resolves once the requests so far satisfy the condition; rejects once a test's patience is out. */
  until(condition: (requests: readonly ReceivedRequest[]) => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Opens a receiver; without a script it answers 204. */
export async function openReceiver(
  script: (request: ReceivedRequest, index: number) => Promise<ScriptedAnswer> | ScriptedAnswer = () => ({
    status: 204,
  }),
): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const watchers = new Set<() => void>();
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const received = {
        at: Date.now(),
        path: request.url ?? '/',
        headers: request.headers,
        body: Buffer.concat(chunks),
      };
      const index = requests.push(received) - 1;
      const { status, headers = {}, body = '', afterMs = 0 } = await script(received, index);
      setTimeout(() => response.writeHead(status, headers).end(body), afterMs);
      for (const look of watchers) look();
    });
  });
  await listenLocally(server, 0);
  return {
    url: `${urlOf(server)}/hook`,
    requests,
    until: (condition) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!condition(requests)) return;
          clearTimeout(timer);
          watchers.delete(look);
          resolve();
        };
        const timer = setTimeout(() => {
          watchers.delete(look);
          reject(
            new Error(`After ${PATIENCE_MS} ms the ${requests.length} requests received are not what was waited for`),
          );
        }, PATIENCE_MS);
        watchers.add(look);
        look();
      }),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
