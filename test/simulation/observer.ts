import { pageRecordFromItem } from '../../shared/storage/progress-store.ts';
import { deriveUid } from '../../shared/domain/ids.ts';
import { isBadRow } from './bad-rows.ts';
import { Past } from './checks/past.ts';
import { type Instance, isFaultless, type Stage } from './instance.ts';
import { type Change, Mirror, toItem, type WireItem } from './mirror.ts';
import { dueAt } from './records.ts';
import { controlChange, movesBetween, STEP_CHECKS } from './checks/step-checks.ts';
import type { StepLimits } from './checks/step-check.ts';

/** A broken promise: the name of the check, and how it was broken. */
export interface Violation {
  readonly check: string;
  readonly message: string;
}

/** Gets every write that was carried out: runs the step checks on it and updates the copy of the table. */
export class Observer {
  readonly mirror: Mirror = new Mirror();
  readonly violations: Violation[] = [];
  /** By run: the uids of the callbacks of all page failures ever recorded. */
  readonly failures: Map<string, Set<string>> = new Map();
  /** When runs were deleted, by the write that did it (epoch ms). */
  readonly deleted: Map<string, number> = new Map();
  /** Definitions and page records of deleted runs, as they were when they went, by run. */
  readonly purged: Map<string, WireItem[]> = new Map();
  /** Called when a due row is written; `at` is when it is due (epoch ms). */
  onDue: (at: number) => void = () => undefined;
  /** Called for each change that the function dead-letters makes. */
  onDeadLetterOutcome: (change: Change, past: Past) => void = () => undefined;
  readonly #stage: Stage;
  readonly #limits: StepLimits;
  readonly #past: Past;
  readonly #listeners: ((change: Change, by: string) => void)[] = [];

  constructor(stage: Stage, limits: StepLimits) {
    this.#stage = stage;
    this.#limits = limits;
    this.#past = new Past(isFaultless(stage), limits.runsAtOnce);
  }

  wrote(instance: Instance, operation: string, body: unknown, answer: unknown): void {
    for (const change of this.mirror.apply(operation, body, answer)) {
      this.#tell(instance, change);
      this.#note(change);
      this.#noteDeletion(change);
      for (const listener of this.#listeners) listener(change, instance.functionName);
      if (instance.functionName === 'dead-letters') this.onDeadLetterOutcome(change, this.#past);
      this.#past.note(change, this.#stage.timeline.now());
      for (const { name, check } of STEP_CHECKS) {
        const message = check(change, this.#limits, this.#past);
        if (message !== null) this.violate(name, message);
      }
    }
  }

  /** Has each change told, with the function that made it. */
  listen(listener: (change: Change, by: string) => void): void {
    this.#listeners.push(listener);
  }

  violate(check: string, message: string): void {
    this.#stage.trace.add(`VIOLATION ${check}: ${message}`);
    this.violations.push({ check, message });
  }

  #note({ pk, sk, before, after }: Change): void {
    if (after === null) return this.#notePurged(pk, sk, before);
    if (pk.startsWith('DUE#') && !isBadRow(pk, sk)) this.onDue(dueAt(after));
    if (!sk.startsWith('P#') || after['f'] === undefined) return;
    const runUid = pk.split('#')[1] ?? '';
    const { input, page, attempt } = pageRecordFromItem(runUid, toItem(after));
    const uids = this.failures.get(runUid) ?? new Set<string>();
    this.failures.set(runUid, uids.add(deriveUid(runUid, 'input_failed', { input, page, ending: attempt })));
  }

  #notePurged(pk: string, sk: string, before: WireItem | null): void {
    if (before === null || !pk.startsWith('R#') || (sk !== 'DEF' && !sk.startsWith('P#'))) return;
    const runUid = pk.split('#')[1] ?? '';
    this.purged.set(runUid, [...(this.purged.get(runUid) ?? []), before]);
  }

  #noteDeletion({ pk, sk, after }: Change): void {
    if (sk !== 'CTL' || after?.['deletion'] === undefined) return;
    const uid = pk.slice(2);
    if (!this.deleted.has(uid)) this.deleted.set(uid, this.#stage.timeline.now());
  }

  #tell(instance: Instance, change: Change): void {
    const { trace, coverage } = this.#stage;
    trace.add(`${instance.name} ${change.after === null ? 'deletes' : 'writes'} ${change.pk} ${change.sk}`);
    const controls = controlChange(change);
    if (controls === null) return;
    const { before, after } = controls;
    if (before.status === after.status) return;
    trace.add(`run ${before.uid}: ${before.status} → ${after.status}`);
    const [move] = movesBetween(before.status, after.status);
    if (move !== undefined) coverage.hit(`move:${move} from ${before.status}`);
  }
}
