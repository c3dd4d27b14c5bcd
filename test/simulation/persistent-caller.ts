import type { Answered } from './answered.ts';
import { type ApiRequest, bodyOf, callApi } from './api-call.ts';
import type { Deployment } from './deployment.ts';
import type { Stage } from './instance.ts';

/** A caller who sends its request again until it is told does so this often. */
const AGAIN_MS = 40_000;

export async function ask(stage: Stage, deployment: Deployment, request: ApiRequest): Promise<Answered> {
  const answer = await callApi(stage, deployment, request);
  if (answer === null) return { status: null, label: null, body: {} };
  const body = bodyOf(answer);
  const label = body['error_label'];
  return { status: answer.statusCode ?? 0, label: typeof label === 'string' ? label : null, body };
}

/** With a key it is sent until one of the answers is neither a failure of ours nor that the first is still at work. */
export async function sendUntilTold(
  stage: Stage,
  answers: readonly Answered[],
  hasKey: boolean,
  send: () => Promise<void>,
): Promise<void> {
  await send();
  if (!hasKey) return;
  while (!answers.some(isTold)) {
    await after(stage, AGAIN_MS);
    await send();
  }
}

function isTold(answer: Answered): boolean {
  return !isOurFault(answer) && answer.label !== 'IDEMPOTENCY_IN_FLIGHT';
}

/** Whether it says nothing of the request itself. A container that dies takes its lot of the rate limit with it. */
export function isOurFault({ status }: Pick<Answered, 'status'>): boolean {
  return status === null || status >= 500 || status === 429;
}

export function after({ timeline }: Stage, ms: number): Promise<void> {
  return new Promise((resolve) => timeline.after(ms, resolve));
}
