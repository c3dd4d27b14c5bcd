import type { Answered } from '../answered.ts';

/** A launch under a key, with dependencies or for later, and each answer to it. */
export interface ConsumerTruth {
  readonly workspace: number;
  readonly name: string;
  readonly key: string | null;
  readonly dependsOn: readonly { readonly uid: string; readonly require: 'success' | 'finish' }[];
  /** Epoch ms; null: at once. */
  readonly scheduleAt: number | null;
  readonly answers: Answered[];
}

/** Callbacks sent once more: one, by the id it came under, or all of a run. */
export interface ReplayTruth {
  readonly workspace: number;
  readonly key: string;
  readonly callbackUid: string | null;
  readonly runUid: string;
  readonly answers: Answered[];
}
