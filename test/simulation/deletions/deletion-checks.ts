import { hasEnded } from '../../../shared/domain/run-status.ts';
import type { Records } from '../records.ts';
import type { SimulatedBucket } from '../simulated-bucket.ts';
import type { Truth } from '../truth.ts';
import type { DeletionTruth } from './deletion-truth.ts';

interface DeletionAftermath {
  readonly deletions: readonly DeletionTruth[];
  /** When runs were deleted, by the write that did it (epoch ms). */
  readonly deleted: ReadonlyMap<string, number>;
  readonly records: Records;
  readonly truth: Truth;
  readonly bucket: SimulatedBucket;
  readonly isCalm: boolean;
}

interface DeletionCheck {
  readonly name: string;
  readonly proves: string;
  readonly check: (aftermath: DeletionAftermath) => readonly string[];
}

export const DELETION_CHECKS: readonly DeletionCheck[] = [
  {
    name: 'deletionsAreAnsweredTruly',
    proves:
      'A deletion answered 204 has deleted an ended run; 404 comes only after that. Without faults the answers are 204, 404 or 409.',
    check: ({ deletions, deleted, records, isCalm }) =>
      deletions.flatMap(({ runUid, answers }) =>
        answers.flatMap(({ status, label, at }) => {
          const told = `deleting ${runUid} was answered ${status ?? 'nothing'} ${label ?? ''}`.trimEnd();
          const deletedAt = deleted.get(runUid) ?? Infinity;
          if ((status === 204 || status === 404) && deletedAt > at) return [`${told}, but it was not deleted by then`];
          const ended = records.control(runUid)?.status ?? 'CREATED';
          if (status === 204 && !hasEnded(ended)) return [`${told}, though it was ${ended}`];
          return isCalm && ![204, 404, 409].includes(status ?? 0) ? [told] : [];
        }),
      ),
  },
  {
    name: 'onlyItsCallerDeletesARun',
    proves: 'A run is deleted only where a caller wanted it.',
    check: ({ deletions, deleted }) =>
      [...deleted.keys()].flatMap((uid) =>
        deletions.some(({ runUid }) => runUid === uid) ? [] : [`run ${uid} was deleted, and nobody wanted it`],
      ),
  },
  {
    name: 'nothingRemainsOfDeletedRuns',
    proves:
      'Once all is at rest, a deleted run has its control record alone: no input, page, callback, object, upload or stored answer.',
    check: ({ deleted, records, bucket }) =>
      [...deleted.keys()].flatMap((uid) => [
        ...records.leftOf(uid).map((place) => `${place} is left of the deleted run ${uid}`),
        ...bucket.keysOf(uid).map((key) => `the object ${key} is left of the deleted run ${uid}`),
      ]),
  },
  {
    name: 'uploadsGoWithTheirRuns',
    proves: 'The file of an upload is deleted with the run over it.',
    check: ({ truth, deleted, bucket }) =>
      truth.uploads.flatMap(({ uid, launches }) =>
        launches.some(({ answers }) => answers.some(({ body }) => deleted.has(String(body['run_uid'])))) &&
        uid !== null &&
        bucket.hasUpload(uid)
          ? [`the file of upload ${uid} is left, though its run was deleted`]
          : [],
      ),
  },
  {
    name: 'deletedRunsAreNotPosted',
    proves: 'No callback of a deleted run is posted by an invocation that began after its deletion.',
    check: ({ truth, deleted }) =>
      truth.posts.flatMap(({ id, told, begunAt }) => {
        const deletedAt = deleted.get(told.run.run_uid) ?? Infinity;
        return begunAt > deletedAt
          ? [`callback ${id} was posted by an invocation of ${begunAt - deletedAt} ms later`]
          : [];
      }),
  },
  {
    name: 'deletedRunsStartNothing',
    proves: 'No page of a deleted run is started by an invocation that began after its deletion.',
    check: ({ truth, deleted }) =>
      truth.pages.flatMap(({ runUid, input, page, begunAt }) =>
        begunAt > (deleted.get(runUid) ?? Infinity)
          ? [`page ${page} of input ${input} of run ${runUid} was started after its deletion`]
          : [],
      ),
  },
];
