import { createServer } from 'node:http';
import { createCallbackVerifier } from '../inbox/verify-callback.ts';
import { openInbox } from '../inbox/inbox.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { InboxCallback } from '../inbox/inbox-callback.ts';
import { announceRunningSystem, withdrawRunningSystem } from './running-system.ts';
import { startRuntime } from '../runtime.ts';
import type { Runtime } from '../runtime.ts';
import { isNewDataDir, prepareDataDir } from './data-dir.ts';
import type { FunctionLog } from '../functions/function-host.ts';
import { openInboxOnLastPort } from '../inbox/inbox-port.ts';
import { BuildFault, openLiveBuild } from '../build/live-build.ts';
import type { LiveBuild, RebuildOutcome } from '../build/live-build.ts';
import { ROOT } from '../build/project.ts';
import { listenLocally } from '../listen.ts';
import { addressOf, prepareAccess } from './prepare-access.ts';
import type { Access } from './prepare-access.ts';
import { readActionSecrets } from './action-secrets.ts';
import { StartRefused } from './start-options.ts';
import type { StartOptions } from './start-options.ts';

/** What the system reports while it runs. */
export interface Listener {
  readonly onLog: (log: FunctionLog) => void;
  readonly onNotice: (message: string) => void;
  readonly onCallback: (callback: InboxCallback) => void;
}

/** The whole system on one machine, as `npm start` runs it. */
export interface LocalSystem {
  readonly runtime: Runtime;
  readonly inbox: Inbox;
  readonly access: Access;
  /** Whether the data folder was empty before. */
  readonly isNew: boolean;
  /** Gives running invocations a few seconds to end, then stops everything. */
  close(): Promise<void>;
}

/** Seed of `--chaos`: the same at each start. */
const CHAOS_SEED = 1;
/** Exit code of a start whose sources cannot be built, as of any build. */
const BUILD_FAILED = 1;

/** Starts runtime, inbox and rebuilding. Throws StartRefused for faults that the person who starts it can correct. */
export async function startSystem(options: StartOptions, listener: Listener): Promise<LocalSystem> {
  const { dataDir } = options;
  await checkPort(options.port);
  await prepareDataDir(dataDir, options.reset);
  const isNew = isNewDataDir(dataDir);
  const build = await buildOrRefuse();
  const closers: (() => Promise<void> | void)[] = [() => build.stop()];
  const close = async (): Promise<void> => {
    for (const stop of closers.toReversed()) await stop();
  };
  try {
    const runtime = await startRuntimeOver(options, build, listener);
    closers.push(() => runtime.close());
    build.watch((outcome) => runRebuilt(runtime, outcome, listener));
    const access = await prepareAccess(runtime, dataDir);
    const inbox = await openInboxOnLastPort(dataDir, (port) =>
      openInbox({
        port,
        verify: createCallbackVerifier(() => access.readSigningSecrets()),
        onCallback: (callback) => listener.onCallback(callback),
      }),
    );
    closers.push(() => inbox.close());
    await announceRunningSystem(dataDir, { pid: process.pid, url: runtime.url, ...addressOf(runtime) });
    closers.push(() => withdrawRunningSystem(dataDir));
    return { runtime, inbox, access, isNew, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startRuntimeOver(
  options: StartOptions,
  { stack }: LiveBuild,
  { onLog, onNotice }: Listener,
): Promise<Runtime> {
  const { port, dataDir, inspect, chaos } = options;
  try {
    return await startRuntime({
      stack,
      dataDir,
      port,
      hasTimeLimits: !inspect,
      chaos: chaos ? { seed: CHAOS_SEED } : null,
      readSecret: readActionSecrets,
      onLog,
      onNotice,
    });
  } catch (error) {
    throw portFault(port, error) ?? error;
  }
}

/** Refuses a port that is in use before anything is built. */
async function checkPort(port: number): Promise<void> {
  const probe = createServer();
  try {
    await listenLocally(probe, port);
  } catch (error) {
    throw portFault(port, error) ?? error;
  } finally {
    probe.close();
  }
}

function portFault(port: number, error: unknown): StartRefused | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE')
    return new StartRefused(`--port ${port}: the port is in use; use another one, or 0 for any free port`);
  return code === 'EACCES' ? new StartRefused(`--port ${port}: you may not listen on this port`) : null;
}

async function buildOrRefuse(): Promise<LiveBuild> {
  try {
    return await openLiveBuild(ROOT);
  } catch (error) {
    if (!(error instanceof BuildFault)) throw error;
    const what = error.task === 'bundles' ? 'the functions cannot be built' : 'the stack cannot be synthesized';
    throw new StartRefused(`${what}:\n${error.message}`, { exitCode: BUILD_FAILED });
  }
}

function runRebuilt(runtime: Runtime, outcome: RebuildOutcome, { onNotice }: Listener): void {
  if ('fault' in outcome) {
    return onNotice(`The change cannot be built; the last good build keeps running:\n${outcome.fault}`);
  }
  runtime.renewCode(outcome.dir);
  onNotice('Rebuilt: new invocations run the new code.');
}
