import type { Fire } from '../../../shared/domain/fire.ts';
import { nominalTimes } from './nominal-times.ts';
import type { ScheduleAftermath, ScheduleCheck } from './schedule-checks.ts';
import { possibleStates, type ScheduleState, type ScheduleTruth } from './schedule-truth.ts';
import type { LedgerRow, Snapshot } from './schedule-watch.ts';

/** After the last fault, and after its own time and jitter, a time is in the ledger within so much. */
export const SETTLES_MS = 30 * 60_000;
const ON_TIME_MS = 120_000;
/** Between a decision and its write lie some calls and, where transactions collide, their waits. */
const DECIDES_MS = 60_000;

export const LEDGER_CHECKS: readonly ScheduleCheck[] = [
  {
    name: 'everyTimeIsSettled',
    proves: 'Each time of the current revision that came while ACTIVE is FIRED, SKIPPED or MISSED within a bound.',
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
        return times.filter((time) => !settled.has(time)).map((time) => `${name}: ${iso(time)} is in no row`);
      }),
  },
  {
    name: 'rowsAreEarned',
    proves:
      'A row is of a time of the schedule as it was when the row was written; it fires only while ACTIVE, is SKIPPED or MISSED only for what it says (LOST only where its message died), and of a paused or deleted schedule no later time starts anything.',
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
    proves: 'A time or a trigger that FIRED has one run, which is there and knows its schedule; each run has its row.',
    check: ({ atRest, records, schedules }) => {
      const rows = new Map<string, Fire>();
      const wrong: string[] = [];
      for (const { fire } of atRest.ledger) {
        if (fire.runUid === null) continue;
        if (rows.has(fire.runUid)) wrong.push(`run ${fire.runUid} has two rows: ${shown(fire)}`);
        rows.set(fire.runUid, fire);
        if (records.control(fire.runUid)?.scheduledRunUid !== fire.scheduleUid) {
          wrong.push(`${shown(fire)} has no run ${fire.runUid}`);
        }
      }
      const known = new Set(schedules.map(({ uid }) => uid));
      for (const uid of records.runUids()) {
        const scheduleUid = records.control(uid)?.scheduledRunUid ?? null;
        if (scheduleUid === null) continue;
        if (!rows.has(uid)) wrong.push(`run ${uid} of schedule ${scheduleUid} has no row`);
        if (!known.has(scheduleUid)) wrong.push(`run ${uid} is of ${scheduleUid}, a schedule nobody was told of`);
      }
      return wrong;
    },
  },
  {
    name: 'triggersAreOnce',
    proves: 'A trigger that was answered has its row and its run; none has two.',
    check: ({ schedules, atRest }) =>
      schedules.flatMap(({ uid, name, acts }) => {
        const rows = rowsOf(atRest, uid).filter(({ fire }) => fire.cause === 'trigger');
        const asked = acts.filter(({ what, outcome }) => what === 'trigger' && outcome !== 'refused');
        const told = asked.filter(({ outcome }) => outcome === 'done').map((act) => act.told?.['uid']);
        const lost = told.filter((run) => !rows.some(({ fire }) => fire.runUid === run));
        const keys = new Set(asked.map(({ key }) => key));
        const many = rows.length > keys.size ? [`${name}: ${rows.length} rows of ${keys.size} triggers`] : [];
        return [...lost.map((run) => `${name}: run ${String(run)} was told and has no row`), ...many];
      }),
  },
  {
    name: 'countsAreTheLedger',
    proves: 'The counts of a schedule are those of its ledger, at any moment.',
    check: ({ stored, atRest }) =>
      [stored, atRest].flatMap((snapshot) =>
        snapshot.schedules.flatMap(({ uid, counts }) => {
          const rows = rowsOf(snapshot, uid);
          const count = (outcome: string): number => rows.filter(({ fire }) => fire.outcome === outcome).length;
          const found = { fired: count('FIRED'), skipped: count('SKIPPED'), missed: count('MISSED') };
          const isSame = JSON.stringify(found) === JSON.stringify(counts);
          return isSame ? [] : [`${uid} counts ${JSON.stringify(counts)}, its ledger ${JSON.stringify(found)}`];
        }),
      ),
  },
  {
    name: 'runsAreMadeAsDecided',
    proves: 'A run has the inputs that its schedule had when it was decided.',
    check: ({ schedules, atRest, truth }) =>
      schedules.flatMap((schedule) =>
        rowsOf(atRest, schedule.uid).flatMap(({ fire, writtenAt }) => {
          const inputs = possibleStates(schedule, writtenAt, writtenAt).map((state) => state?.inputs.split(',') ?? []);
          const given = truth.pages.filter(({ runUid }) => runUid === fire.runUid);
          const stray = given.filter(({ key }) => !inputs.some((keys) => keys.includes(key)));
          return stray.map(({ key }) => `${schedule.name}: ${shown(fire)} asked for ${key}`);
        }),
      ),
  },
];

/** Why a row should not be there as it is, or null. */
function unearned(
  { isLate, isCalm, skewMs, letters }: ScheduleAftermath,
  schedule: ScheduleTruth,
  { fire, writtenAt }: LedgerRow,
): string | null {
  const { nominalAt, cause, outcome, reason } = fire;
  const then = possibleStates(schedule, writtenAt, writtenAt).filter((state) => state !== null);
  if (cause === 'trigger') {
    return then.some(({ status }) => status !== 'CANCELLED') ? null : 'it was deleted';
  }
  const having = then.filter((state) => nominalTimes(state, nominalAt, nominalAt).length > 0);
  if (having.length === 0) return 'it has no such time';
  if (writtenAt < nominalAt - skewMs) return 'its time has not come';
  const lateMs = writtenAt - nominalAt;
  const tolerances = having.map(({ catchUpSeconds }) => Math.max(ON_TIME_MS, catchUpSeconds * 1_000));
  switch (outcome) {
    case 'FIRED': {
      const active = having.filter(({ status }) => status === 'ACTIVE');
      if (active.length === 0) return 'it was not ACTIVE';
      const jitterMs = Math.max(...active.map(({ jitterSeconds }) => jitterSeconds * 1_000));
      const isTooLate = lateMs > Math.max(...tolerances) + jitterMs + skewMs + DECIDES_MS;
      return isTooLate && !isLate ? `it came ${lateMs} ms late` : null;
    }
    case 'SKIPPED': {
      if (reason === 'OVERLAP') return having.some(({ overlap }) => overlap !== 'allow') ? null : 'overlap is allowed';
      const since = possibleStates(schedule, nominalAt - skewMs, writtenAt);
      return since.some((state) => state?.status === 'PAUSED') ? null : 'it was not paused';
    }
    case 'MISSED': {
      if (reason === 'LOST') {
        return letters.hasTime(fire.scheduleUid, nominalAt) ? null : 'no message for it died';
      }
      if (reason === 'SUPERSEDED' && hadJitterCut(schedule, nominalAt, writtenAt)) return null;
      if (isCalm && cause === 'cron' && !wasPaused(schedule, nominalAt, writtenAt)) return 'nothing went wrong';
      const allowed = reason === 'SUPERSEDED' ? ON_TIME_MS : Math.min(...tolerances);
      return lateMs < allowed - skewMs ? `it was only ${lateMs} ms late` : null;
    }
  }
}

/** Whether a caller changed its jitter while a time waited for it: a later one may have gone before. */
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
