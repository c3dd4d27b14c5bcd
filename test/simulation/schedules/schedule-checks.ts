import { workspaceUid } from '../callers.ts';
import type { Letters } from '../dead-letters.ts';
import type { Records } from '../records.ts';
import type { Truth } from '../truth.ts';
import type { ToldSchedule } from './ask-schedules.ts';
import { ENTRY_CHECKS } from './entry-checks.ts';
import { LEDGER_CHECKS } from './ledger-checks.ts';
import { OVERLAP_CHECKS } from './overlap-checks.ts';
import type { ScheduleTruth } from './schedule-truth.ts';
import type { Snapshot } from './schedule-watch.ts';

/** What a history with schedules left behind, and what stood in it while they were alive and well. */
export interface ScheduleAftermath {
  readonly schedules: readonly ScheduleTruth[];
  /** In the calm, with schedules alive. */
  readonly stored: Snapshot;
  /** When all was over. */
  readonly atRest: Snapshot;
  readonly told: readonly ToldSchedule[];
  readonly records: Records;
  readonly truth: Truth;
  readonly letters: Letters;
  readonly stormEndedAt: number;
  readonly isCalm: boolean;
  readonly isLate: boolean;
  /** Clocks of processes are wrong by up to this much. */
  readonly skewMs: number;
}

export interface ScheduleCheck {
  readonly name: string;
  readonly proves: string;
  readonly check: (aftermath: ScheduleAftermath) => readonly string[];
}

export const SCHEDULE_CHECKS: readonly ScheduleCheck[] = [
  {
    name: 'acceptedSchedulesExist',
    proves: 'A 201 means that the schedule exists, once, in the workspace of its caller; a 4xx that it does not.',
    check: ({ schedules, atRest, isCalm }) =>
      schedules.flatMap(({ name, uid, workspace, acts }) => {
        const found = atRest.schedules.filter((record) => record.name === name);
        const launch = acts.findLast(({ what }) => what === 'launch');
        const said = `${name} was answered ${launch?.status ?? 'not at all'} and exists ${found.length} times`;
        if (found.length !== (uid === null ? 0 : 1)) return [said];
        const [record] = found;
        if (record === undefined) return isCalm && launch?.status !== 400 ? [said] : [];
        return record.uid === uid && record.workspaceUid === workspaceUid(workspace) ? [] : [`${name} is another's`];
      }),
  },
  {
    name: 'scheduleVerbsAreAnsweredTruly',
    proves: 'What a verb answers is the schedule after it; once deleted, a schedule stays so.',
    check: ({ schedules, atRest, isCalm }) =>
      schedules.flatMap(({ name, uid, acts }) => {
        const wrong = acts.flatMap(({ what, outcome, told, status }) => {
          const at = `${what} of ${name} was answered ${status ?? 'not at all'}: ${JSON.stringify(told)}`;
          if (isCalm && outcome === 'unknown') return [at];
          const said = told?.['status'];
          if (outcome !== 'done' || !(what === 'pause' || what === 'resume' || what === 'cancel')) return [];
          return said === AFTER[what] ? [] : [at];
        });
        const status = atRest.schedules.find((record) => record.uid === uid)?.status;
        const isFinal = uid === null || status === 'CANCELLED' || status === 'COMPLETED';
        return isFinal ? wrong : [...wrong, `${name} stays ${status ?? 'away'}`];
      }),
  },
  ...LEDGER_CHECKS,
  ...OVERLAP_CHECKS,
  ...ENTRY_CHECKS,
];

const AFTER = { pause: 'PAUSED', resume: 'ACTIVE', cancel: 'CANCELLED' } as const;
