import { StatusWatch } from '../status-watch.ts';
import type { Observer } from '../observer.ts';
import type { Records } from '../records.ts';
import type { RunTruth } from '../run-truth.ts';
import { INTAKE_CHECKS } from './intake-checks.ts';
import { LAUNCH_CHECKS } from './launch-checks.ts';
import { runsOf } from './upload-aftermath.ts';
import { liveUpload, type OpenUploadHistory } from './upload-caller.ts';
import type { UploadWorkload } from './upload-workload.ts';

interface OpenHistory extends OpenUploadHistory {
  readonly observer: Observer;
  readonly records: Records;
}

/** The uploads of a history, from their first calls to their checks. */
export interface UploadSupervision {
  /** All callers have done what they wanted. */
  isOver(): boolean;
  check(runs: readonly RunTruth[], facts: { readonly isCalm: boolean; readonly isLate: boolean }): void;
}

/** Sets the callers to work. */
export function superviseUploads(history: OpenHistory, { plans }: UploadWorkload): UploadSupervision {
  const { stage, observer, records, truth } = history;
  const { timeline, adversary, coverage } = stage;
  const watch = new StatusWatch(stage, observer);
  let left = plans.length;
  for (const plan of plans) {
    timeline.after(plan.at, () => void liveUpload(history, plan).then(() => void (left -= 1)));
  }
  return {
    isOver: () => left === 0,
    check(runs, { isCalm, isLate }) {
      // What was over a deleted run, or was to wait for one, is told apart by nothing that is left.
      const isGone = (runUid: unknown): boolean => records.isDeleted(String(runUid));
      const uploads = truth.uploads.filter(({ launches }) =>
        launches.every(
          ({ answers, dependsOn }) => !isGone(dependsOn) && !answers.some(({ body }) => isGone(body['run_uid'])),
        ),
      );
      const isClockWrong = adversary.isOn('clock_jump_back') || adversary.isOnFurther('clock_far_back');
      const aftermath = { uploads, runs, records, truth, watch, isCalm, isClaimLate: isLate || isClockWrong };
      for (const { run } of uploads.flatMap((upload) => runsOf(aftermath, upload))) {
        const { status, inputsTotal } = run.control;
        coverage.hit(`upload:run ${status}${status === 'STOPPED' && inputsTotal === 0 ? ' uncounted' : ''}`);
      }
      for (const { name, check } of [...LAUNCH_CHECKS, ...INTAKE_CHECKS]) {
        for (const message of check(aftermath)) observer.violate(name, message);
      }
    },
  };
}
