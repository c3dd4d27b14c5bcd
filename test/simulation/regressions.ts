import type { Scenario } from './scenarios.ts';

/** A history that once broke a promise. */
export interface Regression {
  readonly seed: number;
  /** Absent: an everyday one. */
  readonly scenario?: Scenario;
  /** What was at fault. */
  readonly was: string;
  /** The planted bug that takes the fix out again. */
  readonly undoneBy: string;
}

/**
 * Seeds name histories only as long as workload and engine draw alike. What stays is the planted bug that takes a fix
 * out again; when draws change, `npm run simulate -- --planted NAME` names its seed anew.
 */
export const REGRESSIONS: readonly Regression[] = [
  {
    seed: 316,
    was: 'a failure that landed since its run was resumed was told and counted, and then gave way to a result',
    undoneBy: 'landed-failure-gives-way',
  },
  {
    seed: 1535,
    was: 'a delivered callback came again, failed, and its record stayed PENDING when its run was no longer watched',
    undoneBy: 'given-up-though-taken',
  },
  {
    seed: 871,
    scenario: 'uploads',
    was: 'the run.finished of a stop spoke of the one input that was counted after it',
    undoneBy: 'finished-speaks-of-what-came-later',
  },
  {
    seed: 1321,
    scenario: 'verbs',
    was: 'a resume was answered with what a cancel had made of the run since',
    undoneBy: 'resume-answers-for-another-verb',
  },
  {
    seed: 125,
    scenario: 'live',
    was: 'two calls under one key, at once by a clock that went back, were told two answers',
    undoneBy: 'own-run-told-though-another-stands',
  },
  {
    seed: 52,
    scenario: 'letters',
    was: 'a run was stopped while a dead letter was about to end it, and a resume found nothing left to do and stood still',
    undoneBy: 'closed-window-stays-closed',
  },
  {
    seed: 136,
    scenario: 'letters',
    was: 'a callback that waited for its next attempt was failed by the dead letter of the attempt before',
    undoneBy: 'callback-that-waits-failed',
  },
  {
    seed: 40422,
    scenario: 'verbs',
    was: 'what ran beside a failed send froze with its function, and in a later invocation gave a slot to a run stopped long since',
    undoneBy: 'works-left-to-themselves',
  },
  {
    seed: 23049,
    was: 'a page was recorded a quarter of an hour after its run was stopped, by a worker that then died, and its callback was forgotten',
    undoneBy: 'late-worker-records',
  },
  {
    seed: 99584,
    was: 'a worker stood still after a failed attempt and made its record once another had delivered the callback: it stayed PENDING',
    undoneBy: 'late-worker-makes-a-record',
  },
  {
    seed: 154882,
    scenario: 'schedules',
    was: 'looks at a receiver that was away added up, each probe one more, until the sweep did nothing else',
    undoneBy: 'looks-add-up',
  },
  {
    seed: 233695,
    scenario: 'letters',
    was: 'an update came while nobody could see to its schedule, and times of the old cron and the new one were in no row',
    undoneBy: 'update-forgets-times-of-both',
  },
  {
    seed: 13,
    scenario: 'crowd',
    was: 'a first attempt that was put off, its message lost, was sent as new by the sweep and came again and again though delivered',
    undoneBy: 'put-off-and-resent-as-new',
  },
  {
    seed: 1016356,
    was: 'each callback that was held while its receiver came back planned a check of its own, eight of one receiver',
    undoneBy: 'each-request-a-row',
  },
];
