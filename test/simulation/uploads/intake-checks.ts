import { hasEnded } from '../../../shared/domain/run.ts';
import type { RunTruth } from '../run-truth.ts';
import { runsOf, type UploadAftermath, type UploadCheck } from './upload-aftermath.ts';
import { isBad, mustBeInvalid, type UploadLaunchTruth, type UploadTruth } from './upload-truth.ts';

/** The sweeper looks at a run two minutes after its launch. */
const SOON_MS = 60_000;

/** What is promised of runs over uploads, besides what is promised of all runs. */
export const INTAKE_CHECKS: readonly UploadCheck[] = [
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
    name: 'calmIntakesNeedNoRescue',
    proves: 'Without faults, an upload is counted and its run sent on before the sweeper first looks at it.',
    check: (aftermath) =>
      !aftermath.isCalm
        ? []
        : eachRun(aftermath, ({ control: { uid, createdAt, history } }, _, { scheduleAt }) => {
            const left = history.find(({ status }) => status !== 'CREATED');
            const isLate = scheduleAt === null && (left === undefined || left.at > createdAt + SOON_MS);
            return isLate ? [`run ${uid} stayed CREATED`] : [];
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
          const end = pages.at(-1)?.pageRecord.outcome;
          const isRefused = end?.kind === 'FAILURE' && end.error.error_label === 'BAD_INPUT';
          const mustHaveEnded = !['STOPPED', 'INVALID'].includes(control.status) && hasEnded(control.status);
          if (asked.length > 0 || pages.length > 1) return [`${at} is bad, asked was ${asked.join()}`];
          return isRefused || (end === undefined && !mustHaveEnded) ? [] : [`${at} is bad and did not fail so`];
        }),
      ),
  },
  {
    name: 'uploadsWaitForOthers',
    proves:
      'No page of a run over an upload starts before the run it depends on has ended, but where a caller waived it.',
    check: (aftermath) =>
      eachRun(aftermath, ({ control: { uid } }, _, { dependsOn }) => {
        const { truth, watch } = aftermath;
        const first = truth.pages.find(({ runUid }) => runUid === uid);
        const isWaived = truth.verbs.some(({ runUid, verb }) => runUid === uid && verb !== 'cancel');
        if (first === undefined || dependsOn === null || isWaived) return [];
        const ended = watch.of(dependsOn).find(({ status }) => hasEnded(status));
        const isMet = ended !== undefined && ended.at <= first.at;
        return isMet ? [] : [`run ${uid} started before ${dependsOn} had ended`];
      }),
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

function eachRun(
  aftermath: UploadAftermath,
  check: (run: RunTruth, upload: UploadTruth, launch: UploadLaunchTruth) => readonly string[],
): readonly string[] {
  return aftermath.uploads.flatMap((upload) =>
    runsOf(aftermath, upload).flatMap(({ run, launch }) => check(run, upload, launch)),
  );
}
