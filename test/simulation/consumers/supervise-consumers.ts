import type { ApiRequest } from '../api-call.ts';
import { launchOf } from '../callers.ts';
import type { Deployment } from '../deployment.ts';
import type { Stage } from '../instance.ts';
import type { Observer } from '../observer.ts';
import { after, ask, sendUntilTold } from '../persistent-caller.ts';
import type { Answered } from '../answered.ts';
import type { Records } from '../records.ts';
import type { Launched, Truth } from '../truth.ts';
import type { Step } from '../step.ts';
import { CONSUMER_CHECKS } from './consumer-checks.ts';
import type { ConsumerTruth, ReplayTruth } from './consumer-truth.ts';
import type { ConsumerPlan, ConsumerWorkload, ReplayPlan } from './consumer-workload.ts';
import { StatusWatch } from '../status-watch.ts';

interface OpenHistory {
  readonly stage: Stage;
  readonly deployment: Deployment;
  readonly observer: Observer;
  readonly records: Records;
  readonly truth: Truth;
}

/** The careful consumers of a history, from their first calls to their checks. */
export interface ConsumerSupervision {
  isOver(): boolean;
  check(facts: { readonly isCalm: boolean; readonly isLate: boolean }): void;
}

type LaunchStep = Extract<Step, { kind: 'launch' }>;

/** Sets the callers to work; each launch step is done as its plan says. */
export function superviseConsumers(
  history: OpenHistory,
  steps: readonly LaunchStep[],
  workload: ConsumerWorkload,
): ConsumerSupervision {
  const { observer, records, truth, stage } = history;
  const watch = new StatusWatch(stage, observer);
  const consumers: ConsumerTruth[] = [];
  const replays: ReplayTruth[] = [];
  let left = steps.length + workload.replays.length;
  const isDone = (): void => void (left -= 1);
  for (const step of steps) {
    const plan = workload.launches.find(({ run }) => run === step.body.name);
    if (plan === undefined) throw new Error(`There is no plan for ${step.body.name}.`);
    stage.timeline.after(step.at, () => void launch(history, consumers, step, plan).then(isDone));
  }
  for (const plan of workload.replays) {
    stage.timeline.after(plan.at, () => void replay(history, replays, plan).then(isDone));
  }
  return {
    isOver: () => left === 0,
    check(facts) {
      for (const { name, check } of CONSUMER_CHECKS) {
        const aftermath = { ...facts, consumers, replays, watch, records, truth };
        for (const message of check(aftermath)) observer.violate(name, message);
      }
    },
  };
}

async function launch(
  history: OpenHistory,
  consumers: ConsumerTruth[],
  step: LaunchStep,
  plan: ConsumerPlan,
): Promise<void> {
  const { stage, truth } = history;
  const { workspace } = step;
  const told = (name: string) => truth.launches.find(({ body }) => body.name === name && body !== step.body);
  const dependsOn = plan.dependsOn.flatMap(({ run, require }) => {
    const dependency = told(run);
    const uid = dependency?.workspace === workspace ? dependency.answer?.runUid : undefined;
    return typeof uid === 'string' ? [{ uid, require }] : [];
  });
  const now = Math.round(stage.timeline.now());
  const scheduleAt = plan.startsAfter === null ? null : now + plan.startsAfter;
  const body = {
    ...step.body,
    ...(dependsOn.length === 0 ? {} : { depends_on: dependsOn }),
    ...(scheduleAt === null ? {} : { schedule_at: new Date(scheduleAt).toISOString() }),
  };
  const key = plan.again === null ? null : `key of ${body.name}`;
  const launched: Launched = { workspace, body, answer: null };
  truth.launches.push(launched);
  const consumer: ConsumerTruth = { workspace, name: body.name, key, dependsOn, scheduleAt, answers: [] };
  consumers.push(consumer);
  const request = launchOf(workspace, body);
  const send = async (sent: ApiRequest): Promise<void> => {
    const answer = await askAs(history, key === null ? sent : { ...sent, headers: { 'idempotency-key': key } });
    if (sent !== request) return;
    consumer.answers.push(answer);
    if (launched.answer?.status === 202) return;
    const runUid = answer.body['run_uid'];
    launched.answer =
      answer.status === null
        ? launched.answer
        : { status: answer.status, runUid: typeof runUid === 'string' ? runUid : null, label: answer.label };
  };
  const other = launchOf(workspace, { ...body, deadline_seconds: 80_000 });
  await Promise.all([
    sendUntilTold(stage, consumer.answers, key !== null, () => send(request)),
    ...(plan.again ?? []).map((ms) => after(stage, ms).then(() => send(request))),
    ...(plan.otherAfter === null ? [] : [after(stage, plan.otherAfter).then(() => send(other))]),
  ]);
}

async function replay(history: OpenHistory, replays: ReplayTruth[], plan: ReplayPlan): Promise<void> {
  const { stage, truth } = history;
  const { workspace } = plan;
  const posts = truth.posts.filter((post) => post.workspace === workspace);
  const post = posts[Math.floor((plan.pick ?? 0.5) * posts.length)];
  if (post === undefined) return;
  const key = `replay ${plan.at}`;
  const callbackUid = plan.pick === null ? null : post.id;
  const runUid = post.told.run.run_uid;
  const replayed: ReplayTruth = { workspace, key, callbackUid, runUid, answers: [] };
  replays.push(replayed);
  const path =
    callbackUid === null ? `/v1/runs/${runUid}/callbacks/replay` : `/v1/runs/callbacks/${callbackUid}/replay`;
  const body = callbackUid === null && plan.statuses.length > 0 ? { status: plan.statuses } : {};
  const request: ApiRequest = { function: 'verbs', workspace, path, body, headers: { 'idempotency-key': key } };
  const send = async (): Promise<void> => void replayed.answers.push(await askAs(history, request));
  await Promise.all([
    sendUntilTold(stage, replayed.answers, true, send),
    ...plan.again.map((ms) => after(stage, ms).then(send)),
  ]);
}

async function askAs({ stage, deployment }: OpenHistory, request: ApiRequest): Promise<Answered> {
  const answer = await ask(stage, deployment, request);
  if (answer.status !== null) stage.coverage.hit(`consumer:${request.function} ${answer.status}`);
  return answer;
}
