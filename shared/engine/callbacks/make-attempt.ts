import { CLAIM_LEASE_MS, QUICK_ATTEMPT_MS } from '../../domain/timing.ts';
import { hostUid } from '../../domain/receiver.ts';
import type { CallbackAnswer } from '../ports.ts';
import { CUT } from '../share.ts';
import { buildBody } from './build-body.ts';
import type { DeliveryInHand, DeliveryPorts } from './delivery.ts';
import { type PostTurn, takeProbe } from './hold-callback.ts';
import type { PostOutcome } from './receiver-error.ts';
import type { AnswerSpeed } from './hosts.ts';

/** A post that was made: when it began (epoch ms), how long it took (null: not known), and what came of it. */
export interface MadePost<Answer extends PostOutcome = CallbackAnswer> {
  readonly at: number;
  readonly durationMs: number | null;
  readonly answer: Answer;
}

type Made =
  | ({ readonly kind: 'answered' } & MadePost)
  | { readonly kind: 'not due' }
  | { readonly kind: 'deferred'; readonly cut: MadePost | null }
  | { readonly kind: 'held'; readonly uid: string };

/**
 * Makes the attempt, limited in number per host and by its workspace's share of the senders. An attempt that is known
 * to be slow or to fail needs a seat before it is claimed. So only a first attempt, which has no claim, can be cut.
 */
export async function makeAttempt(
  ports: DeliveryPorts,
  delivery: DeliveryInHand,
  turn: Exclude<PostTurn, { kind: 'hold' }>,
): Promise<Made> {
  const { message, target } = delivery;
  const { callback, workspaceUid } = target;
  const host = hostUid(workspaceUid, callback.url);
  if (!(await ports.hosts.enter(host))) return { kind: 'deferred', cut: null };
  const isKnown = message.attempt > 0 || message.slow === true || turn.kind === 'probe' || ports.hosts.isSlow(host);
  const isSlow = isKnown || (ports.senders.isSpent(workspaceUid) && !ports.hosts.isQuick(host));
  let speed: AnswerSpeed | null = null;
  let cut: MadePost | null = null;
  try {
    const worked = await ports.senders.within<Made>(workspaceUid, isSlow, async (signal) => {
      if (turn.kind === 'probe' && !(await takeProbe(ports, turn))) return { kind: 'held', uid: turn.uid };
      if (!(await claim(ports, delivery))) return { kind: 'not due' };
      const body = await buildBody(ports, delivery);
      if (body === null) return { kind: 'not due' };
      const at = ports.clock.now();
      const answer = await post(ports, delivery, body, signal);
      const durationMs = Math.max(0, ports.clock.now() - at);
      speed = durationMs < QUICK_ATTEMPT_MS ? 'quick' : answer.kind === 'failed' ? 'silent' : 'slow';
      const made = { at, durationMs, answer };
      if (answer.kind === 'answered' || !signal.aborted) return { kind: 'answered', ...made };
      cut = made;
      return CUT;
    });
    return worked.kind === 'done' ? worked.result : { kind: 'deferred', cut };
  } finally {
    ports.hosts.leave(host, speed);
  }
}

/** Spends the attempt without sending anything. Null: another made it. */
export async function refuseAttempt(
  ports: DeliveryPorts,
  delivery: DeliveryInHand,
  message: string,
): Promise<MadePost<PostOutcome> | null> {
  if (!(await claim(ports, delivery))) return null;
  return { at: ports.clock.now(), durationMs: null, answer: { kind: 'refused', message } };
}

/** Claims the attempt, so that nobody else makes it. False: another has it. A first attempt needs no claim. */
async function claim(ports: DeliveryPorts, { message, receipt, record }: DeliveryInHand): Promise<boolean> {
  if (record === null || message.attempt === 0) return true;
  return ports.callbacks.updateRecord(
    record.uid,
    { status: 'PENDING', retryCount: message.attempt - 1 },
    {
      status: 'RUNNING',
      retryCount: message.attempt,
      by: receipt.by,
      heldSince: null,
      deferredAt: null,
      nextAttemptAt: ports.clock.now() + CLAIM_LEASE_MS,
    },
  );
}

async function post(
  ports: DeliveryPorts,
  { record, message, target }: DeliveryInHand,
  body: string,
  signal: AbortSignal,
): Promise<CallbackAnswer> {
  const { callback, workspaceUid } = target;
  const refUid = record?.refUid ?? message.uid;
  const caller =
    callback.sealedHeaders === null
      ? {}
      : await ports.secrets.unsealHeaders(callback.sealedFor, callback.sealedHeaders);
  const signature = await ports.secrets.signatureHeaders(workspaceUid, refUid, ports.clock.now(), body);
  const headers = { ...caller, 'content-type': 'application/json', ...signature };
  return ports.sender.post({ url: callback.url, workspaceUid, headers, body, signal });
}
