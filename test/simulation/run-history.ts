import { Adversary } from './adversary.ts';
import { type Aim, AimedStrike } from './aim.ts';
import { badRowItems } from './bad-rows.ts';
import { watchTimers } from './watch-timers.ts';
import { Breakdowns } from './breakdowns.ts';
import { apiKeyItems, takeStep } from './callers.ts';
import { watchDeadLetters } from './checks/dead-letter-watch.ts';
import { checkAll } from './checks/check-all.ts';
import { redrive, retryFailedByDeadLetter } from './come-again.ts';
import { superviseConsumers } from './consumers/supervise-consumers.ts';
import { Coverage } from './coverage.ts';
import { drawCrowdFaults } from './crowd-workload.ts';
import { superviseDeletions } from './deletions/supervise-deletions.ts';
import { deploy } from './deployment.ts';
import type { FaultKind, FurtherFaultKind } from './fault-kinds.ts';
import type { Stage } from './instance.ts';
import { drawLetterFaults } from './dead-letter-workload.ts';
import { superviseLive } from './live/supervise-live.ts';
import { superviseNotifications } from './notifications/supervise-notifications.ts';
import { Observer, type Violation } from './observer.ts';
import { Onlookers } from './onlookers.ts';
import { SeededRandom } from './random.ts';
import { Records } from './records.ts';
import { comeToRest, sweepEveryMinute } from './rest.ts';
import { Rollout } from './rollout.ts';
import { type Choice, isTame, type Scenario, scenarioOf } from './scenarios.ts';
import { superviseSchedules } from './schedules/supervise-schedules.ts';
import { meddleWithLetters } from './supervise-dead-letters.ts';
import { Timeline } from './timeline.ts';
import { Trace } from './trace.ts';
import { newTruth } from './truth.ts';
import { superviseUploads } from './uploads/supervise-uploads.ts';
import { checkUsage, sumWhileAtWork } from './usage/supervise-usage.ts';
import { drawVerbFaults } from './verb-workload.ts';
import { warmUp } from './warm-up.ts';
import { drawWorkload, workersOf } from './workload.ts';
import type { OpenHistory } from './history.ts';

export interface History {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly hash: string;
  readonly violations: readonly Violation[];
  readonly coverage: Coverage;
  readonly kinds: readonly (FaultKind | FurtherFaultKind)[];
  readonly clients: Clients;
  /** Lines of what happened; empty unless asked for. */
  readonly trace: readonly string[];
  /** Virtual time until all was at rest, ms. */
  readonly tookMs: number;
}

export interface HistoryOptions {
  readonly scenario?: Choice | undefined;
  readonly keepTrace?: boolean;
  /** What is to strike where, besides what the seed has in store. */
  readonly aim?: Aim | undefined;
  /** Drawn from the seed when not given. */
  readonly clients?: Clients;
}

/** Whether calls go through the SDK's own clients, or the short ones. */
type Clients = 'sdk' | 'short';

const START = Date.UTC(2026, 0, 5, 9);

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
  if (options.aim !== undefined && 'fault' in options.aim) adversary.turnOn(options.aim.fault);
  const trace = new Trace(timeline, options.keepTrace ?? false);
  const isDeployedAnew = adversary.furtherKinds().includes('new_version');
  const draws = new SeededRandom(seed, 'rollout');
  const rollout = isDeployedAnew ? new Rollout(() => timeline.now(), draws, workload.stormMs) : null;
  const elapsed = (): number => timeline.now() - (workload.startAt ?? START);
  const { letters } = workload;
  const breakdowns = letters === undefined || isTame(scenario) ? null : new Breakdowns(letters.breakdowns, elapsed);
  const underWay = { calls: 0 };
  const aimed = options.aim === undefined || 'fault' in options.aim ? null : new AimedStrike(options.aim);
  const parts = {
    seed,
    timeline,
    adversary,
    coverage,
    trace,
    underWay,
    leftBehind: [],
    quotaRefusals: [],
    staleWrites: [],
    rollout,
    breakdowns,
    aimed,
  };
  const stage: Stage = { ...parts, outage: null };
  const truth = newTruth();
  const observer = new Observer(stage, { ...workload, workers: workersOf(seed, workload) });
  const clients = options.clients ?? clientsOf(seed);
  const deployment = deploy(stage, workload, truth, observer, clients);
  await deployment.write(apiKeyItems(workload.receivers.length));
  const records = new Records(observer.mirror, deployment.bucket.pages);
  observer.onDeadLetterOutcome = watchDeadLetters({ stage, observer, queues: deployment.queues });
  if (letters !== undefined) meddleWithLetters({ stage, deployment, records, truth }, letters);
  if (workload.badRows !== undefined) {
    await deployment.write(badRowItems(workload.badRows, timeline.now()));
    watchTimers({ stage, observer });
  }
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
  const deletions =
    workload.deletions === undefined
      ? null
      : superviseDeletions({ stage, truth, observer, deployment, records }, workload.deletions);
  const notifications =
    workload.notifications === undefined
      ? null
      : superviseNotifications({ stage, truth, observer, deployment, records }, workload.notifications);
  const supervised = { consumers, schedules, live, uploads, deletions, notifications };
  const history: OpenHistory = { stage, truth, observer, deployment, records, ...supervised };

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
  if (workload.usesSecrets === true) truth.secrets = [];
  truth.hanging = workload.hanging ?? null;
  const { awayAfterMs = 0, backAfterMs } = workload;
  if (backAfterMs !== undefined) {
    const workspaces = workload.receivers.flatMap((nature, workspace) => (nature === 'dead' ? [workspace] : []));
    truth.away = { workspaces, startAt: timeline.now() + awayAfterMs, backAt: timeline.now() + backAfterMs };
    if (awayAfterMs > 0) {
      deployment.turnReceivers('well');
      timeline.after(awayAfterMs, () => {
        trace.add('the receivers are away');
        deployment.turnReceivers('as drawn');
      });
    }
    timeline.after(backAfterMs, () => {
      trace.add('the receivers are back');
      deployment.turnReceivers('well');
    });
  }
  if (workload.usage !== undefined) sumWhileAtWork(history, workload.usage, workload.receivers.length);
  const onlookers = new Onlookers(history, workload.receivers.length);
  onlookers.lookDuring(workload.stormMs);
  sweepEveryMinute(history);
  await comeToRest(
    history,
    () => left === 0 && adversary.isCalm && Object.values(supervised).every((one) => one?.isOver() ?? true),
  );
  await checkAll(history);
  if (observer.violations.length === 0) await lookOn(history, () => onlookers.compareSent());
  if (observer.violations.length === 0) await retryFailedByDeadLetter(history);
  if (observer.violations.length === 0) await redrive(history);
  if (observer.violations.length === 0) await lookOn(history, () => onlookers.lookAtTheEnd());
  if (observer.violations.length === 0) await checkUsage(history, onlookers, workload);
  return {
    seed,
    scenario,
    hash: trace.hash(),
    violations: observer.violations,
    coverage,
    kinds: [...adversary.kinds(), ...adversary.furtherKinds()],
    clients,
    trace: trace.lines,
    tookMs: timeline.now() - START,
  };
}

async function lookOn(history: OpenHistory, look: () => Promise<void>): Promise<void> {
  const looking = { isOver: false };
  history.stage.timeline.after(1, () => void look().then(() => (looking.isOver = true)));
  await comeToRest(history, () => looking.isOver);
}

/** The kinds of faults a history may have. */
function faultsOf(seed: number, scenario: Scenario): readonly FaultKind[] | 'drawn' {
  // Of bulks one half, for that many checks excuse what comes late.
  if (scenario === 'verbs' || (scenario === 'bulk' && seed % 2 === 0)) return drawVerbFaults(seed);
  if (scenario === 'crowd') return drawCrowdFaults(seed);
  if (scenario === 'letters') return drawLetterFaults(seed);
  return isTame(scenario) ? [] : 'drawn';
}

/** One history in forty goes through the SDK's own clients, and holds the short ones against them. */
function clientsOf(seed: number): Clients {
  return seed % 40 === 0 ? 'sdk' : 'short';
}
