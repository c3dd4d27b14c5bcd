/** What is held of a run, by its callbacks. */
export interface TallyState {
  readonly runUid: string;
  /** Of the last `run.finished` that came; null: none has come. */
  readonly status: string | null;
  /** Different callbacks held. */
  readonly held: number;
  /** How many there are by the manifest; null: no `run.finished` has come. */
  readonly expected: number | null;
  /** Whether everything is here that the manifest counts. A resume or a retry of the run makes it incomplete again. */
  readonly isComplete: boolean;
  /** How many are missing; null: not known yet. */
  readonly missing: number | null;
}

/** What is read of a callback, of whatever type. */
export interface TalliedCallback {
  readonly type?: string;
  readonly callback_ref_uid: string;
  readonly run: { readonly run_uid: string; readonly attempt: number; readonly status: string };
  readonly manifest?: unknown;
}

const RUN_CALLBACKS: ReadonlySet<string> = new Set(['run.page', 'run.input_failed', 'run.finished']);

/** Counts the callbacks of runs by their ids, and tells from the manifest of `run.finished` whether all are here. */
export class RunTally {
  readonly #runs = new Map<
    string,
    { readonly ids: Set<string>; attempt: number; status: string | null; expected: number | null }
  >();

  /** Adds a callback, in any order, also one that was added before; returns what is held of its run. */
  add(callback: TalliedCallback): TallyState {
    const { run_uid: runUid, attempt, status } = callback.run;
    // a notification about a run is none of its callbacks, and no manifest counts it
    if (callback.type !== undefined && !RUN_CALLBACKS.has(callback.type)) return this.state(runUid);
    const held = this.#runs.get(runUid) ?? { ids: new Set(), attempt: 0, status: null, expected: null };
    this.#runs.set(runUid, held);
    held.ids.add(callback.callback_ref_uid);
    // a later ending has the whole manifest: counts of an earlier one say nothing any more
    if (isManifest(callback.manifest) && attempt >= held.attempt) {
      Object.assign(held, { attempt, status, expected: callback.manifest.callbacks });
    }
    return this.state(runUid);
  }

  state(runUid: string): TallyState {
    const { ids, status, expected } = this.#runs.get(runUid) ?? { ids: new Set(), status: null, expected: null };
    const missing = expected === null ? null : Math.max(0, expected - ids.size);
    return { runUid, status, held: ids.size, expected, isComplete: missing === 0, missing };
  }

  /** Forgets a run, so that what is kept stays small. */
  forget(runUid: string): void {
    this.#runs.delete(runUid);
  }
}

function isManifest(value: unknown): value is { readonly callbacks: number } {
  return typeof value === 'object' && value !== null && 'callbacks' in value && typeof value.callbacks === 'number';
}
