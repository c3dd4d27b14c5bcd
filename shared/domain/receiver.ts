import { PROBE_MS } from './timing.ts';
import { hash } from 'node:crypto';

/**
 * How a receiver fares that has failed of late, or a host of receivers; a receiver that never did, or answered since, has
 * no record, a host none while no receiver on it has.
 */
export interface Receiver {
  /** Attempts in a row that failed, of whichever callbacks; of a host, those that got no answer. */
  readonly failures: number;
  /** Of a host: how many of its paths gave no answer since one of them answered. */
  readonly silentPaths: number;
  /** From when on it is away: all but a probe now and then are held back (epoch ms). Null: it is not. */
  readonly awaySince: number | null;
  /** When the next probe may be posted (epoch ms); says nothing while it is not away. */
  readonly probeAt: number;
}

/** What a receiver answered, as far as it says whether it is there. */
type Answer = { readonly kind: 'answered'; readonly status: number } | { readonly kind: 'failed' };

/** So many failed attempts in a row make a receiver away. */
const FAILURES_IN_A_ROW = 5;
/** So many paths that all hang make their host away. Fewer say nothing of the others, and each is away by itself soon. */
const SILENT_PATHS = 3;
/**
 * Names a receiver: a workspace's URL without its query, by which one receiver is often told what a callback is about.
 * Others on the same host are others: who shares a host with a dead one need not be dead.
 */
export function receiverUid(workspaceUid: string, callbackUrl: string): string {
  const { origin, pathname } = new URL(callbackUrl);
  return `${workspaceUid}:${hash('sha256', `${origin}${pathname}`, 'base64url')}`;
}

/** Names the host of a workspace's receivers: an origin. */
export function hostUid(workspaceUid: string, callbackUrl: string): string {
  return `${workspaceUid}:${hash('sha256', new URL(callbackUrl).origin, 'base64url')}`;
}

/** Whether a receiver that failed once more is away from now on; of a host, where so many of its paths hang. */
export function becomesAway({ failures, silentPaths, awaySince }: Receiver, kind: 'receiver' | 'host'): boolean {
  if (awaySince !== null || failures < FAILURES_IN_A_ROW) return false;
  return kind === 'receiver' || silentPaths >= SILENT_PATHS;
}

/**
 * Whether an answer says that the receiver is away or overrun: none, 5xx, 408, 429. Others of its refusals say that it is
 * there, and follow each callback's own schedule.
 */
export function isAbsence(answer: Answer): boolean {
  return answer.kind === 'failed' || answer.status >= 500 || answer.status === 408 || answer.status === 429;
}

/** What may be done with an attempt that is due: posted, posted as the probe if none other is, or held. */
export function attemptAt(receiver: Receiver | null, now: number): 'post' | 'probe' | 'hold' {
  if (receiver === null || receiver.awaySince === null) return 'post';
  return now >= receiver.probeAt ? 'probe' : 'hold';
}

/** How long from one probe to the next: a quarter of the time it has been away, from 1 to 5 minutes. */
export function probeDelayMs(awaySince: number, now: number): number {
  return Math.min(PROBE_MS.most, Math.max(PROBE_MS.least, Math.round((now - awaySince) / 4)));
}
