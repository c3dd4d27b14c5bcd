import type { Fire } from '../../../shared/domain/fire.ts';
import { nominalTimes } from './nominal-times.ts';
import type { ScheduleCheck } from './schedule-aftermath.ts';
import type { ScheduleAftermath } from './schedule-aftermath.ts';
import { possibleStates, type ScheduleState, type ScheduleTruth } from './schedule-truth.ts';
import type { LedgerRow, Snapshot } from './schedule-watch.ts';

/** A fire is in the ledger within this time after the last fault, and after its own time and jitter. */
export const SETTLES_MS = 30 * 60_000;
const ON_TIME_MS = 120_000;
/** Between a decision and its write there are some calls, and waits if transactions conflict. */
const DECIDES_MS = 60_000;

export const LEDGER_CHECKS: readonly ScheduleCheck[] = [
  {
    name: 'everyTimeIsSettled',
    proves:
      'Each time of an ACTIVE schedule that has passed is in the ledger as FIRED, SKIPPED or MISSED within 30 minutes.',
    check: ({ schedules, stored, stormEndedAt, skewMs }) =>
      schedules.flatMap((schedule) => {
        const { uid, name } = schedule;
        const [now] = possibleStates(schedule, stored.at, stored.at);
        if (uid === null || now === undefined || now === null) return [];
        const first = schedule.acts[0]?.sentAt ?? stored.at;
        const times = nominalTimes(now, first, stored.at).filter((time) => {
          const settledBy = Math.max(stormEndedAt, time + now.jitterSeconds * 1_000) + SETTLES_MS;
          if (settledBy > stored.at) return false;
          return possibleStates(schedule, time - skewMs, stored.at).every(
            (state) => state?.status === 'ACTIVE' && nominalTimes(state, time, time).length > 0,
          );
        });
        const settled = new Set(rowsOf(stored, uid).map(({ fire }) => fire.nominalAt));
        return times
          .filter((time) => !settled.has(time))
          .map((time) => `${name}: the time ${iso(time)} is not in the ledger`);
      }),
  },
  {
    name: 'rowsAreEarned',
    proves:
      'A fire in the ledger has a time that the schedule had when it was written; it is FIRED only while ACTIVE, and SKIPPED or MISSED only if its reason is true (LOST only if its message became a dead letter).',
    check: (aftermath) =>
      aftermath.schedules.flatMap((schedule) =>
        rowsOf(aftermath.atRest, schedule.uid).flatMap((row) => {
          const why = unearned(aftermath, schedule, row);
          return why === null ? [] : [`${schedule.name}: ${shown(row.fire)}: ${why}`];
        }),
      ),
  },
  {
    name: 'oneRunPerTime',
    proves:
      'A fire or trigger that is FIRED has exactly one run, which has the uid of its schedule; each run has its fire.',
    check: ({ atRest, records, schedules }) => {
      const rows = new Map<string, Fire>();
      const wrong: string[] = [];
      for (const { fire } of atRest.ledger) {
        if (fire.runUid === null) continue;
        if (rows.has(fire.runUid)) wrong.push(`run ${fire.runUid} has two fires: ${shown(fire)}`);
        rows.set(fire.runUid, fire);
        if (records.control(fire.runUid)?.scheduledRunUid !== fire.scheduleUid) {
          wrong.push(`the fire ${shown(fire)} names the run ${fire.runUid}, which is missing or of another schedule`);
        }
      }
      const known = new Set(schedules.map(({ uid }) => uid));
      for (const uid of records.runUids()) {
        const scheduleUid = records.control(uid)?.scheduledRunUid ?? null;
        if (scheduleUid === null) continue;
        if (!rows.has(uid)) wrong.push(`run ${uid} of schedule ${scheduleUid} has no fire in the ledger`);
        if (!known.has(scheduleUid))
          wrong.push(`run ${uid} is of schedule ${scheduleUid}, with which no caller was answered`);
      }
      return wrong;
    },
  },
  {
    name: 'triggersAreOnce',
    proves: 'A trigger that was answered is in the ledger with its run, once.',
    check: ({ schedules, atRest }) =>
      schedules.flatMap(({ uid, name, acts }) => {
        const rows = rowsOf(atRest, uid).filter(({ fire }) => fire.cause === 'trigger');
        const asked = acts.filter(({ what, outcome }) => what === 'trigger' && outcome !== 'refused');
        const told = asked.filter(({ outcome }) => outcome === 'done').map((act) => act.told?.['uid']);
        const lost = told.filter((run) => !rows.some(({ fire }) => fire.runUid === run));
        const keys = new Set(asked.map(({ key }) => key));
        const many =
          rows.length > keys.size ? [`${name}: ${rows.length} triggers in the ledger, but ${keys.size} calls`] : [];
        return [...lost.map((run) => `${name}: run ${String(run)} was answered, but is not in the ledger`), ...many];
      }),
  },
  {
    name: 'countsAreTheLedger',
    proves: 'The counts of a schedule always agree with its ledger.',
    check: ({ stored, atRest }) =>
      [stored, atRest].flatMap((snapshot) =>
        snapshot.schedules.flatMap(({ uid, counts }) => {
          const rows = rowsOf(snapshot, uid);
          const count = (outcome: string): number => rows.filter(({ fire }) => fire.outcome === outcome).length;
          const found = { fired: count('FIRED'), skipped: count('SKIPPED'), missed: count('MISSED') };
          const isSame = JSON.stringify(found) === JSON.stringify(counts);
          return isSame
            ? []
            : [`schedule ${uid} counts ${JSON.stringify(counts)}, its ledger has ${JSON.stringify(found)}`];
        }),
      ),
  },
  {
    name: 'runsAreMadeAsDecided',
    proves: 'A run has the inputs that its schedule had when its fire was decided.',
    check: ({ schedules, atRest, truth }) =>
      schedules.flatMap((schedule) =>
        rowsOf(atRest, schedule.uid).flatMap(({ fire, writtenAt }) => {
          const inputs = possibleStates(schedule, writtenAt, writtenAt).map((state) => state?.inputs.split(',') ?? []);
          const given = truth.pages.filter(({ runUid }) => runUid === fire.runUid);
          const stray = given.filter(({ key }) => !inputs.some((keys) => keys.includes(key)));
          return stray.map(
            ({ key }) => `${schedule.name}: the run of ${shown(fire)} has the input ${key} of another time`,
          );
        }),
      ),
  },
];

/** Says why a fire must not be in the ledger as it is, or null. */
function unearned(
  { isLate, isCalm, skewMs, letters }: ScheduleAftermath,
  schedule: ScheduleTruth,
  { fire, writtenAt }: LedgerRow,
): string | null {
  const { nominalAt, cause, outcome, reason } = fire;
  const then = possibleStates(schedule, writtenAt, writtenAt).filter((state) => state !== null);
  if (cause === 'trigger') {
    return then.some(({ status }) => status !== 'CANCELLED') ? null : 'the schedule was deleted by then';
  }
  const having = then.filter((state) => nominalTimes(state, nominalAt, nominalAt).length > 0);
  if (having.length === 0) return 'the schedule did not have this time';
  if (writtenAt < nominalAt - skewMs) return 'it was written before its time';
  const lateMs = writtenAt - nominalAt;
  const tolerances = having.map(({ catchUpSeconds }) => Math.max(ON_TIME_MS, catchUpSeconds * 1_000));
  switch (outcome) {
    case 'FIRED': {
      const active = having.filter(({ status }) => status === 'ACTIVE');
      if (active.length === 0) return 'the schedule was not ACTIVE';
      const jitterMs = Math.max(...active.map(({ jitterSeconds }) => jitterSeconds * 1_000));
      const isTooLate = lateMs > Math.max(...tolerances) + jitterMs + skewMs + DECIDES_MS;
      return isTooLate && !isLate ? `it fired ${lateMs} ms late, so it must be MISSED` : null;
    }
    case 'SKIPPED': {
      if (reason === 'OVERLAP')
        return having.some(({ overlap }) => overlap !== 'allow') ? null : 'the schedule allows overlaps';
      const since = possibleStates(schedule, nominalAt - skewMs, writtenAt);
      return since.some((state) => state?.status === 'PAUSED') ? null : 'the schedule was not paused';
    }
    case 'MISSED': {
      if (reason === 'LOST') {
        return letters.hasTime(fire.scheduleUid, nominalAt) ? null : 'no message of it became a dead letter';
      }
      if (reason === 'SUPERSEDED' && hadJitterCut(schedule, nominalAt, writtenAt)) return null;
      if (isCalm && cause === 'cron' && !wasPaused(schedule, nominalAt, writtenAt)) return 'no fault was on';
      const allowed = reason === 'SUPERSEDED' ? ON_TIME_MS : Math.min(...tolerances);
      return lateMs < allowed - skewMs ? `it was only ${lateMs} ms late, so it must fire` : null;
    }
  }
}

/** Whether a caller changed the jitter while a fire waited for it: then a later fire may have come first. */
function hadJitterCut(schedule: ScheduleTruth, from: number, to: number): boolean {
  return new Set(possibleStates(schedule, from, to).map((state) => state?.jitterSeconds)).size > 1;
}

function wasPaused(schedule: ScheduleTruth, from: number, to: number): boolean {
  return possibleStates(schedule, from, to).some((state: ScheduleState | null) => state?.status === 'PAUSED');
}

export function rowsOf({ ledger }: Snapshot, uid: string | null): readonly LedgerRow[] {
  return ledger.filter(({ fire }) => fire.scheduleUid === uid);
}

export function shown({ nominalAt, cause, outcome, reason }: Fire): string {
  return `${iso(nominalAt)} by ${cause} ${outcome} ${reason ?? ''}`.trimEnd();
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
