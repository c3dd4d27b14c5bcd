import { PROBE_MS } from './timing.ts';
import { hash } from 'node:crypto';

/**
 * The state of a receiver that failed recently, or of a host of receivers. A receiver that never failed, or has
 * answered since, has no record; a host has none while no receiver on it has one.
 */
export interface Receiver {
  /** Failed attempts in a row, of any callbacks; for a host, attempts without an answer. */
  readonly failures: number;
  /** For a host: how many of its paths gave no answer since one of them answered. */
  readonly silentPaths: number;
  /** Since when it is away, epoch ms: only occasional probes are posted, other callbacks wait. Null: it is not away. */
  readonly awaySince: number | null;
  /** When its record began, with a first failure (epoch ms): it tells one absence from the next. Null: not known. */
  readonly failingSince: number | null;
  /** When the next probe may be posted (epoch ms); without meaning while it is not away. */
  readonly probeAt: number;
}

/** A receiver's answer, as far as it shows whether the receiver is there. */
type Answer = { readonly kind: 'answered'; readonly status: number } | { readonly kind: 'failed' };

/** A receiver is away after this many failed attempts in a row. */
const FAILURES_IN_A_ROW = 5;
/** A host is away when this many of its paths do not answer. Fewer say nothing about the other paths. */
const SILENT_PATHS = 3;
/**
 * The uid of a receiver: its workspace and its URL without the query, which callers use to tell one receiver what a
 * callback is about. Other paths on the same host are other receivers: one may work while another is dead.
 */
export function receiverUid(workspaceUid: string, callbackUrl: string): string {
  return `${workspaceUid}:${hash('sha256', receiverUrl(callbackUrl), 'base64url')}`;
}

/** The URL by which a receiver is known. */
export function receiverUrl(callbackUrl: string): string {
  const { origin, pathname } = new URL(callbackUrl);
  return `${origin}${pathname}`;
}

/** The URL by which a host of receivers is known. */
export function hostUrl(callbackUrl: string): string {
  return new URL(callbackUrl).origin;
}

/** The uid of a host of a workspace's receivers: its workspace and the URL's origin. */
export function hostUid(workspaceUid: string, callbackUrl: string): string {
  return `${workspaceUid}:${hash('sha256', hostUrl(callbackUrl), 'base64url')}`;
}

/** Whether a receiver or host that failed once more is away from now on. A host must have several silent paths. */
export function becomesAway({ failures, silentPaths, awaySince }: Receiver, kind: 'receiver' | 'host'): boolean {
  if (awaySince !== null || failures < FAILURES_IN_A_ROW) return false;
  return kind === 'receiver' || silentPaths >= SILENT_PATHS;
}

/**
 * Whether an answer shows that the receiver is away or overloaded: no answer, 5xx, 408 or 429. Any other refusal shows
 * that it is there; the callback follows its own schedule of attempts.
 */
export function isAbsence(answer: Answer): boolean {
  return answer.kind === 'failed' || answer.status >= 500 || answer.status === 408 || answer.status === 429;
}

/** What happens to an attempt that is due: `post`, `probe` (post it if no other is the probe), or `hold` (it waits). */
export function attemptAt(receiver: Receiver | null, now: number): 'post' | 'probe' | 'hold' {
  if (receiver === null || receiver.awaySince === null) return 'post';
  return now >= receiver.probeAt ? 'probe' : 'hold';
}

/** The time from one probe to the next, ms: a quarter of the time that it has been away, from 1 to 5 minutes. */
export function probeDelayMs(awaySince: number, now: number): number {
  return Math.min(PROBE_MS.most, Math.max(PROBE_MS.least, Math.round((now - awaySince) / 4)));
}
