import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { type IssuedKey, issueKey } from '../../infra/admin/issue-key.ts';
import { openStage } from '../../infra/admin/stage-access.ts';
import { LOCAL_WORKSPACE } from '../../infra/local/account.ts';
import type { FunctionLog } from '../../infra/local/functions/function-host.ts';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';
import { addressOf, prepareAccess } from '../../infra/local/start/prepare-access.ts';
import type { Access } from '../../infra/local/start/prepare-access.ts';
import { readActionSecrets } from '../../infra/local/start/action-secrets.ts';
import { startRuntime } from '../../infra/local/runtime.ts';
import type { Runtime, RuntimeOptions } from '../../infra/local/runtime.ts';
import type { StageSettings } from '../../infra/settings.ts';
import type { Scope } from '../../shared/domain/scopes.ts';
import { systemClock, systemRandom } from '../../shared/process/system.ts';
import type { Trireme } from '../../shared/client/trireme.ts';
import { type ApiClient, openApiClient } from './api-client.ts';
import { openTrireme } from './open-trireme.ts';
import { PATIENCE_MS } from './patience.ts';
import { buildOf, buildOnce, buildWith } from './shared-build.ts';

/** The real system, started in this process on free ports. */
export interface LocalTestSystem extends Access {
  readonly runtime: Runtime;
  readonly workspaceName: string;
  readonly url: string;
  /** What functions logged so far. */
  readonly logs: readonly FunctionLog[];
  /** What the machinery had to say: denials, loops, refused calls. */
  readonly notices: readonly string[];
  /** Makes a key of another workspace, which is made where there is none, or of the system's own where none is named. */
  newKey(key: { readonly workspace?: string; readonly scopes?: readonly Scope[] }): Promise<IssuedKey>;
  /** A client with the key, which gives nothing up while a test has patience. */
  readonly trireme: Trireme;
  /** A client with the key, which holds every answer against the document. */
  readonly api: ApiClient;
  close(): Promise<void>;
}

type SystemOptions = Partial<Omit<RuntimeOptions, 'stack'>> & { readonly settings?: Partial<StageSettings> };

/** A running system, and what it said. */
interface Started {
  readonly runtime: Runtime;
  readonly logs: FunctionLog[];
  readonly notices: string[];
}

/**
 * Starts the system as `npm start -- --chaos` would, in memory unless the options say otherwise. Its functions are those
 * of the project's folder, or of another one that lies like it. `settings` override some of the stage's.
 */
export async function startLocalSystem(
  options: SystemOptions = {},
  root: string | null = null,
): Promise<LocalTestSystem> {
  const started = await start(options, root);
  const access = await prepareAccess(started.runtime, options.dataDir ?? null);
  return present(started, { access, workspaceName: LOCAL_WORKSPACE, close: () => started.runtime.close() });
}

/** The systems that the test files of this process share: with chaos, and without. */
const shared = new Map<boolean, Promise<Started>>();
let files = 0;

/**
 * The system that the test files of this process share, which run one after another; each has workspaces of its own in
 * it. To start one costs more than most files ask of it. For a file that leaves no load and no change of the stage behind.
 */
export async function shareLocalSystem({ hasChaos = true } = {}): Promise<LocalTestSystem> {
  const starting = shared.get(hasChaos) ?? start(hasChaos ? {} : { chaos: null }, null);
  shared.set(hasChaos, starting);
  const started = await starting;
  started.logs.length = 0;
  started.notices.length = 0;
  files += 1;
  const workspaceName = `local-${files}`;
  const access = await prepareAccess(started.runtime, null, workspaceName);
  // A later file's receiver may have the port of one of this file's: what is still to be tried is not sent there.
  const { limits } = openStage(addressOf(started.runtime));
  const close = async () => void (await limits.set(access.workspaceUid, { callbackHosts: ['nowhere.invalid'] }));
  return present(started, { access, workspaceName, close });
}

async function start({ settings, ...options }: SystemOptions, root: string | null): Promise<Started> {
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
  return { runtime, logs, notices };
}

interface Presented {
  readonly access: Access;
  readonly workspaceName: string;
  readonly close: () => Promise<void>;
}

function present(started: Started, { access, workspaceName, close }: Presented): LocalTestSystem {
  const { runtime } = started;
  return {
    ...started,
    ...access,
    workspaceName,
    url: runtime.url,
    newKey({ workspace, ...key }) {
      const { workspaces, keys } = openStage(addressOf(runtime));
      const name = workspace === undefined ? workspaceName : `${workspaceName}-${workspace}`;
      return issueKey({ workspaces, keys, random: systemRandom, clock: systemClock }, { ...key, workspaceName: name });
    },
    trireme: openTrireme(runtime.url, access.apiKey),
    api: openApiClient(runtime.url, access.apiKey),
    close,
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
