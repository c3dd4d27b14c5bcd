import { nextOccurrence, occurrencesOf } from '../../../infra/local/scheduler/put-schedule.ts';
import type { ScheduleRecord } from '../../../infra/local/scheduler/schedule-record.ts';
import { iso } from './ledger-checks.ts';
import { nominalTimes } from './nominal-times.ts';
import type { ScheduleCheck } from './schedule-checks.ts';
import { possibleStates, type ScheduleState } from './schedule-truth.ts';

const DAY_MS = 86_400_000;
const AHEAD_MS = 4 * DAY_MS;
const COMPARED_MS = DAY_MS;
const MOST_COMPARED = 200;

export const ENTRY_CHECKS: readonly ScheduleCheck[] = [
  {
    name: 'nextExecutionIsTrue',
    proves: 'At rest, a schedule is told with its status and its next time.',
    check: ({ schedules, told }) =>
      told.flatMap(({ name, body, status, sentAt, endedAt }) => {
        const schedule = schedules.find((one) => one.name === name);
        const states = schedule === undefined ? [] : possibleStates(schedule, sentAt, endedAt);
        const [state] = states;
        if (states.length !== 1 || state === null || state === undefined) return [];
        const next = body?.['next_execution_at'];
        const at = `${name} was told ${status ?? 'nothing'}: ${String(body?.['status'])}, next ${String(next)}`;
        if (status !== 200) return [at];
        if (isStarting(state, endedAt) && body?.['status'] === 'ACTIVE' && next === singleOf(state)) return [];
        const wanted = wantedNext(state, endedAt);
        const isOver = wanted === null && state.status === 'ACTIVE' && state.cron === null;
        if (body?.['status'] !== (isOver ? 'COMPLETED' : state.status)) return [`${at}; it is ${state.status}`];
        const told = typeof next === 'string' ? Date.parse(next) : null;
        if (wanted === 'far') return told !== null && told > endedAt + AHEAD_MS ? [] : [`${at}, not so soon`];
        return told === wanted ? [] : [`${at}, the truth is ${wanted === null ? 'none' : iso(wanted)}`];
      }),
  },
  {
    name: 'entriesAreTheTruth',
    proves: 'At rest, EventBridge holds what brings every time of an ACTIVE schedule, and nothing of any other.',
    check: ({ schedules, stored, isLate }) =>
      schedules.flatMap((schedule) => {
        const { uid, name } = schedule;
        const record = stored.schedules.find((one) => one.uid === uid);
        const states = possibleStates(schedule, stored.at, stored.at);
        const [state] = states;
        if (uid === null || record === undefined || states.length !== 1 || state === null || state === undefined)
          return [];
        if (record.armedRevision !== record.revision) return [`${name} is armed for ${record.armedRevision}`];
        const entries = stored.entries.filter((entry) => entry.name.startsWith(uid));
        const current = entries.filter((entry) => entry.name.startsWith(`${uid}-${record.revision}-`));
        // One that a slow hand made late for an older revision stands until it fires.
        if (current.length < entries.length && !isLate) return [`${name} has ${shownEntries(entries)}`];
        if (state.status !== 'ACTIVE')
          return current.length === 0 ? [] : [`${name}, not ACTIVE, has ${shownEntries(current)}`];
        const wanted = nominalTimes(state, stored.at + 1, stored.at + COMPARED_MS).slice(0, MOST_COMPARED);
        const brought = new Set(current.flatMap((entry) => occurrencesBetween(entry, stored.at, wanted.at(-1) ?? 0)));
        const lacking = wanted.find((time) => !brought.has(time));
        return lacking === undefined ? [] : [`${name} has ${shownEntries(current)}, which lack ${iso(lacking)}`];
      }),
  },
  {
    name: 'deletedEntriesAreGone',
    proves: 'Once all schedules are deleted, EventBridge holds none of their entries.',
    check: ({ atRest, isLate }) => (isLate ? [] : atRest.entries.map(({ name }) => `entry ${name} is left behind`)),
  },
];

/** After its only time and its jitter, a schedule is COMPLETED within so much. */
const COMPLETES_MS = 60_000;

/** Whether its only time has come and its jitter is not over, or just was: it may be told that it still has it before it. */
function isStarting(state: ScheduleState, at: number): boolean {
  const single = Date.parse(singleOf(state) ?? '');
  return single <= at && at <= single + state.jitterSeconds * 1_000 + COMPLETES_MS;
}

/** The only time of a schedule without a cron. */
function singleOf(state: ScheduleState): string | null {
  const [single] = state.cron === null ? nominalTimes(state, 0, Infinity) : [];
  return single === undefined ? null : iso(single);
}

/** The next time of a schedule after an instant; null: none; `far`: beyond what is read minute by minute. */
function wantedNext(state: ScheduleState, after: number): number | null | 'far' {
  if (state.status !== 'ACTIVE') return null;
  const ahead = state.cron === null ? Infinity : after + AHEAD_MS;
  const [next] = nominalTimes(state, after + 1, ahead);
  return next ?? (state.cron === null ? null : 'far');
}

function occurrencesBetween({ body, createdAtMs }: ScheduleRecord, from: number, to: number): readonly number[] {
  const occurrences = occurrencesOf(body, createdAtMs);
  const found: number[] = [];
  for (let at = nextOccurrence(body, occurrences, from); at !== null && at <= to;) {
    found.push(at);
    at = nextOccurrence(body, occurrences, at);
  }
  return found;
}

function shownEntries(entries: readonly ScheduleRecord[]): string {
  return entries.map(({ name, body }) => `${name} ${body.ScheduleExpression}`).join(', ') || 'no entries';
}
