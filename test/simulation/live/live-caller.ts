import { callBinding } from '../../../shared/api/cursor.ts';
import { livePathOf, workspaceUid } from '../callers.ts';
import type { Stage } from '../instance.ts';
import { PACED_ACTION } from '../upstream.ts';
import { isPaceRefusal, type LiveAnswer, type LiveBody, type LiveCall } from './live-truth.ts';
import type { CallPlan, LivePlan } from './live-workload.ts';
import { readEnd } from './read-end.ts';
import { type Asking, bodyIn, type OpenLiveHistory, type Mind, otherOf, sendLive } from './send-live.ts';

const BASE = 'https://api.example.com';
/** A caller that is told nothing asks again after this time at most, ms. */
const AGAIN_AT_MOST_MS = 40_000;
/** Without a key, or refused for the pace, it is asked for so often. */
const PATIENCE = 4;

/** Walks through the pages of a script: asks for one until it is told, then follows the link. */
export async function walkLive(history: OpenLiveHistory, plan: LivePlan): Promise<void> {
  const { workspace, isPaced, script, isKeyed } = plan;
  const path = livePathOf(isPaced ? PACED_ACTION : 'scripted');
  for (const mind of ['first', 'second'] as const) {
    history.truth.walked.set(callBinding(workspaceUid(workspace), path, bodyIn(script, mind)), script);
  }
  let url = new URL(path, BASE);
  let from: LiveCall['from'] = null;
  let mind: Mind = 'first';
  for (const [page, callPlan] of plan.calls.entries()) {
    const key = isKeyed ? `${script.key} page ${page}` : null;
    const call: LiveCall = { workspace, isPaced, script, page, key, from, answers: [], ended: null };
    history.live.calls.push(call);
    const answer = await askFor({ history, plan, call, url, mind }, callPlan);
    if (answer.status === 202 && answer.runUid !== null) call.ended = await readEnd(history, workspace, answer.runUid);
    const next: string | null = answer.status === 202 ? (call.ended?.next ?? null) : answer.next;
    if (next === null) return;
    url = new URL(next);
    if (answer.sent === 'other') mind = otherOf(mind);
    from = { call, answer };
  }
}

/** All that is sent for one page; the answer that the walk goes by. */
async function askFor(asking: Asking, callPlan: CallPlan): Promise<LiveAnswer> {
  const { stage } = asking.history;
  const { again, otherAfter, wait, isRefusedFirst } = callPlan;
  if (isRefusedFirst) await sendLive(asking, { sent: 'refused', wait });
  const [answer] = await Promise.all([
    sendUntilTold(asking, callPlan),
    ...again.map((one) => after(stage, one.after).then(() => sendLive(asking, { sent: 'own', wait: one.wait }))),
    ...(otherAfter === null ? [] : [after(stage, otherAfter).then(() => sendLive(asking, { sent: 'other', wait }))]),
  ]);
  return answer;
}

async function sendUntilTold(asking: Asking, { wait, comesBackAfter, killedAfter }: CallPlan): Promise<LiveAnswer> {
  const { history, plan, call } = asking;
  let sent: LiveBody = 'own';
  let answer = await sendLive(asking, { sent, wait, killedAfter });
  let refusals = 0;
  for (let turn = 1; !isTold(answer); turn += 1) {
    if (isPaceRefusal(answer)) {
      refusals += 1;
      if (plan.changesMind && call.page === 0) sent = 'other'; // of a link another body would be refused
    }
    if (refusals === PATIENCE || (call.key === null && turn === PATIENCE)) break;
    await after(history.stage, Math.min(AGAIN_AT_MOST_MS, comesBackAfter * 1.5 ** turn));
    answer = await sendLive(asking, { sent, wait });
  }
  return answer;
}

function isTold(answer: LiveAnswer): boolean {
  const { status, label } = answer;
  return status !== null && status < 500 && label !== 'IDEMPOTENCY_IN_FLIGHT' && !isPaceRefusal(answer);
}

function after({ timeline }: Stage, ms: number): Promise<void> {
  return new Promise((resolve) => timeline.after(ms, resolve));
}
