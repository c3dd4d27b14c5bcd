import { definitionFromItem } from '../../../shared/storage/run-records.ts';
import { RECORD_PREFIX, WAITER_PREFIX } from '../../../shared/storage/keys.ts';
import { hasEnded } from '../../../shared/domain/run-status.ts';
import type { RunControl } from '../../../shared/domain/run.ts';
import { type Change, toItem } from '../mirror.ts';
import { callbackRow, type CallbackRow, controlOf, slotsIn } from '../records.ts';

/** What takes longer than this was forgotten, and happened only because the sweep checks runs. */
const PROMPT_MS = 10_000;

/** The longest an attempt takes from its claim to what came of it. */
const ATTEMPT_MS = 120_000;

/**
 * What must happen soon if no fault is on: a run gets a free slot, a run goes on after its dependencies ended, an
 * attempt that was begun gets its outcome.
 */
export class Promptness {
  readonly #runsAtOnce: number;
  readonly #controls = new Map<string, RunControl>();
  readonly #dependsOn = new Map<string, readonly string[]>();
  readonly #endedAt = new Map<string, number>();
  readonly #blockedAt = new Map<string, number>();
  readonly #pageRecords = new Map<string, number>();
  /** Runs in line, by workspace. */
  readonly #lines = new Map<string, Map<string, string>>();
  /** Since when a slot is free while somebody waits for one, by workspace. */
  readonly #freeSince = new Map<string, number>();
  /** Since when an attempt is under way, by its callback. */
  readonly #claimedAt = new Map<string, number>();
  #late: string | null = null;

  constructor(runsAtOnce: number) {
    this.#runsAtOnce = runsAtOnce;
  }

  note({ pk, sk, after }: Change, now: number): void {
    if (pk.startsWith('R#') && sk === 'DEF' && after !== null) {
      const { uid, dependsOn } = definitionFromItem(toItem(after));
      if (dependsOn.length > 0)
        this.#dependsOn.set(
          uid,
          dependsOn.map((one) => one.uid),
        );
    } else if (pk.startsWith('R#') && sk === 'CTL' && after !== null) {
      this.#noteControl(controlOf(after), now);
    } else if (sk === 'SLOTS') {
      this.#pageRecords.set(pk.slice(2), slotsIn(after).length);
      this.#look(pk.slice(2), now);
    } else if (sk.startsWith(WAITER_PREFIX)) {
      const line = this.#lines.get(pk.slice(2)) ?? new Map<string, string>();
      this.#lines.set(pk.slice(2), line);
      if (after === null) line.delete(sk);
      else line.set(sk, String(after['run_uid']?.['S']));
      this.#look(pk.slice(2), now);
    } else if (sk.startsWith(RECORD_PREFIX) && after !== null) {
      this.#noteAttempt(callbackRow(after), now);
    }
  }

  /** What was late, once; null: nothing was. */
  takeLate(): string | null {
    const late = this.#late;
    this.#late = null;
    return late;
  }

  #noteAttempt({ uid, status }: CallbackRow, now: number): void {
    const claimedAt = this.#claimedAt.get(uid);
    if (status === 'RUNNING') this.#claimedAt.set(uid, claimedAt ?? now);
    else this.#claimedAt.delete(uid);
    if (status !== 'RUNNING' && claimedAt !== undefined && claimedAt + ATTEMPT_MS < now)
      this.#late = `the outcome of an attempt of callback ${uid} was written ${now - claimedAt} ms after it was claimed`;
  }

  #noteControl(control: RunControl, now: number): void {
    const { uid, status, workspaceUid } = control;
    const before = this.#controls.get(uid);
    this.#controls.set(uid, control);
    if (!hasEnded(status)) this.#endedAt.delete(uid);
    else if (!this.#endedAt.has(uid)) this.#endedAt.set(uid, now);
    if (isDependent(control) && !isDependent(before)) this.#blockedAt.set(uid, now);
    if (!isDependent(control) && isDependent(before)) {
      const ends = (this.#dependsOn.get(uid) ?? []).map((other) => this.#endedAt.get(other) ?? Infinity);
      const owedSince = Math.max(...ends, this.#blockedAt.get(uid) ?? now);
      if (owedSince + PROMPT_MS < now)
        this.#late = `run ${uid} went on ${now - owedSince} ms after its dependencies had ended`;
    }
    this.#look(workspaceUid, now);
  }

  /** Holds a workspace's slots against its line. */
  #look(workspaceUid: string, now: number): void {
    const isFree = (this.#pageRecords.get(workspaceUid) ?? 0) < this.#runsAtOnce;
    const waits = Array.from(this.#lines.get(workspaceUid)?.values() ?? []).find((uid) =>
      isInLine(this.#controls.get(uid)),
    );
    const since = this.#freeSince.get(workspaceUid);
    if (since !== undefined && since + PROMPT_MS < now) {
      this.#late = `a slot of workspace ${workspaceUid} was free for ${now - since} ms while runs waited for one`;
    }
    if (!isFree || waits === undefined) this.#freeSince.delete(workspaceUid);
    else if (since === undefined) this.#freeSince.set(workspaceUid, now);
  }
}

function isDependent(control: RunControl | undefined): boolean {
  return control?.status === 'BLOCKED' && control.reason?.code === 'DEPENDENCY';
}

function isInLine(control: RunControl | undefined): boolean {
  return control?.status === 'BLOCKED' && control.reason?.code === 'CONCURRENCY_LIMIT';
}
