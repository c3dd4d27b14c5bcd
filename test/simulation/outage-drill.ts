import { Adversary } from './adversary.ts';
import { apiKeyItems, launchOf } from './callers.ts';
import { bodyOf, callApi } from './api-call.ts';
import { Coverage } from './coverage.ts';
import { deploy, type Deployment } from './deployment.ts';
import type { Stage } from './instance.ts';
import { hasEnded } from '../../shared/domain/run-status.ts';
import { Observer } from './observer.ts';
import { Outage, type StorePhase } from './outage.ts';
import { SeededRandom } from './random.ts';
import { Records } from './records.ts';
import { sweepEveryMinute } from './rest.ts';
import { Timeline } from './timeline.ts';
import { Trace } from './trace.ts';
import { newTruth, type Truth } from './truth.ts';
import { warmUp } from './warm-up.ts';
import { workersOf } from './workload.ts';

const MINUTE_MS = 60_000;
const START = Date.UTC(2026, 0, 5, 9);
const SEED = 1;
const BEFORE_MS = 20 * MINUTE_MS;
const AFTER_MS = 20 * MINUTE_MS;
/** The longest that either is waited for. */
const PATIENCE_MS = 24 * 60 * MINUTE_MS;
const INPUTS = 2;
const PAGES = 2;
const CALLBACKS_A_RUN = INPUTS * PAGES + 1;
/** Workspaces, by how their receiver is until all else is drained. */
const WELL = 0;
const DEAD = 1;

export interface DrillSize {
  readonly awayMs: number;
  readonly tenthMs: number;
  readonly launchEveryMs: number;
  /** Launches in the minute before the store goes away, so that much is under way. */
  readonly burst: number;
}

/** The whole drill: as long as the store of a whole region was once away, and half an hour in which it hardly answers. */
export const FULL_DRILL: DrillSize = {
  awayMs: 172 * MINUTE_MS,
  tenthMs: 30 * MINUTE_MS,
  launchEveryMs: 20_000,
  burst: 60,
};

/** As long, under a load that fits into some seconds. */
export const SMALL_DRILL: DrillSize = { ...FULL_DRILL, launchEveryMs: 300_000, burst: 20 };

/** What a drill came to. */
export interface DrillReport {
  readonly launches: { readonly sent: number; readonly accepted: number };
  /** Runs that were accepted and have not ended, or whose callbacks their well receiver lacks. */
  readonly lost: readonly string[];
  /** Calls of the store in each phase, and what the same callers cause in the same time where nothing is wrong. */
  readonly calls: Readonly<Record<StorePhase, number>>;
  readonly offered: Readonly<Record<StorePhase, number>>;
  /** From the store's recovery until nothing accepted was left undone; null: not within a day. */
  readonly drainedMs: number | null;
  readonly deadLetters: number;
  /**
   * The receiver that answers nothing well until all that is: callbacks that were called for, posts to it meanwhile, and
   * how long it took from its return until it had them all; null: not within a day.
   */
  readonly dead: { readonly callbacks: number; readonly posts: number; readonly caughtUpMs: number | null };
  readonly violations: readonly string[];
}

/** Runs the drill, beside the same load with nothing wrong. */
export async function runOutageDrill(size: DrillSize): Promise<DrillReport> {
  const offered = await playLoad(size, false);
  const drilled = await playLoad(size, true);
  return { ...drilled, offered: offered.calls };
}

/** Whether it kept its promises: nothing lost, nobody who is dead asked more than offered, all drained. */
export function isPassed({ lost, calls, offered, drainedMs, dead, violations }: DrillReport): boolean {
  const isModest = (asked: number, load: number): boolean => asked <= 1.2 * load;
  const isStoreSpared = isModest(calls.away, offered.away) && isModest(calls.tenth, offered.tenth);
  const isDrained = drainedMs !== null && dead.caughtUpMs !== null;
  const nothingWrong = lost.length === 0 && violations.length === 0;
  return nothingWrong && isDrained && isStoreSpared && isModest(dead.posts, dead.callbacks);
}

/** The figures, a line each. */
export function drillLines(report: DrillReport): readonly string[] {
  const { launches, lost, calls, offered, drainedMs, deadLetters, dead, violations } = report;
  const ratio = (phase: StorePhase): string =>
    `${calls[phase]} calls, ${offered[phase]} where nothing is wrong: ${(calls[phase] / offered[phase]).toFixed(2)}`;
  const minutes = (ms: number | null): string => (ms === null ? 'never' : `${(ms / MINUTE_MS).toFixed(0)} min`);
  return [
    `launches: ${launches.sent} sent, ${launches.accepted} accepted, ${lost.length} of these lost`,
    `store away: ${ratio('away')}`,
    `store answers one in ten: ${ratio('tenth')}`,
    `drained ${minutes(drainedMs)} after the store came back, ${deadLetters} dead letters by then`,
    `the dead receiver: ${dead.callbacks} callbacks, ${dead.posts} posts by then; had them all ${minutes(dead.caughtUpMs)} after its return`,
    ...lost.slice(0, 5),
    ...violations.slice(0, 5),
  ];
}

interface Load {
  readonly stage: Stage;
  readonly deployment: Deployment;
  readonly truth: Truth;
  readonly records: Records;
  readonly observer: Observer;
}

async function playLoad(size: DrillSize, strikes: boolean): Promise<Omit<DrillReport, 'offered'>> {
  await warmUp();
  const timeline = new Timeline(START);
  const coverage = new Coverage();
  const now = (): number => timeline.now();
  const outage = new Outage(now, new SeededRandom(SEED, 'outage'), { ...size, at: START + BEFORE_MS, strikes });
  const stage: Stage = {
    seed: SEED,
    timeline,
    adversary: new Adversary(SEED, coverage, []),
    coverage,
    trace: new Trace(timeline, false),
    underWay: { calls: 0 },
    leftBehind: [],
    quotaRefusals: [],
    staleWrites: [],
    rollout: null,
    outage,
    breakdowns: null,
    aimed: null,
  };
  const workload = { runsAtOnce: 10, inputsInFlight: 20, receivers: ['well', 'dead'], steps: [], stormMs: 0 } as const;
  const truth = newTruth();
  const observer = new Observer(stage, { ...workload, workers: workersOf(stage.seed, {}) });
  const deployment = deploy(stage, workload, truth, observer, 'short');
  await deployment.write(apiKeyItems(workload.receivers.length));
  const load: Load = {
    stage,
    deployment,
    truth,
    records: new Records(observer.mirror, deployment.bucket.pages),
    observer,
  };
  const wellFrom = START + BEFORE_MS + size.awayMs + size.tenthMs;
  const lastAt = wellFrom + AFTER_MS;
  for (const [number, ms] of launchTimes(size, lastAt - START).entries()) {
    timeline.after(ms, () => void launch(load, number));
  }
  sweepEveryMinute(load);
  const drainedAt = await passUntil(load, lastAt, () => undone(load, [WELL]).length === 0);
  const deadLetters = deployment.queues.letters.all.length;
  const posts = truth.posts.filter(({ workspace }) => workspace === DEAD).length;
  const accepted = truth.launches.filter(({ answer }) => answer?.status === 202);
  const callbacks = accepted.filter(({ workspace }) => workspace === DEAD).length * CALLBACKS_A_RUN;
  deployment.turnReceivers('well');
  const backAt = timeline.now();
  const caughtUpAt = await passUntil(load, backAt, () => undone(load, [WELL, DEAD]).length === 0);
  return {
    launches: { sent: truth.launches.length, accepted: accepted.length },
    lost: undone(load, [WELL, DEAD]),
    calls: outage.calls,
    drainedMs: drainedAt === null ? null : drainedAt - wellFrom,
    deadLetters,
    dead: { callbacks, posts, caughtUpMs: caughtUpAt === null ? null : caughtUpAt - backAt },
    violations: observer.violations.map(({ check, message }) => `${check}: ${message}`),
  };
}

/** Lets time pass from `at` on until it is so, by a look a minute; gives when it was, or null after a day. */
async function passUntil({ stage: { timeline } }: Load, at: number, isSo: () => boolean): Promise<number | null> {
  let lookAt = at;
  let soAt: number | null = null;
  await timeline.run(() => {
    if (timeline.now() < lookAt) return false;
    lookAt = timeline.now() + MINUTE_MS;
    if (isSo()) soAt = timeline.now();
    return soAt !== null || timeline.now() > at + PATIENCE_MS;
  });
  return soAt;
}

/** When launches are sent, ms after the start. */
function launchTimes({ launchEveryMs, burst }: DrillSize, untilMs: number): readonly number[] {
  const steady = Array.from({ length: Math.floor(untilMs / launchEveryMs) }, (_, number) => number * launchEveryMs);
  const inRush = Array.from({ length: burst }, (_, number) => BEFORE_MS - MINUTE_MS + (number * MINUTE_MS) / burst);
  return [...steady, ...inRush];
}

async function launch({ stage, deployment, truth }: Load, number: number): Promise<void> {
  const workspace = number % 2;
  const inputs = Array.from({ length: INPUTS }, (_, index) => ({
    key: `w${workspace} r${number} i${index}`,
    pages: PAGES,
    per_page: 2,
    // Every third run is told to come back in minutes, so that it waits when the store goes away.
    ...(number % 3 === 0 ? { fails: [{ page: 1, kind: 'rate_limited' as const, times: 3 }] } : {}),
  }));
  const body = {
    name: `run ${number}`,
    inputs,
    callback: { url: `https://hooks.example.com/${workspace}?run=${number}` },
  };
  const launched: Truth['launches'][number] = { workspace, body, answer: null };
  truth.launches.push(launched);
  const answer = await callApi(stage, deployment, launchOf(workspace, body));
  if (answer === null) return;
  const uid = bodyOf(answer)['run_uid'];
  launched.answer = { status: answer.statusCode ?? 0, runUid: typeof uid === 'string' ? uid : null, label: null };
}

/** What was accepted and is not done: runs that have not ended, callbacks that a receiver of these has not taken. */
function undone({ truth, records }: Load, receivers: readonly number[]): readonly string[] {
  const taken = Map.groupBy(
    truth.posts.filter(({ status }) => status !== null && status < 300),
    ({ told }) => told.run.run_uid,
  );
  return truth.launches.flatMap(({ workspace, answer }) => {
    if (answer?.status !== 202 || answer.runUid === null) return [];
    const uid = answer.runUid;
    const status = records.control(uid)?.status;
    if (status === undefined || !hasEnded(status)) return [`run ${uid} is ${status ?? 'not there'}`];
    const ids = new Set(taken.get(uid)?.map(({ id }) => id));
    return !receivers.includes(workspace) || ids.size === CALLBACKS_A_RUN
      ? []
      : [`run ${uid} had ${ids.size} of ${CALLBACKS_A_RUN} callbacks taken`];
  });
}
