import { Adversary } from './adversary.ts';
import { apiKeyItems, takeStep } from './callers.ts';
import { type ConsumerSupervision, superviseConsumers } from './consumers/supervise-consumers.ts';
import { Coverage } from './coverage.ts';
import { deploy, type Deployment } from './deployment.ts';
import type { FaultKind, FurtherFaultKind } from './fault-kinds.ts';
import { type Stage, TIMEOUT_MS } from './instance.ts';
import { Observer, type Violation } from './observer.ts';
import { Random } from './random.ts';
import { Records } from './records.ts';
import { postsById } from './checks/aftermath.ts';
import { REST_CHECKS } from './checks/rest-checks.ts';
import { Rollout } from './rollout.ts';
import { runTruths } from './run-truth.ts';
import { Timeline } from './timeline.ts';
import { Trace } from './trace.ts';
import { type ScheduleSupervision, superviseSchedules } from './schedules/supervise-schedules.ts';
import { newTruth, type Truth } from './truth.ts';
import { superviseUploads, type UploadSupervision } from './uploads/supervise-uploads.ts';
import { drawVerbFaults } from './verb-workload.ts';
import { warmUp } from './warm-up.ts';
import { drawWorkload, isTame, type Scenario, scenarioOf } from './workload.ts';

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
  readonly scenario?: Scenario | undefined;
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
  const scenario = options.scenario ?? scenarioOf(seed);
  const workload = drawWorkload(seed, scenario);
  const timeline = new Timeline(workload.startAt ?? START);
  const coverage = new Coverage();
  const adversary = new Adversary(seed, coverage, faultsOf(seed, scenario));
  const isFurther =
    workload.schedules !== undefined || workload.consumers !== undefined || workload.uploads !== undefined;
  if (isFurther && !isTame(scenario)) adversary.goFurther();
  const trace = new Trace(timeline, options.keepTrace ?? false);
  const isDeployedAnew = adversary.furtherKinds().includes('new_version');
  const draws = new Random(seed, 'rollout');
  const rollout = isDeployedAnew ? new Rollout(() => timeline.now(), draws, workload.stormMs) : null;
  const stage: Stage = { seed, timeline, adversary, coverage, trace, underWay: { calls: 0 }, rollout, outage: null };
  const truth = newTruth();
  const observer = new Observer(stage, workload);
  const deployment = deploy(stage, workload, truth, observer, options.clients ?? clientsOf(seed));
  await deployment.write(apiKeyItems(workload.receivers.length));
  const records = new Records(observer.mirror, deployment.bucket.pages);
  const schedules =
    workload.schedules === undefined
      ? null
      : superviseSchedules({ stage, truth, observer, deployment, records }, workload.schedules);
  const launches = workload.steps.flatMap((step) => (step.kind === 'launch' ? [step] : []));
  const consumers =
    workload.consumers === undefined
      ? null
      : superviseConsumers({ stage, truth, observer, deployment, records }, launches, workload.consumers);
  const uploads =
    workload.uploads === undefined
      ? null
      : superviseUploads({ stage, truth, observer, deployment, records }, workload.uploads);
  const world: World = { stage, truth, observer, deployment, records, consumers, schedules, uploads };

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
    () => left === 0 && adversary.isCalm && [schedules, consumers, uploads].every((one) => one?.isOver() ?? true),
  );
  await checkAll(world);
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

async function checkAll(world: World): Promise<void> {
  const { observer, records, truth, stage, deployment } = world;
  if (observer.violations.length > 0) return;
  const isCalm = stage.adversary.kinds().length + stage.adversary.furtherKinds().length === 0;
  const isLate = LATE_FAULTS.some((kind) => stage.adversary.isOn(kind));
  const runs = await runTruths(records, truth, observer.failures);
  const isRepeated = stage.adversary.isOn('applied_but_failed');
  const { traffic } = deployment.queues;
  const aftermath = { records, truth, traffic, runs, posts: postsById(truth), isCalm, isLate, isRepeated };
  for (const { name, check } of REST_CHECKS) {
    for (const message of check(aftermath)) observer.violate(name, message);
  }
  world.schedules?.check();
  world.consumers?.check({ isCalm, isLate });
  world.uploads?.check(runs, { isCalm, isLate });
}

/**
 * Sends dead letters and long handled messages again: once all is done, they change nothing, not even where receivers
 * refuse by now what they once took.
 */
async function redrive(world: World): Promise<void> {
  const { stage, deployment, records, observer } = world;
  const random = new Random(stage.seed, 'redrive');
  const before = records.standing();
  deployment.turnReceivers(new Random(stage.seed, 'redrive receivers').pick(['well', 'dead', 'gone']));
  for (const queue of deployment.queues.all()) {
    const bodies = [...queue.dead.map(({ body }) => body), ...queue.history];
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
