import { nextOccurrence, occurrencesOf } from '../../../infra/local/scheduler/put-schedule.ts';
import type { ScheduleRecord } from '../../../infra/local/scheduler/schedule-record.ts';
import { iso } from './ledger-checks.ts';
import { nominalTimes } from './nominal-times.ts';
import type { ScheduleCheck } from './schedule-aftermath.ts';
import { possibleStates, type ScheduleState } from './schedule-truth.ts';

const DAY_MS = 86_400_000;
const AHEAD_MS = 4 * DAY_MS;
const COMPARED_MS = DAY_MS;
const MOST_COMPARED = 200;

export const ENTRY_CHECKS: readonly ScheduleCheck[] = [
  {
    name: 'nextExecutionIsTrue',
    proves: 'Without pending changes, reading a schedule gives its status and the right next_execution_at.',
    check: ({ schedules, told }) =>
      told.flatMap(({ name, body, status, sentAt, endedAt }) => {
        const schedule = schedules.find((one) => one.name === name);
        const states = schedule === undefined ? [] : possibleStates(schedule, sentAt, endedAt);
        const [state] = states;
        if (states.length !== 1 || state === null || state === undefined) return [];
        const next = body?.['next_execution_at'];
        const at = `reading ${name} gave ${status ?? 'no answer'}, status ${String(body?.['status'])}, next_execution_at ${String(next)}`;
        if (status !== 200) return [at];
        if (isStarting(state, endedAt) && body?.['status'] === 'ACTIVE' && next === singleOf(state)) return [];
        const wanted = wantedNext(state, endedAt);
        const isOver = wanted === null && state.status === 'ACTIVE' && state.cron === null;
        if (body?.['status'] !== (isOver ? 'COMPLETED' : state.status))
          return [`${at}; correct is status ${state.status}`];
        const told = typeof next === 'string' ? Date.parse(next) : null;
        if (wanted === 'far') return told !== null && told > endedAt + AHEAD_MS ? [] : [`${at}, which is too early`];
        return told === wanted ? [] : [`${at}; correct is ${wanted === null ? 'none' : iso(wanted)}`];
      }),
  },
  {
    name: 'entriesAreTheTruth',
    proves: 'EventBridge has entries for all times of each ACTIVE schedule, and none of other schedules.',
    check: ({ schedules, stored, isLate }) =>
      schedules.flatMap((schedule) => {
        const { uid, name } = schedule;
        const record = stored.schedules.find((one) => one.uid === uid);
        const states = possibleStates(schedule, stored.at, stored.at);
        const [state] = states;
        if (uid === null || record === undefined || states.length !== 1 || state === null || state === undefined)
          return [];
        if (record.armedRevision !== record.revision)
          return [`${name} has entries of revision ${record.armedRevision}, but is at ${record.revision}`];
        const entries = stored.entries.filter((entry) => entry.name.startsWith(uid));
        const current = entries.filter((entry) => entry.name.startsWith(`${uid}-${record.revision}-`));
        // An entry that a slow process made late for an older revision stays until it fires.
        if (current.length < entries.length && !isLate)
          return [`${name} has entries of older revisions: ${shownEntries(entries)}`];
        if (state.status !== 'ACTIVE')
          return current.length === 0 ? [] : [`${name} is not ACTIVE, but has ${shownEntries(current)}`];
        const wanted = nominalTimes(state, stored.at + 1, stored.at + COMPARED_MS).slice(0, MOST_COMPARED);
        const brought = new Set(current.flatMap((entry) => occurrencesBetween(entry, stored.at, wanted.at(-1) ?? 0)));
        const lacking = wanted.find((time) => !brought.has(time));
        return lacking === undefined
          ? []
          : [`${name} has ${shownEntries(current)}, none of which fires at ${iso(lacking)}`];
      }),
  },
  {
    name: 'deletedEntriesAreGone',
    proves: 'After all schedules are deleted, EventBridge has none of their entries.',
    check: ({ atRest, isLate }) => (isLate ? [] : atRest.entries.map(({ name }) => `entry ${name} was not deleted`)),
  },
];

/** A schedule with a single time is COMPLETED within this time after it and its jitter. */
const COMPLETES_MS = 60_000;

/**
 * Whether its only time is past and its jitter is not over, or only just: it may still be shown as next_execution_at.
 */
function isStarting(state: ScheduleState, at: number): boolean {
  const single = Date.parse(singleOf(state) ?? '');
  return single <= at && at <= single + state.jitterSeconds * 1_000 + COMPLETES_MS;
}

/** The only time of a schedule without a cron. */
function singleOf(state: ScheduleState): string | null {
  const [single] = state.cron === null ? nominalTimes(state, 0, Infinity) : [];
  return single === undefined ? null : iso(single);
}

/**
 * The next time of a schedule after an instant; null if there is none; `far`: later than is computed minute by minute.
 */
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
