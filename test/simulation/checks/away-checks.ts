import type { RunTruth } from '../run-truth.ts';
import type { Received, Truth } from '../truth.ts';
import type { PostsById } from './aftermath.ts';

/** What shared/client/README.md promises of a receiver that is away; not read from the code, which may be wrong. */
const FAILURES_IN_A_ROW = 5;
const PROBE_EVERY_MS = 60_000;
const PROBE_AT_LEAST_EVERY_MS = 5 * 60_000;
const KEPT_UP_MS = 90 * 3_600_000;
/** Time for posts that are under way, and for what workers have cached of the receiver. */
const TO_BE_KNOWN_MS = 10_000;
/** Clocks count whole ms, and a probe is claimed a little before it is posted. */
const LEEWAY_MS = 1_000;
/** A probe at a whole minute, two sweeps, and the time over which deferred callbacks are spread. */
const TO_BE_SENT_MS = 4 * 60_000;

/** Posts to receivers that were known to be away, beyond one probe a minute. */
export function unsparedReceivers({ away, posts }: Truth): readonly string[] {
  if (away === null) return [];
  return away.workspaces.flatMap((workspace) => {
    const missed = posts.filter(
      (post) => post.workspace === workspace && post.at >= away.startAt && post.at < away.backAt,
    );
    const knownAt = (missed[FAILURES_IN_A_ROW - 1]?.at ?? Infinity) + TO_BE_KNOWN_MS;
    const probes = missed.filter(({ at }) => at > knownAt && at < KEPT_UP_MS + away.startAt);
    return probes.flatMap(({ at, id }, index) => {
      const before = probes[index - 1];
      if (before === undefined || at - before.at >= PROBE_EVERY_MS - LEEWAY_MS) return [];
      return [`callback ${id} was posted ${at - before.at} ms after ${before.id} though their receiver was away`];
    });
  });
}

/** Callbacks of runs that ended while the receiver was away, and that were not posted soon after its return. */
export function lateAfterReturn({ away }: Truth, runs: readonly RunTruth[], posts: PostsById): readonly string[] {
  if (away === null) return [];
  const soon = away.backAt + PROBE_AT_LEAST_EVERY_MS + TO_BE_SENT_MS;
  return runs.flatMap(({ control, definition, callbacks, finishes }) => {
    const calledForAt = control.finishedAt ?? Infinity;
    if (definition.callback === null || calledForAt >= away.backAt) return [];
    return [...callbacks, ...finishes].flatMap((uid) => {
      const attempts: readonly Received[] = posts.get(uid) ?? [];
      const first = attempts[0]?.at ?? Infinity;
      return first > soon
        ? [`callback ${uid} was first posted ${first - away.backAt} ms after its receiver's return`]
        : [];
    });
  });
}
