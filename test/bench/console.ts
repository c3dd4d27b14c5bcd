import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import type { Page } from 'playwright-core';
import { createRunHandler } from '../../functions/api/run.ts';
import { createRunsHandler } from '../../functions/api/runs.ts';
import { createApiPorts } from '../../functions/http/api-ports.ts';
import { noLargeObjects } from '../../functions/wiring/create-ports.ts';
import { issueKey } from '../../infra/admin/issue-key.ts';
import { bundleForBrowser } from '../../infra/console-page.ts';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';
import { settingsOf } from '../../infra/settings.ts';
import { WORKSPACE_EXAMPLES } from '../../shared/api/document/workspace-examples.ts';
import { matchRoute } from '../../shared/api/match-route.ts';
import { createCallbackSecrets } from '../../shared/aws/callback-secrets.ts';
import { createKeyring } from '../../shared/aws/keyring.ts';
import { systemRandom } from '../../shared/process/system.ts';
import { createRegistry } from '../../shared/sdk/action-registry.ts';
import { createApiKeyStore } from '../../shared/storage/api-key-store.ts';
import { createNotificationReader } from '../../shared/storage/notification-store.ts';
import { createRunReader } from '../../shared/storage/run-reader.ts';
import { createUsageStore } from '../../shared/storage/usage-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { createWorkspaceStore } from '../../shared/storage/workspace-store.ts';
import { openConsoleBrowser } from '../support/console-browser.ts';
import { findChromium } from '../support/find-chromium.ts';
import { clientOf, TABLE_NAME } from '../support/open-table.ts';
import { apiEvent } from './api-event.ts';
import { createBenchAction, SMALL_PAGE } from './bench-action.ts';
import { type BenchSystem, openBenchSystem, silentLog, WORKSPACE } from './bench-system.ts';
import type { Figure, Progress, Report } from './report.ts';

const INPUTS = 100_000;
const RUNS = 50_000;
const ROWS = 10_000;
/** A list of runs gives fifty at once. */
const RUNS_SHOWN = 2_000;
const LAUNCHES_AT_ONCE = 100;
const DAY_MS = 86_400_000;
/** Polls go on for so long while the longest task is looked for. */
const WATCHED_MS = 8_000;

/** The console in Chromium over a workspace with many runs, and over a run with many inputs. */
export async function benchConsole(progress: Progress): Promise<Report> {
  const title = 'The console in Chromium';
  if (findChromium() === null) return { title, notes: ['There is no Chromium on the PATH.'], figures: [] };
  const action = createBenchAction(SMALL_PAGE);
  const system = openBenchSystem({
    action,
    batch: 10,
    workers: 10,
    inputsInFlight: 500,
    deliversCallbacks: false,
    latencies: { dynamodbMs: 0, sqsMs: 0 },
  });
  progress(`${RUNS} runs`);
  const later = system.now() + DAY_MS;
  for (let run = 0; run < RUNS; run += LAUNCHES_AT_ONCE) {
    const launch = (_: unknown, index: number) => system.launch([{ pages: 1, seed: run + index }], null, later);
    await Promise.all(Array.from({ length: LAUNCHES_AT_ONCE }, launch));
  }
  progress(`a run of ${INPUTS} inputs`);
  const uid = await system.launch(
    Array.from({ length: INPUTS }, (_, seed) => ({ pages: 1, seed })),
    null,
  );
  await system.drain();
  progress('measuring');
  const served = await serve(system, action);
  const browser = await openConsoleBrowser(served.url);
  try {
    const figures: Figure[] = [];
    const keep = (figure: Figure): void => {
      figures.push(figure);
      progress(`${figure.what}: ${Math.round(figure.value)} ms`);
    };
    const open = async (path: string, isShown: (page: Page) => Promise<unknown>, what: string): Promise<Page> => {
      const page = await browser.open(served.apiKey, '/console/nothing-here');
      await page.goto('about:blank');
      await watchTasks(page);
      const startedAt = performance.now();
      await page.goto(`${served.url}/console${path}`);
      await isShown(page);
      keep({ what, value: performance.now() - startedAt, unit: 'ms', target: { atMost: 2_000 } });
      return page;
    };
    const longest = async (page: Page, what: string): Promise<void> => {
      await page.waitForTimeout(WATCHED_MS);
      const value = await longestTask(page);
      keep({ what: `  ${what}, longest task`, value, unit: 'ms of CPU', target: { atMost: 200 } });
      await watchTasks(page);
    };
    const close = async (page: Page): Promise<void> => {
      await longestTask(page);
      await page.context().close();
    };
    const rows = (page: Page) => page.getByRole('row').nth(20).waitFor();

    const runs = await open('/runs', rows, `list of ${RUNS} runs`);
    await longest(runs, 'polled');
    await fill(runs, RUNS_SHOWN, progress);
    await longest(runs, `${RUNS_SHOWN} rows shown, and polled`);
    await close(runs);
    const none = await open(
      '/runs?status=FAILED',
      (page) => page.getByText(/Nothing was found so far|No run passes/).waitFor(),
      'list by a status that none of them has',
    );
    await longest(none, 'polled');
    await close(none);
    const results = await open(`/runs/${uid}`, rows, `run of ${INPUTS} inputs, its results`);
    await longest(results, 'at first');
    await fill(results, ROWS, progress);
    await longest(results, `${ROWS} results shown`);
    await close(results);
    const inputs = await open(`/runs/${uid}?tab=inputs`, rows, 'its inputs');
    await fill(inputs, ROWS, progress);
    await longest(inputs, `${ROWS} inputs shown`);
    return {
      title,
      notes: [
        `The API’s own handlers in this process, over the engine’s records: ${RUNS} runs that wait for their time, and one run whose ${INPUTS} inputs were worked off by the page worker. /v1/me is a stub.`,
        'From the address to the rows; the longest task is the CPU of what the page did at once while it filled and polled.',
      ],
      figures,
    };
  } finally {
    await browser.close();
    served.server.close();
    served.server.closeAllConnections();
  }
}

/** By the header the client knows an answer of a deployment. */
const ANSWERED = { 'content-type': 'application/json', 'x-ratelimit-type': 'read' };

async function watchTasks(page: Page): Promise<void> {
  await page
    .context()
    .browser()
    ?.startTracing(page, { categories: ['toplevel'] });
}

/** The fields of Chromium's trace that are read; `tdur`: CPU of the thread, μs. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** The most that the page's thread worked without a pause since it is watched, ms of CPU: other processes do not count. */
async function longestTask(page: Page): Promise<number> {
  const trace = await page.context().browser()?.stopTracing();
  const { traceEvents } = JSON.parse(String(trace)) as { readonly traceEvents: readonly TraceEvent[] }; // cast: Chromium's own
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const pages = traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const threads = new Set(pages.map(threadOf));
  const tasks = traceEvents.filter(
    (event) => event.name === 'ThreadControllerImpl::RunTask' && threads.has(threadOf(event)),
  );
  if (tasks.length === 0) throw new Error('The trace has no task of a page');
  return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur / 1_000), 0);
}

async function fill(page: Page, count: number, progress: Progress): Promise<void> {
  const text = page.getByText(/^[\d,]+ shown$/);
  for (let shown = 0; shown < count;) {
    const before = await text.textContent();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText(before ?? '', { exact: true }).waitFor({ state: 'detached' });
    shown = Number((await text.textContent())?.replaceAll(/\D/g, ''));
    if (shown % 1_000 === 0) progress(`${shown} rows`);
  }
}

interface Served {
  readonly server: Server;
  readonly url: string;
  readonly apiKey: string;
}

/** The handlers that the console reads from, behind one server, with its page. */
async function serve(system: BenchSystem, action: ReturnType<typeof createBenchAction>): Promise<Served> {
  const { runtime } = settingsOf('prod');
  // The clock stands still, so no bucket of calls would fill again.
  const rateLimits = { ...runtime.rateLimits, read: { perSecond: 1e6, burst: 1e6 } };
  const machine = { clock: system.ports.clock, random: systemRandom, log: silentLog };
  const table = new Table(clientOf(system.engine), TABLE_NAME, machine.clock);
  const keyring = createKeyring(Buffer.alloc(32, 7), (size) => systemRandom.bytes(size));
  const read = async () => keyring;
  const ports = {
    ...system.ports,
    ...machine,
    reader: createRunReader(table, noLargeObjects),
    notificationReader: createNotificationReader(table),
    keyring: read,
    secrets: createCallbackSecrets(read, table, machine.clock),
    actions: createRegistry({ 'bench-action.ts': action }),
    usage: createUsageStore(table),
  };
  const workspaces = createWorkspaceStore(table);
  const random = { ...systemRandom, uuid: () => WORKSPACE }; // the new workspace is the one that has the runs
  const { apiKey } = await issueKey(
    { ...machine, random, workspaces, keys: createApiKeyStore(table) },
    { workspaceName: 'bench' },
  );
  const server = createServer();
  await listenLocally(server, 0);
  const url = urlOf(server);
  const api = createApiPorts(machine, table, { publicUrl: url, settings: { rateLimits } });
  const handlers = { run: createRunHandler(api, ports), runs: createRunsHandler(api, ports) };
  const html = await page();
  const me = JSON.stringify({ ...WORKSPACE_EXAMPLES.getMe.response, workspace: { uid: WORKSPACE, name: 'bench' } });
  server.on('request', (request, response) => {
    const [path = '/', query = ''] = (request.url ?? '').split('?', 2);
    if (path.startsWith('/console')) return void response.setHeader('content-type', 'text/html').end(html);
    if (path === '/v1/me') return void response.writeHead(200, ANSWERED).end(me);
    const match = matchRoute('GET', path);
    const handler = match.found && match.route.function === 'run' ? handlers.run : handlers.runs;
    const event = { ...apiEvent('GET', path, String(request.headers['x-api-key'])), rawQueryString: query };
    void handler(event, {} as Context).then(({ statusCode = 200, headers = {}, body }) => {
      response.writeHead(statusCode, headers as Record<string, string>).end(body);
    });
  });
  return { server, url, apiKey };
}

async function page(): Promise<string> {
  const folder = join(import.meta.dirname, '../../functions/console');
  const { script, style } = await bundleForBrowser(folder, { script: 'main.tsx', style: 'style.css' });
  return (await readFile(join(folder, 'index.html'), 'utf8'))
    .replace('<!-- style -->', () => `<style>${style}</style>`)
    .replace('<!-- script -->', () => `<script type="module">${script}</script>`);
}
