import { isDeepStrictEqual } from 'node:util';
import { UPLOAD_PUT_MS } from '../../../shared/domain/timing.ts';
import { isOurFault } from '../persistent-caller.ts';
import type { Answered } from '../answered.ts';
import { wrongAnswers } from './answer-checks.ts';
import { runsOf, type UploadCheck } from './upload-aftermath.ts';
import type { StrangerTruth, UploadTruth } from './upload-truth.ts';

/** Clocks of processes may be wrong by this much. */
const CLOCKS_APART_MS = 70_000;
/** From the time an upload is opened, by a clock that may be wrong, until its caller has the answer. */
const OPENED_WITHIN_MS = CLOCKS_APART_MS + 60_000;

/** The promises about uploads and their launches. */
export const LAUNCH_CHECKS: readonly UploadCheck[] = [
  {
    name: 'uploadsAreWrittenOnce',
    proves: 'A file that was put to the URL of an upload cannot be replaced.',
    check: ({ uploads }) =>
      uploads.flatMap(({ uid, putAt, otherPuts }) =>
        putAt !== null && otherPuts.includes(200)
          ? [`upload ${uid ?? ''} accepted a second file: ${otherPuts.join()}`]
          : [],
      ),
  },
  {
    name: 'urlsAreGoodForAnHour',
    proves: 'The URL of an upload accepts a PUT for an hour, and no longer.',
    check: ({ uploads }) =>
      uploads.flatMap(({ uid, openedAt, puts }) =>
        puts.flatMap(({ status, at }) => {
          const isEarly = at < openedAt + UPLOAD_PUT_MS - OPENED_WITHIN_MS;
          const isLate = at > openedAt + UPLOAD_PUT_MS + CLOCKS_APART_MS;
          const isWrong = (isEarly && status === 403) || (isLate && status !== 403);
          return isWrong ? [`a PUT to upload ${uid ?? ''} was answered ${status} after ${at - openedAt} ms`] : [];
        }),
      ),
  },
  {
    name: 'oneUploadOneRun',
    proves: 'However often an upload is launched, also at the same time, it makes one run, and each 202 names it.',
    check: (aftermath) =>
      aftermath.uploads.flatMap((upload) => {
        const runs = runsOf(aftermath, upload).map(({ run }) => run.control.uid);
        const told = acceptedBy(upload);
        const at = `upload ${upload.uid ?? ''} has the runs ${runs.join()}, the answers name ${told.join()}`;
        if (aftermath.isClaimLate) return [];
        return runs.length > 1 || told.some((uid) => uid !== runs[0]) ? [at] : [];
      }),
  },
  {
    name: 'launchesAreAnsweredTruly',
    proves:
      'A launch of an upload is refused only for a reason of its caller; without faults the first one after the PUT is accepted.',
    check: ({ uploads, isCalm }) => uploads.flatMap((upload) => wrongAnswers(upload, isCalm)),
  },
  {
    name: 'othersUploadsAreUnknown',
    proves: "Another workspace's upload is answered as one that does not exist.",
    check: ({ uploads, isCalm }) =>
      uploads.flatMap(({ uid, strangers }) => strangers.flatMap((asked) => toldApart(uid ?? '', asked, isCalm))),
  },
];

function acceptedBy({ launches }: UploadTruth): readonly string[] {
  return launches.flatMap(({ answers }) =>
    answers.flatMap(({ status, body }) => (status === 202 ? [String(body['run_uid'])] : [])),
  );
}

/** Answers by which another workspace could find out that an upload exists. */
function toldApart(uid: string, { answer, missing, missingUid }: StrangerTruth, isCalm: boolean): readonly string[] {
  if (!isCalm && (isOurFault(answer) || isOurFault(missing))) return [];
  const shown = ({ status, body }: Answered, of: string) => ({
    status,
    body: { ...body, error_ref: '', message: String(body['message']).replace(of, '') },
  });
  const [one, other] = [shown(answer, uid), shown(missing, missingUid)];
  if (one.status === 404 && isDeepStrictEqual(one, other)) return [];
  return [
    `another workspace's launch of upload ${uid} was answered ${JSON.stringify(one)}, of a missing one ${JSON.stringify(other)}`,
  ];
}
