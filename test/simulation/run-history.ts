import { Adversary } from './adversary.ts';
import { apiKeyItems, takeStep } from './callers.ts';
import { type ConsumerSupervision, superviseConsumers } from './consumers/supervise-consumers.ts';
import { Coverage } from './coverage.ts';
import { deploy, type Deployment } from './deployment.ts';
import type { FaultKind, FurtherFaultKind } from './fault-kinds.ts';
import { type LiveSupervision, superviseLive } from './live/supervise-live.ts';
import { Breakdowns } from './breakdowns.ts';
import { buriedRuns } from './checks/burial-checks.ts';
import { watchBurials } from './checks/burial-watch.ts';
import { isFaultless, type Stage, TIMEOUT_MS } from './instance.ts';
import { drawLetterFaults } from './letter-workload.ts';
import { meddleWithLetters, retryRun } from './supervise-letters.ts';
import { Observer, type Violation } from './observer.ts';
import { Random } from './random.ts';
import { Records } from './records.ts';
import { postsById } from './checks/aftermath.ts';
import { REST_CHECKS } from './checks/rest-checks.ts';
import { Rollout } from './rollout.ts';
import { type RunTruth, runTruths } from './run-truth.ts';
import { Timeline } from './timeline.ts';
import { Trace } from './trace.ts';
import { type ScheduleSupervision, superviseSchedules } from './schedules/supervise-schedules.ts';
import { newTruth, type Truth } from './truth.ts';
import { superviseUploads, type UploadSupervision } from './uploads/supervise-uploads.ts';
import { drawVerbFaults } from './verb-workload.ts';
import { warmUp } from './warm-up.ts';
import { type Choice, drawWorkload, isTame, type Scenario, scenarioOf } from './workload.ts';

export interface History {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly hash: string;
  readonly violations: readonly Violation[];
  readonly coverage: Coverage;
  readonly kinds: readonly (FaultKind | FurtherFaultKind)[];
  /** Lines of what happened; empty unless asked for. */
  readonly trace: readonly string[];
  /** Virtual time until all was at rest, ms. */
  readonly tookMs: number;
}

export interface HistoryOptions {
  readonly scenario?: Choice | undefined;
  readonly keepTrace?: boolean;
  /** Whether calls go through the SDK's own clients, or the short ones; drawn from the seed when not given. */
  readonly clients?: 'sdk' | 'short';
}

/** Faults by which a write may arrive later than an engine can know of. */
const LATE_FAULTS: readonly FaultKind[] = ['frozen_worker', 'lambda_timeout', 'slow_call', 'clock_skew'];

const START = Date.UTC(2026, 0, 5, 9);
const MINUTE_MS = 60_000;
/** Rest must come within this time of the last fault: a callback's whole schedule takes 75.6 h, at +20 % 91 h. */
const REST_WITHIN_MS = 7 * 86_400_000;
/** A history takes some thousands of events; one that takes so many goes round in circles. */
const MAX_EVENTS = 200_000;
/** Messages of each queue that are sent again at the end. */
const REDRIVEN = 5;

/** Runs one history from its seed: the workload under faults, calm, rest, checks; then a redrive, rest, checks. */
export async function runHistory(seed: number, options: HistoryOptions = {}): Promise<History> {
  await warmUp();
  const scenario = scenarioOf(seed, options.scenario);
  const workload = drawWorkload(seed, scenario);
  const timeline = new Timeline(workload.startAt ?? START);
  const coverage = new Coverage();
  const adversary = new Adversary(seed, coverage, faultsOf(seed, scenario));
  const further = [workload.schedules, workload.live, workload.uploads];
  const isFurther = further.some((part) => part !== undefined) || scenario === 'consumers';
  if (isFurther && !isTame(scenario)) adversary.goFurther();
  const trace = new Trace(timeline, options.keepTrace ?? false);
  const isDeployedAnew = adversary.furtherKinds().includes('new_version');
  const draws = new Random(seed, 'rollout');
  const rollout = isDeployedAnew ? new Rollout(() => timeline.now(), draws, workload.stormMs) : null;
  const elapsed = (): number => timeline.now() - (workload.startAt ?? START);
  const breakdowns = workload.letters === undefined ? null : new Breakdowns(workload.letters.breakdowns, elapsed);
  const underWay = { calls: 0 };
  const stage: Stage = { seed, timeline, adversary, coverage, trace, underWay, rollout, outage: null, breakdowns };
  const truth = newTruth();
  const observer = new Observer(stage, workload);
  const deployment = deploy(stage, workload, truth, observer, options.clients ?? clientsOf(seed));
  await deployment.write(apiKeyItems(workload.receivers.length));
  const records = new Records(observer.mirror, deployment.bucket.pages);
  observer.onBurial = watchBurials({ stage, observer, queues: deployment.queues });
  if (workload.letters !== undefined) meddleWithLetters({ stage, deployment, records, truth }, workload.letters);
  const schedules =
    workload.schedules === undefined
      ? null
      : superviseSchedules({ stage, truth, observer, deployment, records }, workload.schedules);
  const launches = workload.steps.flatMap((step) => (step.kind === 'launch' ? [step] : []));
  const consumers =
    workload.consumers === undefined
      ? null
      : superviseConsumers({ stage, truth, observer, deployment, records }, launches, workload.consumers);
  const live =
    workload.live === undefined
      ? null
      : superviseLive({ stage, truth, observer, deployment, records }, workload.live, workload.stormMs);
  const uploads =
    workload.uploads === undefined
      ? null
      : superviseUploads({ stage, truth, observer, deployment, records }, workload.uploads);
  const world: World = { stage, truth, observer, deployment, records, consumers, schedules, live, uploads };

  const steps = consumers === null ? workload.steps : workload.steps.filter(({ kind }) => kind !== 'launch');
  let left = steps.length;
  for (const step of steps) {
    timeline.after(step.at, () => {
      left -= 1;
      void takeStep(stage, deployment, truth, step);
    });
  }
  timeline.after(workload.stormMs, () => {
    trace.add('the storm is over');
    adversary.calmDown();
  });
  const { backAfterMs } = workload;
  if (backAfterMs !== undefined) {
    const workspaces = workload.receivers.flatMap((nature, workspace) => (nature === 'dead' ? [workspace] : []));
    truth.away = { workspaces, startAt: timeline.now(), backAt: timeline.now() + backAfterMs };
    timeline.after(backAfterMs, () => {
      trace.add('the receivers are back');
      deployment.turnReceivers('well');
    });
  }
  sweepEveryMinute(world);
  await comeToRest(
    world,
    () => left === 0 && adversary.isCalm && [schedules, consumers, live, uploads].every((one) => one?.isOver() ?? true),
  );
  await checkAll(world);
  if (observer.violations.length === 0) await retryBuried(world);
  if (observer.violations.length === 0) await redrive(world);
  return {
    seed,
    scenario,
    hash: trace.hash(),
    violations: observer.violations,
    coverage,
    kinds: [...adversary.kinds(), ...adversary.furtherKinds()],
    trace: trace.lines,
    tookMs: timeline.now() - START,
  };
}

/** The kinds of faults a history may have. */
function faultsOf(seed: number, scenario: Scenario): readonly FaultKind[] | 'drawn' {
  if (scenario === 'verbs') return drawVerbFaults(seed);
  if (scenario === 'letters') return drawLetterFaults(seed);
  return isTame(scenario) ? [] : 'drawn';
}

/** One history in twenty goes through the SDK's own clients, and holds the short ones against them. */
function clientsOf(seed: number): 'sdk' | 'short' {
  return seed % 20 === 0 ? 'sdk' : 'short';
}

interface World {
  readonly stage: Stage;
  readonly truth: Truth;
  readonly observer: Observer;
  readonly deployment: Deployment;
  readonly records: Records;
  /** Null: there are none in this history. */
  readonly schedules: ScheduleSupervision | null;
  /** Null: nobody is careful in this history. */
  readonly consumers: ConsumerSupervision | null;
  /** Null: nobody walks in this history. */
  readonly live: LiveSupervision | null;
  /** Null: nobody uploads in this history. */
  readonly uploads: UploadSupervision | null;
}

/** The timed rule. A minute in which nothing is due is passed over: its sweep would read ten empty partitions. */
export function sweepEveryMinute({
  stage,
  deployment,
  records,
  observer,
}: Pick<World, 'stage' | 'deployment' | 'records' | 'observer'>): void {
  const { timeline, adversary } = stage;
  const sweepOnce = (): void => {
    void deployment.sweep.invoke(TIMEOUT_MS.sweep, (handler) => handler());
  };
  let wakesAt = Infinity;
  const tick = (): void => {
    wakesAt = Infinity;
    if (records.isDue(timeline.now()) && !adversary.strikes('sweep_lost')) {
      sweepOnce();
      if (adversary.strikes('sweep_twice')) timeline.after(adversary.amount(1, 20_000), sweepOnce);
    }
    for (const { at } of records.due()) wakeFor(at);
  };
  const wakeFor = (at: number): void => {
    const minute = Math.ceil(Math.max(at, timeline.now() + 1) / MINUTE_MS) * MINUTE_MS;
    if (minute >= wakesAt) return;
    wakesAt = minute;
    timeline.after(minute - timeline.now(), () => {
      if (wakesAt === minute) tick();
    });
  };
  observer.onDue = wakeFor;
}

/** Lets time pass until nothing is under way, queued or due any more. */
async function comeToRest({ stage, deployment, records, observer }: World, isOver: () => boolean): Promise<void> {
  const { timeline } = stage;
  const deadline = timeline.now() + REST_WITHIN_MS;
  let events = 0;
  const isAtRest = (): boolean =>
    isOver() &&
    deployment.busy() === 0 &&
    stage.underWay.calls === 0 &&
    deployment.queues.all().every(({ size }) => size === 0) &&
    !records.hasDue();
  await timeline.run(() => {
    events += 1;
    return observer.violations.length > 0 || timeline.now() > deadline || events > MAX_EVENTS || isAtRest();
  });
  if (observer.violations.length > 0 || isAtRest()) return;
  const queued = deployment.queues.all().map(({ name, size }) => `${size} in ${name}`);
  const due = records.due().map(({ what }) => what);
  const message = `after ${events} events: ${deployment.busy()} invocations, ${queued.join(', ')}, due ${due.join(' ')}`;
  observer.violate('comesToRest', message);
}

function readTruths({ records, truth, observer, deployment }: World): Promise<readonly RunTruth[]> {
  return runTruths(records, truth, { failures: observer.failures, letters: deployment.queues.letters });
}

async function checkAll(world: World): Promise<void> {
  const { observer, records, truth, stage, deployment } = world;
  if (observer.violations.length > 0) return;
  const isCalm = isFaultless(stage);
  const isLate = LATE_FAULTS.some((kind) => stage.adversary.isOn(kind));
  const { traffic, letters } = deployment.queues;
  const runs = await readTruths(world);
  const isRepeated = stage.adversary.isOn('applied_but_failed') || (stage.breakdowns?.repeats ?? false);
  const aftermath = { records, truth, traffic, letters, runs, posts: postsById(truth), isCalm, isLate, isRepeated };
  for (const { name, check } of REST_CHECKS) {
    for (const message of check(aftermath)) observer.violate(name, message);
  }
  world.schedules?.check();
  world.consumers?.check({ isCalm, isLate });
  await world.live?.check({ isCalm, isLate });
  world.uploads?.check(runs, { isCalm, isLate });
}

/** Retries what failed by a burial: now that nothing is broken any more, it comes to the end it should have had. */
async function retryBuried(world: World): Promise<void> {
  const { stage, deployment, observer, truth } = world;
  const buried = buriedRuns(await readTruths(world)).map(({ control }) => control);
  if (buried.length === 0) return;
  let left = buried.length;
  for (const control of buried) {
    stage.timeline.after(1, async () => {
      const status = await retryRun(stage, deployment, truth, control);
      left -= 1;
      if (status === 200) return;
      observer.violate('buriedRunsAreRetried', `retry of ${control.uid} was answered ${status ?? 'nothing'}`);
    });
  }
  await comeToRest(world, () => left === 0);
  await checkAll(world);
  const uids = new Set(buried.map(({ uid }) => uid));
  for (const { control } of buriedRuns(await readTruths(world))) {
    if (!uids.has(control.uid)) continue;
    observer.violate('buriedRunsAreRetried', `${control.uid} was retried, and what was buried of it stays so`);
  }
}

/**
 * Sends dead letters and long handled messages again: once all is done, they change nothing, not even where receivers
 * refuse by now what they once took. Any of the letters also go to their reader again, under the ids they had.
 */
async function redrive(world: World): Promise<void> {
  const { stage, deployment, records, observer } = world;
  const { queues } = deployment;
  const random = new Random(stage.seed, 'redrive');
  const before = records.standing();
  deployment.turnReceivers(new Random(stage.seed, 'redrive receivers').pick(['well', 'dead', 'gone']));
  const letters = Array.from(queues.letters.all);
  const chosen = new Random(stage.seed, 'redrive letters');
  for (const letter of letters) {
    if (chosen.happens(0.5)) queues.redrive(letter);
    if (chosen.happens(0.5)) queues.bury({ ...letter, sentAt: stage.timeline.now() });
  }
  for (const queue of queues.all()) {
    const bodies = [...queue.history];
    for (let sent = 0; sent < REDRIVEN && bodies.length > 0; sent += 1) queue.send('redrive', random.take(bodies), 0);
  }
  await comeToRest(world, () => true);
  await checkAll(world);
  const after = records.standing();
  for (const [key, text] of after) {
    if (before.get(key) !== text)
      observer.violate('redriveChangesNothing', `${key}: ${before.get(key) ?? 'absent'} became ${text}`);
  }
}
