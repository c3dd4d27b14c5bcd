import { deliveriesOf } from '../../../shared/storage/callback-store.ts';
import { DELIVERY_PREFIX, WAITER_PREFIX } from '../../../shared/storage/keys.ts';
import { deriveUid } from '../../../shared/domain/ids.ts';
import { hasEnded } from '../../../shared/domain/run-status.ts';
import { type Change, toItem } from '../mirror.ts';
import { controlOf } from '../records.ts';
import { Promptness } from './promptness.ts';

/** In the keys of due rows that check a receiver. */
const RECEIVER_CHECK = '#receiver#';

interface Waiting {
  readonly runUid: string;
  readonly createdAt: number;
  readonly workspaceUid: string;
  readonly since: number;
}

/** Two invocations may overlap, and one may freeze for this long between its read and its write. */
const OVERLAP_MS = 1_800_000;
const OVERLAP_IN_CALM_MS = 2_000;

/** What step checks need to know of earlier writes. */
export class Past {
  /** No fault is on; only callers and actions do unusual things. */
  readonly isCalm: boolean;
  readonly #overlapMs: number;
  #now = 0;
  readonly #deleted = new Set<string>();
  readonly #withoutWindow = new Set<string>();
  readonly #takenAt = new Map<string, number>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #endedAt = new Map<string, number>();
  /** What is put down to be looked at, by receiver. */
  readonly #receiverChecks = new Map<string, Set<string>>();
  readonly #epochSince = new Map<string, { readonly epoch: number; readonly at: number }>();

  /** The bulks that are listing or doing runs, by workspace. */
  readonly #bulksAtWork = new Map<string, Set<string>>();

  readonly #promptness: Promptness;

  constructor(isCalm: boolean, runsAtOnce: number) {
    this.isCalm = isCalm;
    this.#promptness = new Promptness(runsAtOnce);
    this.#overlapMs = isCalm ? OVERLAP_IN_CALM_MS : OVERLAP_MS;
  }

  /** The moment of the last write (epoch ms). */
  get now(): number {
    return this.#now;
  }

  /** The bulks of a workspace that are listing or doing runs. */
  bulksAtWork(workspaceUid: string): Set<string> {
    const atWork = this.#bulksAtWork.get(workspaceUid) ?? new Set();
    this.#bulksAtWork.set(workspaceUid, atWork);
    return atWork;
  }

  /** Whether the run to which a partition belongs was deleted. */
  isDeleted(pk: string): boolean {
    return this.#deleted.has(pk.split('#')[1] ?? '');
  }

  /** Whether a partition belongs to an async run that has not had a window yet. */
  lacksWindow(pk: string): boolean {
    return this.#withoutWindow.has(pk.split('#')[1] ?? '');
  }

  note(change: Change, now: number): void {
    if (change.sk === 'WIN') this.#withoutWindow.delete(change.pk.slice(2));
    if (change.sk === 'CTL' && change.after?.['deletion'] !== undefined) this.#deleted.add(change.pk.slice(2));
    const { pk, sk, after } = change;
    this.#now = now;
    if (this.isCalm) this.#promptness.note(change, now);
    if (pk.startsWith('DUE#') && sk.includes(RECEIVER_CHECK)) {
      const receiver = sk.slice(sk.indexOf(RECEIVER_CHECK) + RECEIVER_CHECK.length);
      const planned = this.#receiverChecks.get(receiver) ?? new Set();
      this.#receiverChecks.set(receiver, planned);
      if (after === null) planned.delete(sk);
      else planned.add(sk);
    }
    if (pk.startsWith('B#') && sk === 'CTL' && after !== null) {
      const atWork = this.bulksAtWork(String(after['workspace_uid']?.['S']));
      if (/COUNTING|RUNNING/.test(String(after['status']?.['S']))) atWork.add(pk);
      else atWork.delete(pk);
    }
    if (sk.startsWith(DELIVERY_PREFIX) && after !== null) {
      const runUid = pk.split('#')[1] ?? '';
      for (const { input, page, part } of deliveriesOf(runUid, toItem(after))) {
        this.#takenAt.set(deriveUid(runUid, 'page', { input, page, part }), now);
      }
    }
    if (pk.startsWith('R#') && sk === 'CTL' && after !== null) {
      const { uid, status, epoch, mode } = controlOf(after);
      if (change.before === null && mode !== 'LIVE') this.#withoutWindow.add(uid);
      if (this.#epochSince.get(uid)?.epoch !== epoch) this.#epochSince.set(uid, { epoch, at: now });
      if (!hasEnded(status)) this.#endedAt.delete(uid);
      else if (!this.#endedAt.has(uid)) this.#endedAt.set(uid, now);
    }
    if (!sk.startsWith(WAITER_PREFIX)) return;
    const name = `${pk} ${sk}`;
    if (after === null) this.#waiting.delete(name);
    else if (!this.#waiting.has(name)) {
      const runUid = String(after['run_uid']?.['S']);
      const createdAt = Number(after['created_at']?.['N']);
      this.#waiting.set(name, { runUid, createdAt, workspaceUid: pk.slice(2), since: now });
    }
  }

  /**
   * The largest number of planned checks of one receiver. 0 with faults on: a process may have died before deleting
   * some.
   */
  mostReceiverChecks(): number {
    return this.isCalm ? Math.max(0, ...Array.from(this.#receiverChecks.values(), ({ size }) => size)) : 0;
  }

  /** What happened much too late; given once. Null with faults on: the process responsible may have died. */
  takeLate(): string | null {
    return this.#promptness.takeLate();
  }

  /** Whether the delivery log has had the callback as delivered for that long. */
  wasTaken(uid: string, longMs: number = this.#overlapMs): boolean {
    return (this.#takenAt.get(uid) ?? Infinity) + longMs < this.#now;
  }

  /** Whether an epoch of a run has been over for so long. */
  isDead(runUid: string, epoch: number, longMs: number): boolean {
    const since = this.#epochSince.get(runUid);
    return since !== undefined && since.epoch > epoch && since.at + longMs < this.#now;
  }

  /** Whether a run ended long ago. False with faults on: the process that should release its slot may have died. */
  hasLongEnded(runUid: string): boolean {
    return this.isCalm && (this.#endedAt.get(runUid) ?? Infinity) + this.#overlapMs < this.#now;
  }

  /** Runs that have waited long for a slot. Empty with faults on: some entries may be of runs that no longer wait. */
  waiting(workspaceUid: string): readonly Waiting[] {
    if (!this.isCalm) return [];
    return [...this.#waiting.values()].filter(
      (one) => one.workspaceUid === workspaceUid && one.since + this.#overlapMs < this.#now,
    );
  }
}
