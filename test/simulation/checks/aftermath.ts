import type { Letters } from '../dead-letters.ts';
import type { Records } from '../records.ts';
import type { RunTruth } from '../run-truth.ts';
import type { Traffic } from '../traffic.ts';
import type { Received, Truth } from '../truth.ts';

/** All that checks need of a history once it is at rest. */
export interface Aftermath {
  readonly records: Records;
  readonly truth: Truth;
  /** Async runs, with what really happened to their inputs. */
  readonly runs: readonly RunTruth[];
  /** The posts that receivers got, by the callback's id. */
  readonly posts: PostsById;
  readonly traffic: Traffic;
  readonly letters: Letters;
  /** Calls that were still under way when their invocation answered. */
  readonly leftBehind: readonly string[];
  /** Records that stale workers (frozen past their time) began to write. */
  readonly staleWrites: readonly string[];
  /** Invocations that ran into their function's timeout. */
  readonly kills: number;
  /** No fault was on. */
  readonly isCalm: boolean;
  /** Faults were on by which a write may arrive long after its function's time. */
  readonly isLate: boolean;
  /** Calls that were carried out may have been reported as failed, so that they were repeated. */
  readonly isRepeated: boolean;
}

export type PostsById = ReadonlyMap<string, readonly Received[]>;

/** The posts that receivers got, by the callback's id. */
export function postsById(truth: Truth): PostsById {
  return Map.groupBy(truth.posts, ({ id }) => id);
}

/** A promise that must hold once all is at rest. `check` gives one line for each violation. */
export interface RestCheck {
  readonly name: string;
  readonly proves: string;
  readonly check: (aftermath: Aftermath) => readonly string[];
}
