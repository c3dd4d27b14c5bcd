import { isDeepStrictEqual } from 'node:util';
import { readUid } from '../../../shared/domain/ids.ts';
import type { Letters } from '../dead-letters.ts';
import type { CallbackRow, Records } from '../records.ts';
import type { RunTruth } from '../run-truth.ts';
import type { Received, Truth } from '../truth.ts';
import type { Aftermath, PostsById } from './aftermath.ts';
import { outputsOf } from './input-checks.ts';

/** What the READMEs promise; not read from the code, which may be wrong. */
export const CALLBACK_ATTEMPTS = 10;

/** Callbacks that are due and were neither accepted by their receiver nor recorded as FAILED. */
export function undelivered(run: RunTruth, records: Records, posts: PostsById): readonly string[] {
  const { control, definition } = run;
  if (definition.callback === null) return [];
  const rows = new Map(records.callbacks(control.uid, control.inputsTotal).map((row) => [row.uid, row]));
  return [...run.callbacks, ...run.finishes].flatMap((uid) => {
    const got = posts.get(uid)?.some(({ status }) => status !== null && status >= 200 && status < 300) ?? false;
    const row = rows.get(uid);
    if (row !== undefined && row.status !== 'SUCCESS' && row.status !== 'FAILED')
      return [`callback ${uid} stays ${row.status}`];
    if (row?.status === 'SUCCESS' && !got) return [`callback ${uid} is SUCCESS, but its receiver never answered 2xx`];
    return got || row?.status === 'FAILED'
      ? []
      : [`callback ${uid} (${JSON.stringify(readUid(uid))}) was never delivered`];
  });
}

/** Callbacks that were posted though no page, failed input or ending is the reason for them. */
export function uncalledFor(runs: readonly RunTruth[], posts: PostsById, records: Records): readonly string[] {
  const known = new Set(runs.flatMap((run) => [...run.callbacks, ...run.finishes]));
  const isOfDeleted = (id: string): boolean => records.isDeleted(readUid(id)?.runUid ?? '');
  return [...posts.keys()].flatMap((id) =>
    known.has(id) || isOfDeleted(id)
      ? []
      : [`callback ${id} was posted, but no page, failed input or ending of a run is the reason for it`],
  );
}

/**
 * How long a callback is kept up for its receiver, by shared/client/README.md; not read from the code, which may be
 * wrong.
 */
const KEPT_UP_MS = 90 * 3_600_000;

/**
 * Records that are FAILED without a reason: the receiver did not answer 410, attempts were left, no message of the
 * callback became a dead letter, and it was not deferred for its whole time and tried after that.
 */
export function dishonestFailures(
  { control }: RunTruth,
  { records, posts, letters }: Pick<Aftermath, 'records' | 'posts' | 'letters'>,
): readonly string[] {
  return records.callbacks(control.uid, control.inputsTotal).flatMap((row) => {
    if (row.status !== 'FAILED' || isHonestFailure(row, { posts: posts.get(row.refUid) ?? [], letters })) return [];
    const { uid, retryCount, httpStatus, errorLabel } = row;
    return [
      errorLabel === 'INTERNAL_ERROR'
        ? `callback ${uid} FAILED with INTERNAL_ERROR, but none of its messages became a dead letter`
        : `callback ${uid} FAILED at retry ${retryCount}; the receiver's last answer was ${httpStatus ?? 'none'}`,
    ];
  });
}

/** Whether a record is FAILED for one of these reasons. `posts`: of its callback. */
export function isHonestFailure(
  { uid, retryCount, httpStatus, by, errorLabel, createdAt, heldSince }: FailedRow,
  { posts, letters }: { readonly posts: readonly Pick<Received, 'at' | 'status'>[]; readonly letters: Letters },
): boolean {
  if (errorLabel === 'INTERNAL_ERROR') return letters.hasCallback(uid, retryCount, by);
  if (retryCount === CALLBACK_ATTEMPTS - 1) return true;
  if (heldSince !== null && posts.some(({ at }) => at >= createdAt + KEPT_UP_MS)) return true;
  return httpStatus === 410 && posts.some((post) => post.status === 410);
}

type FailedRow = Pick<
  CallbackRow,
  'uid' | 'retryCount' | 'httpStatus' | 'by' | 'errorLabel' | 'createdAt' | 'heldSince'
>;

/** Attempts of one callback whose bodies differ, or whose body has another id. */
export function otherBytes(posts: PostsById): readonly string[] {
  return [...posts].flatMap(([id, attempts]) =>
    attempts.flatMap(({ body, told }) => {
      const first = attempts[0]?.body;
      if (body !== first) return [`callback ${id} was posted with two bodies: ${first} and ${body}`];
      return told.callback_ref_uid === id ? [] : [`callback ${id} has the callback_ref_uid ${told.callback_ref_uid}`];
    }),
  );
}

/** Callbacks posted more often than their first message was received, plus the retries of each record's schedule. */
export function tooManyAttempts(
  { records, truth, posts }: Pick<Aftermath, 'records' | 'truth' | 'posts'>,
  runs: readonly RunTruth[],
): readonly string[] {
  const rows = runs.flatMap(({ control }) => records.callbacks(control.uid, control.inputsTotal));
  const replays = Map.groupBy(
    rows.filter(({ parentUid }) => parentUid !== null),
    ({ refUid }) => refUid,
  );
  const mostOf = (uid: string): number => (truth.firstAttempts.get(uid) ?? 0) + CALLBACK_ATTEMPTS - 1;
  return [...posts].flatMap(([id, { length }]) => {
    const most = (replays.get(id) ?? []).reduce((sum, { uid }) => sum + mostOf(uid), mostOf(id));
    return length > most ? [`callback ${id} was posted ${length} times; at most ${most} are allowed`] : [];
  });
}

/** Endings of a run with a wrong run.finished, or with wrong counts in it. */
export function wrongFinishes(run: RunTruth, truth: Truth, isLate: boolean): readonly string[] {
  const { control, definition, finishes, inputs } = run;
  const { uid } = control;
  const posts = truth.posts.filter(({ told }) => told.type === 'run.finished' && told.run.run_uid === uid);
  const ids = new Set(posts.map(({ id }) => id));
  if (definition.callback === null)
    return ids.size === 0 ? [] : [`run ${uid} was launched without a callback, but a run.finished was posted`];
  const wrong = [...ids].flatMap((id) =>
    finishes.includes(id) ? [] : [`run ${uid} has no ending to which the run.finished ${id} belongs`],
  );
  const outputs = outputsOf(inputs);
  const callbacks = run.callbacks.length + finishes.length;
  for (const { id, told } of posts) {
    const { manifest } = told;
    const at = `ending ${finishes.indexOf(id) + 1} of run ${uid}`;
    if (manifest === undefined || manifest.outputs > outputs || manifest.callbacks > callbacks) {
      wrong.push(
        `${at}: run.finished counts ${JSON.stringify(manifest)}, but there were only ${outputs} outputs and ${callbacks} callbacks`,
      );
      continue;
    }
    // Only the last ending can be compared with what is stored now, and a stop only if no page was recorded late.
    if (id !== finishes.at(-1)) continue;
    if (told.run.status !== control.status)
      wrong.push(`${at}: run.finished has the status ${told.run.status}, the run is ${control.status}`);
    if (control.status === 'STOPPED' && isLate) continue;
    const counted = { inputs: inputs.length, ...settledOf(run, manifest), outputs, callbacks };
    if (!isDeepStrictEqual(manifest, counted)) {
      wrong.push(`${at}: run.finished counts ${JSON.stringify(manifest)}, correct is ${JSON.stringify(counted)}`);
    }
  }
  return wrong;
}

interface Settled {
  readonly succeeded: number;
  readonly failed: number;
}

/** Inputs that ended. A stop may come between an input's last page and its count: then run.finished may have fewer. */
function settledOf(
  { control, inputs, intakeDied }: RunTruth,
  { succeeded: toldSucceeded, failed: toldFailed }: Settled,
): Settled {
  const ends = inputs.map(({ pages }) => pages.at(-1)?.pageRecord.outcome);
  const failed = control.status === 'INVALID' ? inputs.length : ends.filter((end) => end?.kind === 'FAILURE').length;
  const succeeded = ends.filter((end) => end?.kind === 'RESULT' && end.last).length;
  // If the message that starts the run became a dead letter, inputs that failed before the retry may count as
  // unfinished.
  const isOpen = control.status === 'STOPPED' || intakeDied;
  const isUnmarked = isOpen && toldSucceeded <= succeeded && toldFailed <= failed;
  return isUnmarked ? { succeeded: toldSucceeded, failed: toldFailed } : { succeeded, failed };
}
