import { hasEnded } from '../../../shared/domain/run-status.ts';
import type { RunTruth } from '../run-truth.ts';
import { runsOf, type UploadAftermath, type UploadCheck } from './upload-aftermath.ts';
import { isBad, mustBeInvalid, type UploadLaunchTruth, type UploadTruth } from './upload-truth.ts';

/** Less than the two minutes after which the sweep first checks a run. */
const SOON_MS = 60_000;

/** The promises about runs over uploads, besides those about all runs. */
export const INTAKE_CHECKS: readonly UploadCheck[] = [
  {
    name: 'linesAreCounted',
    proves:
      'The inputs of a run over an upload are exactly the lines of its file; only a stopped run, or one whose reading died, may be uncounted.',
    check: (aftermath) =>
      eachRun(aftermath, ({ control, definition, intakeDied }, { file }) => {
        const { uid, inputsTotal, status } = control;
        const isUncounted = (status === 'STOPPED' || intakeDied) && inputsTotal === 0;
        const counted = [inputsTotal, definition.inputsTotal];
        const isRight = isUncounted || counted.every((count) => count === file.lines.length);
        return isRight
          ? []
          : [`run ${uid} (${status}) counts ${counted.join(' and ')} inputs, its file has ${file.lines.length} lines`];
      }),
  },
  {
    name: 'calmIntakesNeedNoRescue',
    proves: 'Without faults, an upload is counted and its run goes on before the sweep first checks it.',
    check: (aftermath) =>
      !aftermath.isCalm
        ? []
        : eachRun(aftermath, ({ control: { uid, createdAt, history } }, _, { scheduleAt }) => {
            const left = history.find(({ status }) => status !== 'CREATED');
            const isLate = scheduleAt === null && (left === undefined || left.at > createdAt + SOON_MS);
            return isLate ? [`run ${uid} stayed CREATED for more than ${SOON_MS} ms`] : [];
          }),
  },
  {
    name: 'invalidExactlyWhenItMust',
    proves: 'A run is INVALID exactly if no input of its file may start; it then has the number of invalid lines.',
    check: (aftermath) =>
      eachRun(aftermath, ({ control, inputs, intakeDied }, { file }, { onInvalidInput }) => {
        const { uid, status, inputsTotal, lastError } = control;
        const must = mustBeInvalid(file, onInvalidInput);
        if (intakeDied) return [];
        if (status === 'STOPPED' && (inputsTotal === 0 || !must)) return [];
        if ((status === 'INVALID') !== must)
          return [`run ${uid} is ${status}, but must ${must ? '' : 'not '}be INVALID`];
        const bad = file.lines.filter(isBad).length;
        const told = lastError?.params['invalid_lines'] ?? 0;
        const isAsked = inputs.some(({ given, pages }) => given.length + pages.length > 0);
        return !must || (told === bad && !isAsked)
          ? []
          : [`run ${uid} has invalid_lines ${JSON.stringify(told)}, correct is ${bad}; or one of its inputs was run`];
      }),
  },
  {
    name: 'invalidIsToldOnce',
    proves: 'An INVALID run ends once, with one run.finished.',
    check: (aftermath) =>
      eachRun(aftermath, ({ control: { uid, history } }) => {
        const posts = aftermath.truth.posts.filter(
          ({ told }) => told.type === 'run.finished' && told.run.run_uid === uid && told.run.status === 'INVALID',
        );
        const ids = new Set(posts.map(({ id }) => id));
        const ends = history.filter(({ status }) => status === 'INVALID').length;
        return ids.size > 1 || ends > 1
          ? [`run ${uid} became INVALID ${ends} times, with the callbacks ${[...ids].join()}`]
          : [];
      }),
  },
  {
    name: 'linesAreWhatTheActionGets',
    proves:
      'The action is called with valid lines only, each under its own index; an invalid one fails with BAD_INPUT.',
    check: (aftermath) =>
      eachRun(aftermath, ({ control, inputs }, { file }) =>
        inputs.flatMap(({ index, given, pages }) => {
          const line = file.lines[index];
          const at = `run ${control.uid} input ${index}`;
          const asked = given.map(({ key }) => key);
          if (!isBad(line)) {
            const key = line !== null && line !== undefined && 'key' in line ? line.key : '';
            return asked.every((one) => one === key)
              ? []
              : [`${at} is ${key}, but the action was called with ${asked.join()}`];
          }
          const end = pages.at(-1)?.pageRecord.outcome;
          const isRefused = end?.kind === 'FAILURE' && end.error.error_label === 'BAD_INPUT';
          const mustHaveEnded = !['STOPPED', 'INVALID'].includes(control.status) && hasEnded(control.status);
          if (asked.length > 0 || pages.length > 1) return [`${at} is invalid, but was run: ${asked.join()}`];
          return isRefused || (end === undefined && !mustHaveEnded)
            ? []
            : [`${at} is invalid, but did not fail with BAD_INPUT`];
        }),
      ),
  },
  {
    name: 'uploadsWaitForOthers',
    proves: 'No page of a run over an upload starts before its dependency has ended, unless a caller waived that.',
    check: (aftermath) =>
      eachRun(aftermath, ({ control: { uid } }, _, { dependsOn }) => {
        const { truth, watch } = aftermath;
        const first = truth.pages.find(({ runUid }) => runUid === uid);
        const isWaived = truth.verbs.some(({ runUid, verb }) => runUid === uid && verb !== 'cancel');
        if (first === undefined || dependsOn === null || isWaived) return [];
        const ended = watch.of(dependsOn).find(({ status }) => hasEnded(status));
        const isMet = ended !== undefined && ended.at <= first.at;
        return isMet ? [] : [`run ${uid} started before its dependency ${dependsOn} had ended`];
      }),
  },
  {
    name: 'nothingRunsUncounted',
    proves: 'No input of a run that was stopped before its lines were counted has run.',
    check: ({ runs, truth }) =>
      runs.flatMap(({ control: { uid, inputsTotal } }) =>
        inputsTotal === 0 && truth.pages.some(({ runUid }) => runUid === uid)
          ? [`run ${uid} is uncounted, but pages of it ran`]
          : [],
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
