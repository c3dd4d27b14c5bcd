import type { Letters } from '../dead-letters.ts';
import type { Records } from '../records.ts';
import type { RunTruth } from '../run-truth.ts';
import type { Traffic } from '../traffic.ts';
import type { Received, Truth } from '../truth.ts';

/** What a history left behind. */
export interface Aftermath {
  readonly records: Records;
  readonly truth: Truth;
  /** Async runs with what really became of their inputs. */
  readonly runs: readonly RunTruth[];
  /** What receivers got, by the callback's id. */
  readonly posts: PostsById;
  readonly traffic: Traffic;
  readonly letters: Letters;
  /** Calls that invocations left behind when they answered. */
  readonly leftBehind: readonly string[];
  /** Records that processes began to write long after their time. */
  readonly sleepers: readonly string[];
  /** Invocations that ran into their function's timeout. */
  readonly kills: number;
  /** No fault was on. */
  readonly isCalm: boolean;
  /** Faults were on by which a write may arrive long after its function's time. */
  readonly isLate: boolean;
  /** Calls that were carried out may have been reported as failed, and made again. */
  readonly isRepeated: boolean;
}

export type PostsById = ReadonlyMap<string, readonly Received[]>;

/** What receivers got, by the callback's id. */
export function postsById(truth: Truth): PostsById {
  return Map.groupBy(truth.posts, ({ id }) => id);
}
