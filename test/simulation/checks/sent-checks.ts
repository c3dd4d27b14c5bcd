import type { Received } from '../truth.ts';

/** A callback's record as the API lists it, with what the API says was sent. */
export interface ReadCallback {
  readonly uid: string;
  readonly refUid: string;
  readonly status: string;
  readonly retryCount: number;
  readonly attempts: readonly ReadAttempt[];
  /** Null: it cannot be read. */
  readonly body: string | null;
}

/** An attempt as the API lists it. */
export interface ReadAttempt {
  readonly attempt: number;
  readonly at: string;
  readonly duration_ms: number | null;
  readonly http_status: number | null;
}

/** What is compared: all records of one callback, and the posts that its receiver got. */
export interface SentCallback {
  readonly records: readonly ReadCallback[];
  readonly posts: readonly Received[];
  /** First attempts of its records that were handed to a consumer. */
  readonly firstAttempts: number;
  /** No fault was on. */
  readonly isCalm: boolean;
}

/** Bodies that are not the bytes that the receiver got. */
export function otherBodies({ records, posts }: SentCallback): readonly string[] {
  return records.flatMap(({ uid, body }) => {
    if (body === null) return [`the body of callback ${uid} cannot be read`];
    const got = posts[0]?.body ?? body;
    return got === body ? [] : [`the body of callback ${uid} is read as ${body}, its receiver got ${got}`];
  });
}

/**
 * Attempts that are not the posts that the receiver got. With faults an attempt may have reached nobody, or be over
 * before it is recorded: then only what was answered must have been, and a post may be missing for each first attempt
 * that was handed out and is not listed.
 */
export function otherAttempts(sent: SentCallback): readonly string[] {
  const { records, posts, firstAttempts, isCalm } = sent;
  const attempts = records.flatMap((record) => record.attempts);
  const at = `callback ${records[0]?.refUid ?? ''}`;
  const listed = attempts.map((one) => one.http_status);
  const answered = posts.map(({ status, isCut }) => (isCut ? null : status));
  const wrong = [...missingFrom(answered, listed.filter(isAnswer))].map(
    (status) => `${at} lists an answer ${String(status)} that its receiver never gave`,
  );
  const unlisted = posts.length - attempts.length;
  const lost = firstAttempts - attempts.filter(({ attempt }) => attempt === 1).length;
  if (unlisted > Math.max(0, lost)) wrong.push(`${at} was posted ${posts.length} times, and lists ${attempts.length}`);
  // Without faults too, two sweepers of a run may both send its run.finished for the first time.
  return isCalm && firstAttempts <= records.length ? [...wrong, ...inexact(sent)] : wrong;
}

/** Without faults each post is listed with its answer and its time, and the last attempt is the one that is counted. */
function inexact({ records, posts }: SentCallback): readonly string[] {
  const listed = records.flatMap(({ attempts }) => attempts).map((one) => ({ ...one, begun: Date.parse(one.at) }));
  const inOrder = listed.toSorted((a, b) => a.begun - b.begun);
  const wrong = records.flatMap(({ uid, status, retryCount, attempts }) => {
    const last = attempts.at(-1)?.attempt ?? 0;
    return last === retryCount + 1 || status === 'PENDING' || status === 'RUNNING'
      ? []
      : [`callback ${uid} has ${retryCount} retries, and its last attempt is number ${last}`];
  });
  for (const [index, post] of posts.entries()) {
    const one = inOrder[index];
    const status = post.isCut ? null : post.status;
    const isIt = one !== undefined && one.http_status === status && isWithin(post.at, one);
    if (!isIt)
      wrong.push(
        `callback ${post.id} was posted at ${post.at} (${status ?? 'no answer'}), listed is ${JSON.stringify(one)}`,
      );
  }
  return listed.length > posts.length
    ? [...wrong, `callback ${records[0]?.refUid ?? ''} was posted ${posts.length} times, and lists ${listed.length}`]
    : wrong;
}

/** Times are whole milliseconds on one side only. */
const ROUNDED_MS = 2;

function isWithin(
  at: number,
  { begun, duration_ms: ms }: { readonly begun: number; readonly duration_ms: number | null },
) {
  return at >= begun - ROUNDED_MS && at <= begun + (ms ?? Infinity) + ROUNDED_MS;
}

function isAnswer(status: number | null): status is number {
  return status !== null;
}

/** What is wanted more often than it is there. */
function missingFrom<Value>(there: readonly Value[], wanted: readonly Value[]): readonly Value[] {
  const left = [...there];
  return wanted.filter((value) => {
    const index = left.indexOf(value);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}
