import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { copyCheckout } from '../support/checkout-copy.ts';
import { findRunningSystem } from '../../infra/local/start/running-system.ts';
import { issueKey } from '../../infra/admin/issue-key.ts';
import { Trireme } from '../../shared/client/trireme.ts';
import { openStage } from '../../infra/admin/stage-access.ts';
import { systemRandom, systemClock } from '../../shared/process/system.ts';
import { cpuMsOf, residentMbOf } from './process-cpu.ts';
import type { Figure, Progress, Report } from './report.ts';

const WARM_JOBS = 300;
const JOBS = 1_500;
/** A workspace may have ten runs at work; these together never wait for a slot. */
const WORKSPACES = 20;
const LAUNCHES_AT_ONCE = 24;
/** Threads that run nothing end after half a minute. */
const IDLE_MS = 45_000;
/** Small countries: each has its cities on one page. */
const COUNTRIES = ['AD', 'LI', 'MC', 'SM', 'MT', 'GI', 'FO', 'JE'];

/** The whole system on this machine as `npm start` runs it: how soon it answers, and jobs a second through all of it. */
export async function benchLocalJobs(progress: Progress): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'trireme-bench-'));
  const checkout = copyCheckout();
  const receiver = await startReceiver();
  try {
    progress('the first start of a checkout');
    const first = await startSystem(checkout.root, join(folder, 'first'));
    await stop(first.child);
    progress('its second start');
    const { child, url, ...second } = await startSystem(checkout.root, join(folder, 'data'));
    try {
      const keys = await issueKeys(join(folder, 'data'));
      progress(`warming up with ${WARM_JOBS} jobs`);
      await runJobs(url, keys, receiver, WARM_JOBS);
      progress(`${JOBS} jobs`);
      const cpuMsBefore = cpuMsOf(child.pid);
      const rate = JOBS / (await runJobs(url, keys, receiver, JOBS));
      const cpuMs = cpuMsOf(child.pid);
      progress(`${IDLE_MS / 1_000} seconds without work`);
      await pause(IDLE_MS);
      return {
        title: 'Local runtime',
        notes: [
          `A job: one search-cities input of one page, launched over HTTP, its page and run.finished delivered; ${WORKSPACES} workspaces, ${LAUNCHES_AT_ONCE} launches at once.`,
          'State on disk; the client and the receiver take their share of the same machine.',
        ],
        figures: [
          { what: 'jobs a second, end to end', value: rate, unit: '/s', target: { atLeast: 150 } },
          // Steadier than the rate where the machine has other work too.
          ...cpuFigure('CPU of the system, a job', cpuMs === null ? null : (cpuMs - (cpuMsBefore ?? 0)) / JOBS),
          { what: 'first start to first answer', value: first.startMs / 1_000, unit: 's', target: { atMost: 5 } },
          ...cpuFigure('CPU of it', first.cpuMs),
          { what: 'second start to first answer', value: second.startMs / 1_000, unit: 's', target: { atMost: 5 } },
          ...cpuFigure('CPU of it', second.cpuMs),
          { what: 'memory without work', value: residentMbOf(child.pid) ?? 0, unit: 'MB', target: { atMost: 400 } },
        ],
      };
    } finally {
      await stop(child);
    }
  } finally {
    receiver.server.close();
    checkout.remove();
    await rm(folder, { recursive: true });
  }
}

function cpuFigure(what: string, value: number | null): readonly Figure[] {
  return value === null ? [] : [{ what, value, unit: 'ms' }];
}

/** Starts the system of a checkout, until it has answered once. */
async function startSystem(root: string, dataDir: string) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['infra/local/start.ts', '--json', '--port', '0', '--data-dir', dataDir], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { url } = await readyOf(child);
  await fetch(`${url}/v1/openapi.json`).then((answer) => answer.arrayBuffer());
  return { child, url, startMs: performance.now() - startedAt, cpuMs: cpuMsOf(child.pid) };
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Waits for the line that says where the system answers; what comes after is its log and is left. */
async function readyOf({ stdout }: ChildProcess): Promise<{ readonly url: string }> {
  if (stdout === null) throw new Error('The system has no output.');
  const lines = createInterface({ input: stdout });
  for await (const line of lines) {
    const said: unknown = JSON.parse(line);
    if (typeof said !== 'object' || said === null || !('url' in said)) continue;
    stdout.resume();
    return { url: String(said.url) };
  }
  throw new Error('The system ended before it was ready.');
}

async function issueKeys(dataDir: string): Promise<readonly string[]> {
  const system = await findRunningSystem(dataDir);
  if (system === null) throw new Error('The system did not say where it runs.');
  const { workspaces, keys, limits } = openStage(system);
  const ports = { workspaces, keys, random: systemRandom, clock: systemClock };
  const names = Array.from({ length: WORKSPACES }, (_, index) => `bench-${index}`);
  const issued = await Promise.all(
    names.map((workspaceName) => issueKey(ports, { workspaceName, scopes: ['read', 'run'] })),
  );
  // What is measured is the runtime, not what a stage lets one workspace launch.
  const rates = { launch: { perSecond: 1_000, burst: 1_000 } };
  await Promise.all(issued.map(({ workspace }) => limits.set(workspace.uid, { rates })));
  return issued.map(({ apiKey }) => apiKey);
}

interface Receiver {
  readonly server: Server;
  readonly url: string;
  /** Resolved when so many runs more have finished. */
  finished(count: number): Promise<void>;
}

async function startReceiver(): Promise<Receiver> {
  let left = 0;
  let done = (): void => undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(204).end();
      if (!Buffer.concat(chunks).includes('"run.finished"')) return;
      left -= 1;
      if (left === 0) done();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server listening on TCP has an AddressInfo, not a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    server,
    url: `http://127.0.0.1:${port}/hook`,
    finished: (count) =>
      new Promise((resolve) => {
        left = count;
        done = resolve;
      }),
  };
}

/** Seconds from the first launch to the last run.finished. */
async function runJobs(url: string, keys: readonly string[], receiver: Receiver, count: number): Promise<number> {
  const finished = receiver.finished(count);
  const actions = keys.map((apiKey) => new Trireme({ url, apiKey }).action('search-cities'));
  const startedAt = performance.now();
  let next = 0;
  const launch = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      const inputs = [{ country: COUNTRIES[index % COUNTRIES.length] }];
      await actions[index % actions.length]?.start({ inputs, callback: { url: receiver.url } });
    }
  };
  await Promise.all(Array.from({ length: LAUNCHES_AT_ONCE }, launch));
  await finished;
  return (performance.now() - startedAt) / 1_000;
}
