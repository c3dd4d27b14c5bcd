import type { Deployment } from '../deployment.ts';
import { isFaultless, type Stage } from '../instance.ts';
import type { Observer } from '../observer.ts';
import type { Records } from '../records.ts';
import type { Truth } from '../truth.ts';
import { askSchedules, type ToldSchedule } from './ask-schedules.ts';
import { SCHEDULE_CHECKS } from './schedule-checks.ts';
import { ScheduleCaller } from './schedule-caller.ts';
import { ScheduleWatch, type Snapshot } from './schedule-watch.ts';
import type { ScheduleWorkload } from './schedule-workload.ts';

interface OpenHistory {
  readonly stage: Stage;
  readonly deployment: Deployment;
  readonly observer: Observer;
  readonly records: Records;
  readonly truth: Truth;
}

/** The schedules of a history, from their first calls to their checks. */
export interface ScheduleSupervision {
  /** All callers have done what they wanted, and deleted their schedules. */
  isOver(): boolean;
  /** Holds what stood, and what stands now that all is at rest, against the truth. */
  check(): void;
}

/** Sets the callers to work; in the calm, at `lookMs`, everything is looked at, and then all schedules are deleted. */
export function superviseSchedules(history: OpenHistory, workload: ScheduleWorkload): ScheduleSupervision {
  const { stage, deployment, observer, records, truth } = history;
  const { timeline } = stage;
  const startedAt = timeline.now();
  const watch = new ScheduleWatch(stage, observer);
  const callers = workload.plans.map((plan) => new ScheduleCaller(stage, deployment, plan));
  let stored: Snapshot | null = null;
  let told: readonly ToldSchedule[] = [];
  timeline.after(workload.lookMs, () => {
    stored = watch.look(deployment.scheduler.entries());
    void askSchedules(stage, deployment, callers).then((answers) => {
      told = answers;
    });
  });
  truth.schedules.push(...callers.map((caller) => caller.truth));
  // Deleted a while after they were looked at, so that those answers are not about what is being deleted.
  for (const caller of callers) void caller.live(startedAt + workload.lookMs + 40_000);
  return {
    isOver: () => callers.every(({ isDone }) => isDone),
    check() {
      if (stored === null) throw new Error('The schedules were never looked at.');
      const aftermath = {
        schedules: callers.map((caller) => caller.truth),
        stored,
        atRest: watch.look(deployment.scheduler.entries()),
        told,
        records,
        truth,
        letters: deployment.queues.letters,
        stormEndedAt: startedAt + workload.stormMs,
        isCalm: isFaultless(stage),
        skewMs: stage.adversary.isOnFurther('clock_far_back') ? 66_000 : 6_000,
        isLate: LATE_KINDS.some((kind) => stage.adversary.isOn(kind)),
      };
      for (const { name, check } of SCHEDULE_CHECKS) {
        for (const message of check(aftermath)) observer.violate(name, message);
      }
    },
  };
}

/** Faults by which a call is carried out long after what it was decided by. */
const LATE_KINDS = ['frozen_worker', 'lambda_timeout', 'slow_call', 'clock_skew'] as const;
