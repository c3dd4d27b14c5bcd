import { bodyOf, callApi } from '../api-call.ts';
import type { Deployment } from '../deployment.ts';
import type { Stage } from '../instance.ts';
import type { Truth } from '../truth.ts';
import type { InputScript } from '../launch-body.ts';
import type { LiveAnswer, LiveBody, LiveCall, LiveTruth } from './live-truth.ts';
import type { LivePlan } from './live-workload.ts';

export interface OpenLiveHistory {
  readonly stage: Stage;
  readonly deployment: Deployment;
  readonly truth: Truth;
  readonly live: LiveTruth;
}

/** What a walk sends each time, for the page a link leads to. */
export interface Asking {
  readonly history: OpenLiveHistory;
  readonly plan: LivePlan;
  readonly call: LiveCall;
  readonly url: URL;
  /** Which of its two bodies the walk goes by: links are bound to one. */
  readonly mind: Mind;
}

export type Mind = 'first' | 'second';

interface Sending {
  readonly sent: LiveBody;
  readonly wait: number | null;
  readonly killedAfter?: number | null;
}

/** Sends it once, and keeps what its caller was told. */
export async function sendLive({ history, plan, call, url, mind }: Asking, sending: Sending): Promise<LiveAnswer> {
  const { stage, deployment } = history;
  const { sent, wait, killedAfter = null } = sending;
  const sentAt = stage.timeline.now();
  const response = await callApi(stage, deployment, {
    function: 'live',
    workspace: plan.workspace,
    path: url.pathname,
    query: url.search.slice(1),
    headers: {
      ...(wait === null ? {} : { prefer: `wait=${wait}` }),
      ...(call.key === null ? {} : { 'idempotency-key': call.key }),
    },
    body: bodySent(plan.script, sent, mind),
    killedAfter,
  });
  const told = response === null ? NOTHING : toldBy(response);
  const answer: LiveAnswer = { ...told, sent, wait, sentAt, at: stage.timeline.now() };
  call.answers.push(answer);
  stage.coverage.hit(nameOf(answer));
  return answer;
}

/** By the way it was asked, whether it was told again, and what it says. */
function nameOf({ wait, status, label, isReplayed }: LiveAnswer): string {
  const words = [status ?? 'none', ...(label === null ? [] : [label]), ...(isReplayed ? ['again'] : [])];
  return `live:${wait === null ? 'inline' : 'waited'} ${words.join(' ')}`;
}

type Told = Omit<LiveAnswer, 'sent' | 'wait' | 'sentAt' | 'at'>;

const NOTHING: Told = {
  status: null,
  label: null,
  runUid: null,
  body: null,
  next: null,
  isReplayed: false,
  applied: null,
};

function toldBy(response: NonNullable<Awaited<ReturnType<typeof callApi>>>): Told {
  const headers = new Map(Object.entries(response.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const header = (name: string): string | null => (headers.has(name) ? String(headers.get(name)) : null);
  const body = bodyOf(response);
  return {
    status: response.statusCode ?? 0,
    label: typeof body['error_label'] === 'string' ? body['error_label'] : null,
    runUid: header('x-run-uid'),
    body,
    next: header('x-pagination-next'),
    isReplayed: header('idempotency-replayed') === 'true',
    applied: header('preference-applied'),
  };
}

function bodySent(script: InputScript, sent: LiveBody, mind: Mind): object {
  if (sent === 'refused') return { input: { key: script.key } };
  return bodyIn(script, sent === 'own' ? mind : otherOf(mind));
}

/** The body as it is in either mind; the action sees no difference. */
export function bodyIn(script: InputScript, mind: Mind): object {
  return { input: mind === 'first' ? script : { ...script, custom_data: { mine: 'another' } } };
}

export function otherOf(mind: Mind): Mind {
  return mind === 'first' ? 'second' : 'first';
}
