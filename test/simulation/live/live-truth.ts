import type { Verb } from '../truth.ts';
import type { InputScript } from '../launch-body.ts';

/** What walks through live pages were told. */
export interface LiveTruth {
  readonly calls: LiveCall[];
  readonly verbs: LiveVerb[];
}

/** One page asked for, however often it was asked. */
export interface LiveCall {
  readonly workspace: number;
  readonly isPaced: boolean;
  readonly script: InputScript;
  readonly page: number;
  /** Null: every time it is asked for is a call of its own. */
  readonly key: string | null;
  /** The answer whose link led here, and its run's end where it was handed over; null: the first page. */
  readonly from: { readonly call: LiveCall; readonly answer: LiveAnswer } | null;
  readonly answers: LiveAnswer[];
  /** What its caller found once the run it was handed over as had ended. */
  ended: EndedRun | null;
}

/** `own` is what the walk asks for; `other` differs, under the same key; `refused` is what no action takes. */
export type LiveBody = 'own' | 'other' | 'refused';

export interface LiveAnswer {
  readonly sent: LiveBody;
  readonly wait: number | null;
  /** Epoch ms on the true clock. */
  readonly sentAt: number;
  readonly at: number;
  /** Null: the caller was told nothing. */
  readonly status: number | null;
  readonly label: string | null;
  readonly runUid: string | null;
  readonly body: unknown;
  /** The link to the page after it. */
  readonly next: string | null;
  readonly isReplayed: boolean;
  readonly applied: string | null;
}

export interface EndedRun {
  readonly runUid: string;
  readonly status: string;
  readonly mode: string;
  readonly next: string | null;
  /** Null where it did not succeed. */
  readonly outputs: readonly unknown[] | null;
}

export interface LiveVerb {
  readonly verb: Verb;
  readonly runUid: string;
  readonly sentAt: number;
  at: number;
  /** Null: the caller was told nothing. */
  status: number | null;
}

/** An answer that stands: the page, the action's own error, or the run that goes on; a refusal, or a failure of ours, names no run. */
export function isStored(answer: LiveAnswer): answer is LiveAnswer & { readonly runUid: string } {
  return answer.runUid !== null;
}

/** Refused for the pace: no run, and no key taken. */
export function isPaceRefusal({ status, runUid }: LiveAnswer): boolean {
  return status === 429 && runUid === null;
}
