import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type ApiRequest, bodyOf, callApi } from '../api-call.ts';
import type { Deployment } from '../deployment.ts';
import type { Stage } from '../instance.ts';
import type { Act, ScheduleBody, ScheduleTruth } from './schedule-truth.ts';
import type { SchedulePlan } from './schedule-workload.ts';

/** A call that was cut off may still take effect this long: the function's time, and calls in flight as it was killed. */
const AFTER_EFFECTS_MS = 180_000;
const TRIGGERS_SENT = 3;

/** One caller with one schedule: makes it, does what was planned, one thing after the other, and deletes it in the end. */
export class ScheduleCaller {
  readonly truth: ScheduleTruth;
  /** Everything was done. */
  isDone = false;
  readonly #stage: Stage;
  readonly #deployment: Deployment;
  readonly #plan: SchedulePlan;

  constructor(stage: Stage, deployment: Deployment, plan: SchedulePlan) {
    this.#stage = stage;
    this.#deployment = deployment;
    this.#plan = plan;
    this.truth = { workspace: plan.workspace, name: plan.body.name, uid: null, acts: [] };
  }

  /** `endAt`: when to delete it (epoch ms). */
  async live(endAt: number): Promise<void> {
    const { timeline } = this.#stage;
    const begun = timeline.now();
    await this.#until(begun + this.#plan.at);
    await this.#launch();
    for (const { at, what, body } of this.truth.uid === null ? [] : this.#plan.acts) {
      await this.#until(begun + at);
      await this.#act(what, body);
    }
    await this.#until(endAt);
    while (this.truth.uid !== null) {
      const { outcome } = await this.#act('cancel', {});
      if (outcome !== 'unknown') break;
    }
    this.isDone = true;
  }

  /** A careful consumer sends its key again until it is told. */
  async #launch(): Promise<void> {
    const { body } = this.#plan;
    const key = this.truth.name;
    for (;;) {
      const act = await this.#send(
        'launch',
        body,
        { method: 'POST', path: '/v1/actions/scripted/run/schedule', body },
        key,
      );
      const uid = act.told?.['scheduled_run_uid'];
      if (act.outcome === 'done' && typeof uid === 'string') this.truth.uid = uid;
      // A 409 says that the first call is still at work.
      if (act.outcome === 'done' || (act.outcome === 'refused' && act.status !== 409)) return;
    }
  }

  async #act(what: Act['what'], body: ScheduleBody): Promise<Act> {
    const path = `/v1/schedules/${this.truth.uid ?? ''}`;
    if (what === 'patch') return this.#send(what, body, { method: 'PATCH', path, body });
    const request = { method: 'POST', path: `${path}/${what}`, body } as const;
    if (what !== 'trigger') return this.#send(what, body, request);
    // Sent again under its key, a few times, while nothing is told.
    const key = `${this.truth.name} ${this.truth.acts.length}`;
    let act = await this.#send(what, body, request, key);
    for (let again = 1; again < TRIGGERS_SENT && act.outcome === 'unknown'; again += 1) {
      act = await this.#send(what, body, request, key);
    }
    return act;
  }

  /** Makes a call, keeps what came of it, and waits until it can have no effect any more. */
  async #send(
    what: Act['what'],
    body: ScheduleBody,
    request: Omit<ApiRequest, 'function' | 'workspace' | 'headers'>,
    key: string | null = null,
  ): Promise<Act> {
    const { timeline, coverage } = this.#stage;
    const sentAt = timeline.now();
    const { workspace } = this.truth;
    const headers = key === null ? {} : { 'idempotency-key': key };
    const sent = { function: 'schedules', workspace, headers, ...request } as const;
    const answer = await callApi(this.#stage, this.#deployment, sent);
    const status = answer?.statusCode ?? null;
    const outcome = outcomeOf(status);
    if (outcome === 'unknown') await this.#until(sentAt + AFTER_EFFECTS_MS);
    const told = answer === null ? null : toldBy(answer);
    const act: Act = { what, body, key, sentAt, endedAt: timeline.now(), outcome, told, status };
    this.truth.acts.push(act);
    coverage.hit(`schedule:${what} ${status ?? 'untold'}`);
    return act;
  }

  async #until(at: number): Promise<void> {
    const { timeline } = this.#stage;
    if (timeline.now() < at) await new Promise<void>((resolve) => timeline.after(at - timeline.now(), resolve));
  }
}

function outcomeOf(status: number | null): Act['outcome'] {
  if (status === null || status >= 500 || status === 429) return 'unknown';
  return status < 300 ? 'done' : 'refused';
}

function toldBy(answer: APIGatewayProxyStructuredResultV2): Readonly<Record<string, unknown>> {
  return bodyOf(answer);
}
