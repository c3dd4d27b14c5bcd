import type { ScheduleCheck } from './schedule-aftermath.ts';
import { workspaceUid } from '../callers.ts';
import { ENTRY_CHECKS } from './entry-checks.ts';
import { LEDGER_CHECKS } from './ledger-checks.ts';
import { OVERLAP_CHECKS } from './overlap-checks.ts';

export const SCHEDULE_CHECKS: readonly ScheduleCheck[] = [
  {
    name: 'acceptedSchedulesExist',
    proves: 'A schedule answered 201 exists, once, in the workspace of its caller; one answered 4xx does not exist.',
    check: ({ schedules, atRest, isCalm }) =>
      schedules.flatMap(({ name, uid, workspace, acts }) => {
        const found = atRest.schedules.filter((record) => record.name === name);
        const launch = acts.findLast(({ what }) => what === 'launch');
        const message = `${name} was answered ${launch?.status ?? 'not at all'}, but exists ${found.length} times`;
        if (found.length !== (uid === null ? 0 : 1)) return [message];
        const [record] = found;
        if (record === undefined) return isCalm && launch?.status !== 400 ? [message] : [];
        return record.uid === uid && record.workspaceUid === workspaceUid(workspace)
          ? []
          : [`${name} has another uid, or is in another workspace, than its caller was answered`];
      }),
  },
  {
    name: 'scheduleVerbsAreAnsweredTruly',
    proves: 'A verb answers with the schedule as it is after it; a deleted schedule stays deleted.',
    check: ({ schedules, atRest, isCalm }) =>
      schedules.flatMap(({ name, uid, acts }) => {
        const wrong = acts.flatMap(({ what, outcome, told, status }) => {
          const at = `${what} of ${name} was answered ${status ?? 'not at all'}: ${JSON.stringify(told)}`;
          if (isCalm && outcome === 'unknown' && !isOverQuota(told)) return [at];
          const statusAfter = told?.['status'];
          if (outcome !== 'done' || !(what === 'pause' || what === 'resume' || what === 'cancel')) return [];
          return statusAfter === AFTER[what] ? [] : [at];
        });
        const status = atRest.schedules.find((record) => record.uid === uid)?.status;
        const isFinal = uid === null || status === 'CANCELLED' || status === 'COMPLETED';
        return isFinal ? wrong : [...wrong, `${name} was deleted, but is ${status ?? 'missing'}`];
      }),
  },
  ...LEDGER_CHECKS,
  ...OVERLAP_CHECKS,
  ...ENTRY_CHECKS,
];

/** Whether a trigger was refused for a quota of its workspace. */
function isOverQuota(told: Readonly<Record<string, unknown>> | null): boolean {
  const { params } = (told ?? {}) as { readonly params?: { readonly quota?: string } }; // cast: an error as the contract has it
  return params?.quota !== undefined;
}

const AFTER = { pause: 'PAUSED', resume: 'ACTIVE', cancel: 'CANCELLED' } as const;
