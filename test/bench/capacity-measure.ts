import { newRecord, targetOf } from '../../shared/engine/callbacks/delivery.ts';
import { deriveUid, readUid } from '../../shared/domain/ids.ts';
import { receiverUid } from '../../shared/domain/receiver.ts';
import { createBenchAction, SMALL_PAGE } from './bench-action.ts';
import type { QueueName } from './bench-queue.ts';
import { type BenchSystem, type BenchSystemOptions, openBenchSystem, WORKSPACE } from './bench-system.ts';
import type { FireMessage } from '../../shared/engine/messages.ts';
import { cpuOfRequest } from './callback-sender.ts';
import { cpuOf } from './process-cpu.ts';
import type { Progress } from './report.ts';
import type { Tally } from './tally.ts';

/** How long an action takes for a page and a receiver for an answer, ms. */
export const ANSWER_MS = 200;
const LATENCIES = { dynamodbMs: 4, sqsMs: 8 };
const NO_LATENCIES = { dynamodbMs: 0, sqsMs: 0 };
const RECEIVER = 'https://receiver.example/hook';
const HOUR_MS = 3_600_000;
const PAGES_AN_INPUT = 10;
/** Of a workspace, as on all stages. */
const RUNS_AT_ONCE = 10;

/** What one message of a queue takes. */
export interface MessageWork {
  /** Of the batches that were measured. */
  readonly batch: number;
  /** How long an invocation with such a batch waits: for the table, the queues, the action or the receiver. */
  readonly batchMs: number;
  /** CPU of one message on a whole core. */
  readonly cpuMs: number;
}

/** What one due row takes of a sweep. */
export interface RowWork {
  readonly waitMs: number;
  readonly cpuMs: number;
}

/** What work of each kind takes, as measured. */
export interface MeasuredWork {
  /** CPU of one request over a connection that is kept; in all the others as often as they make one. */
  readonly requestMs: number;
  readonly page: MessageWork & { readonly writeUnits: number; readonly windowUnits: number };
  readonly callback: MessageWork & { readonly writeUnits: number };
  /** A run of one input, one page and two callbacks. */
  readonly run: { readonly pages: number; readonly callbacks: number; readonly writeUnits: number };
  /** A time of a schedule, up to the message of its run's first page. */
  readonly fire: MessageWork & { readonly messages: number; readonly writeUnits: number };
  /** The last look at an ended run, which takes it off the list. */
  readonly endedRun: RowWork & { readonly rows: number };
  /** A callback that is sent on after its receiver's return. */
  readonly held: RowWork;
}

/** Measures all in this process: waits on a clock that jumps, CPU in runs of their own whose calls answer at once. */
export async function measureWork(progress: Progress): Promise<MeasuredWork> {
  progress('a bare request');
  const requestMs = await cpuOfRequest();
  progress('pages and their callbacks');
  await measurePages(NO_LATENCIES, false, 100); // warms up
  const pages = await measurePages(LATENCIES, false, 200);
  const delivered = await measurePages(LATENCIES, true, 200);
  const pageCpu = await measurePages(NO_LATENCIES, false, 200);
  const deliveredCpu = await measurePages(NO_LATENCIES, true, 200);
  progress('runs of one page');
  const run = await measureRuns(LATENCIES, 200);
  const runCpu = await measureRuns(NO_LATENCIES, 200);
  progress('times of schedules');
  const fire = await measureFires(LATENCIES, 200);
  const fireCpu = await measureFires(NO_LATENCIES, 200);
  progress('callbacks that were held');
  const held = await measureHeld(LATENCIES, 2_000);
  const heldCpu = await measureHeld(NO_LATENCIES, 2_000);
  const withRequests = ({ cpuMs, calls }: Cpu): number => cpuMs + calls * requestMs;
  const pageMs = withRequests(pageCpu);
  return {
    requestMs,
    page: {
      ...workOf(pages.tally, 'page', pageMs),
      writeUnits: pages.writeUnits,
      windowUnits: (pages.tally.items.get('UpdateItem window')?.writeUnits ?? 0) / pages.pages,
    },
    callback: {
      // The POST is a request too, and in none of the tallies.
      ...workOf(delivered.tally, 'callback', withRequests(deliveredCpu) - pageMs + requestMs),
      writeUnits: delivered.writeUnits - pages.writeUnits,
    },
    run: run.each,
    fire: {
      ...workOf(fire.tally, 'control', withRequests(fireCpu) - pageMs),
      messages: fire.messages,
      writeUnits: fire.writeUnits,
    },
    endedRun: { rows: run.rows, waitMs: run.sweepMs, cpuMs: withRequests(runCpu) },
    held: { waitMs: held.waitMs, cpuMs: withRequests(heldCpu) },
  };
}

/** CPU of one piece of work, its calls answered within this process, and the calls it makes. */
interface Cpu {
  readonly cpuMs: number;
  readonly calls: number;
}

function callsOf({ items, sqsSends }: Tally): number {
  return Array.from(items.values()).reduce((sum, { calls }) => sum + calls, sqsSends);
}

function open(options: Partial<BenchSystemOptions> & Pick<BenchSystemOptions, 'latencies'>): BenchSystem {
  return openBenchSystem({
    action: createBenchAction(SMALL_PAGE),
    batch: 10,
    workers: 10,
    inputsInFlight: 100,
    deliversCallbacks: true,
    ...(options.latencies === NO_LATENCIES ? {} : { pageMs: () => ANSWER_MS, receiverMs: ANSWER_MS }),
    ...options,
  });
}

/** One run of ten pages an input. All is of one page, with its callback where those are delivered. */
async function measurePages(latencies: BenchSystemOptions['latencies'], deliversCallbacks: boolean, inputs: number) {
  const system = open({ latencies, deliversCallbacks });
  const pages = inputs * PAGES_AN_INPUT;
  await system.launch(
    Array.from({ length: inputs }, (_, seed) => ({ pages: PAGES_AN_INPUT, seed })),
    RECEIVER,
  );
  system.takeTally();
  const cpuMs = await cpuOf(() => system.drain());
  const tally = system.takeTally();
  return { pages, tally, cpuMs: cpuMs / pages, calls: callsOf(tally) / pages, writeUnits: tally.writeUnits / pages };
}

/** Runs of one page, ten at once, from before their launch until the sweep that takes them off its list. */
async function measureRuns(latencies: BenchSystemOptions['latencies'], runs: number) {
  const system = open({ latencies });
  for (let n = 0; n < runs; n += 1) {
    await system.launch([{ pages: 1, seed: n }], RECEIVER);
    if (n % RUNS_AT_ONCE === RUNS_AT_ONCE - 1) await system.drain();
  }
  const before = system.takeTally();
  const startedAt = system.now();
  const cpuMs = await cpuOf(() => system.sweepAfter(HOUR_MS));
  const sweepMs = system.now() - startedAt - HOUR_MS;
  const after = system.takeTally();
  const rows = after.items.get('DeleteItem due entry')?.calls ?? 0;
  if (rows < runs) throw new Error(`The sweep saw to ${rows} rows of ${runs} ended runs.`);
  const messages = (queue: QueueName) => (before.queues.get(queue)?.messages ?? 0) / runs;
  const writeUnits = (before.writeUnits + after.writeUnits) / runs;
  return {
    each: { pages: messages('page'), callbacks: messages('callback'), writeUnits },
    rows: rows / runs,
    sweepMs: sweepMs / rows,
    cpuMs: cpuMs / rows,
    calls: callsOf(after) / rows,
  };
}

/** Times of schedules that come at one instant, with the one page of each run. */
async function measureFires(latencies: BenchSystemOptions['latencies'], schedules: number) {
  const system = open({ latencies, batch: 5 });
  const fires: FireMessage[] = [];
  for (let n = 0; n < schedules; n += 1) fires.push(await system.schedule('0 * * * *', { pages: 1, seed: n }));
  await system.drain();
  await system.sweepAfter(HOUR_MS);
  await system.drain();
  system.takeTally();
  let cpuMs = 0;
  for (let n = 0; n < schedules; n += RUNS_AT_ONCE) {
    for (const fire of fires.slice(n, n + RUNS_AT_ONCE)) await system.queue(fire);
    cpuMs += await cpuOf(() => system.drain());
  }
  const tally = system.takeTally();
  const messages = tally.queues.get('control')?.messages ?? 0;
  if (tally.queues.get('page')?.messages !== schedules) throw new Error('Not every time started its run.');
  return {
    tally,
    cpuMs: cpuMs / messages,
    calls: callsOf(tally) / messages,
    messages: messages / schedules,
    writeUnits: tally.writeUnits / schedules,
  };
}

/** Callbacks of one run that are held for a receiver which is back, until the sweep has sent them on. */
async function measureHeld(latencies: BenchSystemOptions['latencies'], callbacks: number) {
  const system = open({ latencies });
  const { ports } = system;
  const runUid = await system.launch(
    Array.from({ length: callbacks }, (_, seed) => ({ pages: 1, seed })),
    RECEIVER,
  );
  const definition = await ports.runs.readDefinition(runUid);
  const receiver = receiverUid(WORKSPACE, RECEIVER);
  const heldAt = system.now();
  for (let input = 0; input < callbacks; input += 1) {
    const uid = deriveUid(runUid, 'page', { input, page: 0, part: 1 });
    const about = readUid(uid);
    const target = definition === null ? null : targetOf(definition);
    if (target === null || about === null) throw new Error('The run is not there.');
    const record = newRecord({ message: { kind: 'callback', uid, attempt: 0 }, about, target }, heldAt);
    await ports.callbacks.createRecord({ ...record, by: 'bench', heldSince: heldAt, nextAttemptAt: heldAt + HOUR_MS });
    const held = { uid, attempt: 1, dueAt: heldAt, giveUpAt: heldAt + HOUR_MS, heldAt };
    await ports.receivers.putHeld(receiver, held, record.expiresAt);
  }
  await ports.due.putDue({ at: system.now(), kind: 'receiver', uid: receiver });
  const startedAt = system.now();
  system.takeTally();
  const cpuMs = await cpuOf(() => system.sweepAfter(1));
  const calls = callsOf(system.takeTally());
  const left = await ports.receivers.listHeld(receiver, callbacks);
  if (left.length > 0) throw new Error(`${left.length} of ${callbacks} callbacks are held still.`);
  return { waitMs: (system.now() - startedAt) / callbacks, cpuMs: cpuMs / callbacks, calls: calls / callbacks };
}

function workOf(tally: Tally, queue: QueueName, cpuMs: number): MessageWork {
  const { invocations, messages, ms } = tally.queues.get(queue) ?? { invocations: 0, messages: 0, ms: 0 };
  if (invocations === 0) throw new Error(`No worker took anything from the queue ${queue}.`);
  return { batch: messages / invocations, batchMs: ms / invocations, cpuMs };
}
