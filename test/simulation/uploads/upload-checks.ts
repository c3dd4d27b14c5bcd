import { isDeepStrictEqual } from 'node:util';
import { hasEnded } from '../../../shared/domain/run.ts';
import { workspaceUid } from '../callers.ts';
import { type Answered, isOurFault } from '../persistent-caller.ts';
import type { Records } from '../records.ts';
import type { RunTruth } from '../run-truth.ts';
import type { Truth } from '../truth.ts';
import { wrongAnswers } from './answer-checks.ts';
import { isBad, mustBeInvalid, type StrangerTruth, type UploadLaunchTruth, type UploadTruth } from './upload-truth.ts';

export interface UploadAftermath {
  readonly uploads: readonly UploadTruth[];
  /** Async runs with what really became of their inputs. */
  readonly runs: readonly RunTruth[];
  readonly records: Records;
  readonly truth: Truth;
  readonly isCalm: boolean;
  /** A launch may come to its last write a minute after its claim, or by a clock that is wrong by as much. */
  readonly isClaimLate: boolean;
}

interface UploadCheck {
  readonly name: string;
  readonly proves: string;
  readonly check: (aftermath: UploadAftermath) => readonly string[];
}

export const UPLOAD_CHECKS: readonly UploadCheck[] = [
  {
    name: 'uploadsAreWrittenOnce',
    proves: 'What was put to the URL of an upload cannot be replaced.',
    check: ({ uploads }) =>
      uploads.flatMap(({ uid, otherPuts }) =>
        otherPuts.some((status) => status !== 412)
          ? [`upload ${uid ?? ''} took another file: ${otherPuts.join()}`]
          : [],
      ),
  },
  {
    name: 'oneUploadOneRun',
    proves: 'However often and at once it is launched, an upload makes one run, and every 202 names it.',
    check: (aftermath) =>
      aftermath.uploads.flatMap((upload) => {
        const runs = runsOf(aftermath, upload).map(({ run }) => run.control.uid);
        const told = acceptedBy(upload);
        const at = `upload ${upload.uid ?? ''}: runs ${runs.join()}, told ${told.join()}`;
        if (aftermath.isClaimLate) return [];
        return runs.length > 1 || told.some((uid) => uid !== runs[0]) ? [at] : [];
      }),
  },
  {
    name: 'launchesAreAnsweredTruly',
    proves:
      'A launch of an upload is refused only for what its caller did; in calm the first that comes after the PUT is accepted.',
    check: ({ uploads, isCalm }) => uploads.flatMap((upload) => wrongAnswers(upload, isCalm)),
  },
  {
    name: 'othersUploadsAreUnknown',
    proves: "Another workspace's upload is answered as one that does not exist.",
    check: ({ uploads, isCalm }) =>
      uploads.flatMap(({ uid, strangers }) => strangers.flatMap((asked) => toldApart(uid ?? '', asked, isCalm))),
  },
  {
    name: 'linesAreCounted',
    proves: 'A run over an upload counts exactly the lines that were put; uncounted is only one that was stopped.',
    check: (aftermath) =>
      eachRun(aftermath, ({ control, definition }, { file }) => {
        const { uid, inputsTotal, status } = control;
        const isUncounted = status === 'STOPPED' && inputsTotal === 0;
        const counted = [inputsTotal, definition.inputsTotal];
        const isRight = isUncounted || counted.every((count) => count === file.lines.length);
        return isRight ? [] : [`run ${uid} (${status}) counts ${counted.join()} of ${file.lines.length} lines`];
      }),
  },
  {
    name: 'invalidExactlyWhenItMust',
    proves: 'A run is INVALID where nothing of its file may begin, says how many lines are bad, and nowhere else.',
    check: (aftermath) =>
      eachRun(aftermath, ({ control, inputs }, { file }, { onInvalidInput }) => {
        const { uid, status, inputsTotal, lastError } = control;
        const must = mustBeInvalid(file, onInvalidInput);
        if (status === 'STOPPED' && (inputsTotal === 0 || !must)) return [];
        if ((status === 'INVALID') !== must) return [`run ${uid} is ${status}, ${must ? '' : 'not '}to be INVALID`];
        const bad = file.lines.filter(isBad).length;
        const told = lastError?.params['invalid_lines'] ?? 0;
        const isAsked = inputs.some(({ given, pages }) => given.length + pages.length > 0);
        return !must || (told === bad && !isAsked)
          ? []
          : [`run ${uid} says ${JSON.stringify(told)} bad lines of ${bad}`];
      }),
  },
  {
    name: 'invalidIsToldOnce',
    proves: 'That a run is INVALID is told by one run.finished, and it ends so once.',
    check: (aftermath) =>
      eachRun(aftermath, ({ control: { uid, history } }) => {
        const posts = aftermath.truth.posts.filter(
          ({ told }) => told.type === 'run.finished' && told.run.run_uid === uid && told.run.status === 'INVALID',
        );
        const ids = new Set(posts.map(({ id }) => id));
        const ends = history.filter(({ status }) => status === 'INVALID').length;
        return ids.size > 1 || ends > 1 ? [`run ${uid} was INVALID ${ends} times, told by ${[...ids].join()}`] : [];
      }),
  },
  {
    name: 'linesAreWhatTheActionGets',
    proves: 'The action is asked with good lines only, each under its own index; a bad one has failed with BAD_INPUT.',
    check: (aftermath) =>
      eachRun(aftermath, ({ control, inputs }, { file }) =>
        inputs.flatMap(({ index, given, pages }) => {
          const line = file.lines[index];
          const at = `run ${control.uid} input ${index}`;
          const asked = given.map(({ key }) => key);
          if (!isBad(line)) {
            const key = line !== null && line !== undefined && 'key' in line ? line.key : '';
            return asked.every((one) => one === key) ? [] : [`${at} is ${key}, asked was ${asked.join()}`];
          }
          const end = pages.at(-1)?.slot.outcome;
          const isRefused = end?.kind === 'FAILURE' && end.error.error_label === 'BAD_INPUT';
          const mustHaveEnded = !['STOPPED', 'INVALID'].includes(control.status) && hasEnded(control.status);
          if (asked.length > 0 || pages.length > 1) return [`${at} is bad, asked was ${asked.join()}`];
          return isRefused || (end === undefined && !mustHaveEnded) ? [] : [`${at} is bad and did not fail so`];
        }),
      ),
  },
  {
    name: 'nothingRunsUncounted',
    proves: 'Of a run that was stopped before its lines were counted, nothing has run.',
    check: ({ runs, truth }) =>
      runs.flatMap(({ control: { uid, inputsTotal } }) =>
        inputsTotal === 0 && truth.pages.some(({ runUid }) => runUid === uid) ? [`pages of uncounted run ${uid}`] : [],
      ),
  },
];

/** Runs over an upload, by the names its launches gave them. */
export function runsOf(
  { runs }: Pick<UploadAftermath, 'runs'>,
  { workspace, launches }: UploadTruth,
): readonly { readonly run: RunTruth; readonly launch: UploadLaunchTruth }[] {
  return runs.flatMap((run) => {
    const launch = launches.find(({ name }) => name === run.definition.name);
    const isOwn = run.definition.workspaceUid === workspaceUid(workspace);
    return launch === undefined || !isOwn ? [] : [{ run, launch }];
  });
}

function eachRun(
  aftermath: UploadAftermath,
  check: (run: RunTruth, upload: UploadTruth, launch: UploadLaunchTruth) => readonly string[],
): readonly string[] {
  return aftermath.uploads.flatMap((upload) =>
    runsOf(aftermath, upload).flatMap(({ run, launch }) => check(run, upload, launch)),
  );
}

function acceptedBy({ launches }: UploadTruth): readonly string[] {
  return launches.flatMap(({ answers }) =>
    answers.flatMap(({ status, body }) => (status === 202 ? [String(body['run_uid'])] : [])),
  );
}

/** Answers by which a stranger could tell an upload from one that there is not. */
function toldApart(uid: string, { answer, missing, missingUid }: StrangerTruth, isCalm: boolean): readonly string[] {
  if (!isCalm && (isOurFault(answer) || isOurFault(missing))) return [];
  const shown = ({ status, body }: Answered, of: string) => ({
    status,
    body: { ...body, error_ref: '', message: String(body['message']).replace(of, '') },
  });
  const [one, other] = [shown(answer, uid), shown(missing, missingUid)];
  if (one.status === 404 && isDeepStrictEqual(one, other)) return [];
  return [`upload ${uid} is answered to a stranger ${JSON.stringify(one)}, one that is not ${JSON.stringify(other)}`];
}
