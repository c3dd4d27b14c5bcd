import { controlFromItem } from '../../shared/storage/run-records.ts';
import type { RunStatus } from '../../shared/domain/run-status.ts';
import type { Stage } from './instance.ts';
import { type Change, toItem } from './mirror.ts';
import type { Observer } from './observer.ts';

/** Which statuses a run had from when on, on the true clock. */
export class StatusWatch {
  readonly #stage: Stage;
  readonly #statuses = new Map<string, { readonly status: RunStatus; readonly at: number }[]>();

  constructor(stage: Stage, observer: Observer) {
    this.#stage = stage;
    observer.listen((change) => this.#note(change));
  }

  of(runUid: string): readonly { readonly status: RunStatus; readonly at: number }[] {
    return this.#statuses.get(runUid) ?? [];
  }

  #note({ pk, sk, after }: Change): void {
    if (!pk.startsWith('R#') || sk !== 'CTL' || after === null) return;
    const { uid, status } = controlFromItem(toItem(after));
    const known = this.#statuses.get(uid) ?? [];
    if (known.at(-1)?.status !== status) known.push({ status, at: this.#stage.timeline.now() });
    this.#statuses.set(uid, known);
  }
}
