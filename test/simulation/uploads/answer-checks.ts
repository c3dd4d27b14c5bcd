import { isOurFault } from '../persistent-caller.ts';
import { statusOf } from './upload-caller.ts';
import type { UploadLaunchTruth, UploadTruth } from './upload-truth.ts';

/** Clocks of processes may be wrong by this much when they check a schedule_at. */
const SLACK_MS = 70_000;

/** Answers that are not explained by what the caller did. */
export function wrongAnswers({ uid, launches, putAt }: UploadTruth, isCalm: boolean): readonly string[] {
  const wrong = launches.flatMap((launch) =>
    launch.answers.flatMap((answer) => {
      const why = unexplained(launch, answer, { launches, putAt, isCalm });
      return why === null ? [] : [`launch ${launch.name} of upload ${uid ?? ''} was answered ${why}`];
    }),
  );
  const isAskedInTime = launches.some(({ answers }) =>
    answers.some(({ status, sentAt }) => putAt !== null && sentAt > putAt && status !== 400),
  );
  const isAccepted = launches.some(({ answers }) => answers.some(({ status }) => status === 202));
  return isCalm && isAskedInTime && !isAccepted ? [...wrong, `no launch of upload ${uid ?? ''} was accepted`] : wrong;
}

/** What is wrong with an answer; null: nothing. */
function unexplained(
  { hasKey, scheduleAt }: UploadLaunchTruth,
  { status, label, body, sentAt }: UploadLaunchTruth['answers'][number],
  { launches, putAt, isCalm }: Pick<UploadTruth, 'launches' | 'putAt'> & { readonly isCalm: boolean },
): string | null {
  const at = `${status ?? 'nothing'} ${label ?? ''} ${statusOf(body)}`;
  if (isOurFault({ status })) return isCalm ? at : null;
  if (status === 202) return putAt === null ? `${at} before a file was put` : null;
  if (status === 409 && label === 'IDEMPOTENCY_IN_FLIGHT') return hasKey ? null : at;
  if (status === 400) return scheduleAt !== null && scheduleAt < sentAt + SLACK_MS ? null : at;
  if (status !== 409 || label !== 'INVALID_STATE') return at;
  if (statusOf(body) === 'WAITING_FOR_PUT')
    return putAt === null || sentAt <= putAt ? null : `${at}, though the file had been put`;
  const isUsed = launches.length > 1 || !isCalm;
  return statusOf(body) === 'USED' && isUsed ? null : at;
}
