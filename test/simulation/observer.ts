import { deriveUid } from '../../shared/domain/ids.ts';
import type { Instance, Stage } from './instance.ts';
import { type Change, Mirror } from './mirror.ts';
import { controlChange, movesBetween, STEP_CHECKS, type StepLimits } from './step-checks.ts';

/** What a check found. */
export interface Violation {
  readonly check: string;
  readonly message: string;
}

/** Sees every write that was carried out, holds it against the step checks and keeps the table's mirror. */
export class Observer {
  readonly mirror: Mirror = new Mirror();
  readonly violations: Violation[] = [];
  readonly #stage: Stage;
  readonly #limits: StepLimits;

  constructor(stage: Stage, limits: StepLimits) {
    this.#stage = stage;
    this.#limits = limits;
  }

  wrote(instance: Instance, operation: string, body: unknown, answer: unknown): void {
    for (const change of this.mirror.apply(operation, body, answer)) {
      this.#tell(instance, change);
      for (const { name, check } of STEP_CHECKS) {
        const message = check(change, this.#limits);
        if (message !== null) this.violate(name, message);
      }
    }
  }

  violate(check: string, message: string): void {
    this.#stage.trace.add(`VIOLATION ${check}: ${message}`);
    this.violations.push({ check, message });
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

/** The uid under which a receiver gets a page's part. */
export function pageUid(runUid: string, input: number, page: number, part: number): string {
  return deriveUid(runUid, 'page', { input, page, part });
}
