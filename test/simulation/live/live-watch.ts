import type { RunStatus } from '../../../shared/domain/run-status.ts';
import type { ExecutionMode } from '../../../shared/domain/run.ts';
import type { Stage } from '../instance.ts';
import type { Change } from '../mirror.ts';
import type { Observer } from '../observer.ts';
import { controlOf, slotsIn } from '../records.ts';

export interface RunMoment {
  readonly mode: ExecutionMode;
  readonly status: RunStatus;
  /** Epoch ms on the true clock. */
  readonly at: number;
}

/** What became of runs from when on, and who held slots as a live one. */
export class LiveWatch {
  /** Runs that were given a slot while they were live. */
  readonly heldSlots: Set<string> = new Set();
  readonly #stage: Stage;
  readonly #runs = new Map<string, RunMoment[]>();

  constructor(stage: Stage, observer: Observer) {
    this.#stage = stage;
    observer.listen((change, by) => this.#note(change, by));
  }

  runUids(): readonly string[] {
    return [...this.#runs.keys()];
  }

  /** In the order of their coming. */
  of(runUid: string): readonly RunMoment[] {
    return this.#runs.get(runUid) ?? [];
  }

  /** When a live run became an async one; null: it never did. */
  handedOverAt(runUid: string): number | null {
    const moments = this.of(runUid);
    return moments[0]?.mode === 'LIVE' ? (moments.find(({ mode }) => mode === 'ASYNC')?.at ?? null) : null;
  }

  #note({ pk, sk, after }: Change, by: string): void {
    if (after === null) return;
    if (sk === 'SLOTS') return this.#noteSlots(slotsIn(after));
    if (!pk.startsWith('R#') || sk !== 'CTL') return;
    const { uid, mode, status } = controlOf(after);
    const moments = this.#runs.get(uid) ?? [];
    const last = moments.at(-1);
    if (last?.mode === 'LIVE' && mode === 'ASYNC' && by === 'sweep')
      this.#stage.coverage.hit('live:handed over by the sweep');
    if (last?.mode !== mode || last.status !== status) moments.push({ mode, status, at: this.#stage.timeline.now() });
    this.#runs.set(uid, moments);
  }

  #noteSlots(pairs: readonly string[]): void {
    for (const pair of pairs) {
      const [uid = ''] = pair.split(':');
      if (this.of(uid).at(-1)?.mode === 'LIVE') this.heldSlots.add(uid);
    }
  }
}
