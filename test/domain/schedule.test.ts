import { describe, expect, it } from 'vitest';
import { decideFire, type FireDecision } from '../../shared/domain/decide-fire.ts';
import { fireUidOf, runUidOfFire } from '../../shared/domain/fire.ts';
import { isRunUid } from '../../shared/domain/ids.ts';
import {
  allowsVerb,
  type Schedule,
  SCHEDULE_STATUSES,
  SCHEDULE_VERBS,
  type ScheduleVerb,
} from '../../shared/domain/schedule.ts';
import { jitterMs, nextAudit, nextExecution, timingFault } from '../../shared/domain/schedule-times.ts';

const NOON = Date.UTC(2026, 5, 1, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Every hour on the hour, made at half past nine. */
const hourly: Schedule = {
  uid: '00000000-0000-4000-8000-000000000001',
  workspaceUid: '00000000-0000-4000-8000-000000000002',
  actionName: 'search-cities',
  name: null,
  status: 'ACTIVE',
  reason: null,
  cron: '0 * * * *',
  scheduleAt: null,
  timezone: 'UTC',
  overlap: 'skip',
  catchUpSeconds: 3_600,
  jitterSeconds: 0,
  inputsTotal: 1,
  version: 1,
  revision: 1,
  definitionRef: 'a',
  inputsRef: 'a',
  armedRevision: 1,
  settledUntil: 0,
  activeSince: NOON - 150 * MINUTE,
  pausedAt: null,
  counts: { fired: 0, skipped: 0, missed: 0 },
  lastNominalAt: null,
  lastExecutedAt: null,
  lastRunUid: null,
  openRuns: [],
  createdAt: NOON - 150 * MINUTE,
  updatedAt: NOON - 150 * MINUTE,
  expiresAt: null,
};
const once: Partial<Schedule> = { cron: null, scheduleAt: NOON };

describe('verbs', () => {
  // CONTRACT: ACTIVE pause update delete trigger, PAUSED resume update delete trigger, the rest final.
  const allowed = {
    ACTIVE: ['update', 'pause', 'cancel', 'trigger', 'complete'],
    PAUSED: ['update', 'resume', 'cancel', 'trigger'],
    CANCELLED: [],
    COMPLETED: [],
  } as const;
  const verbs = Object.keys(SCHEDULE_VERBS) as ScheduleVerb[]; // keys of a closed literal
  it.each(SCHEDULE_STATUSES.flatMap((status) => verbs.map((verb) => [status, verb] as const)))(
    'in status %s know whether %s is one',
    (status, verb) => {
      const expected: readonly ScheduleVerb[] = allowed[status];
      expect(allowsVerb(status, verb)).toBe(expected.includes(verb));
    },
  );
});

describe('a time that comes', () => {
  const late = (ms: number): number => NOON + ms;
  const rows: readonly [what: string, Partial<Schedule>, now: number, isLastUnfinished: boolean, FireDecision][] = [
    ['on time', {}, NOON, false, { outcome: 'FIRED', cancelsLast: false }],
    ['within the catch-up time', {}, late(HOUR - 1), false, { outcome: 'FIRED', cancelsLast: false }],
    ['once the next has come', {}, late(HOUR), false, { outcome: 'MISSED', reason: 'SUPERSEDED' }],
    ['too late', { catchUpSeconds: 600 }, late(600_001), false, { outcome: 'MISSED', reason: 'TOO_LATE' }],
    [
      'as late as EventBridge is',
      { catchUpSeconds: 0 },
      late(2 * MINUTE),
      false,
      { outcome: 'FIRED', cancelsLast: false },
    ],
    ['beside a run', {}, NOON, true, { outcome: 'SKIPPED', reason: 'OVERLAP' }],
    ['beside a run it may', { overlap: 'allow' }, NOON, true, { outcome: 'FIRED', cancelsLast: false }],
    ['in a run’s place', { overlap: 'cancel_previous' }, NOON, true, { outcome: 'FIRED', cancelsLast: true }],
    [
      'after a later one whose run is at work',
      { overlap: 'cancel_previous', lastNominalAt: NOON + 1 },
      NOON,
      true,
      { outcome: 'SKIPPED', reason: 'OVERLAP' },
    ],
    ['as none of the cron’s', { cron: '1 * * * *' }, NOON, false, { outcome: 'none' }],
    ['before its schedule counts', { scheduleAt: NOON + 1 }, NOON, false, { outcome: 'none' }],
    ['before its schedule was made', { createdAt: NOON, activeSince: NOON }, NOON, false, { outcome: 'none' }],
    ['after a deletion', { status: 'CANCELLED' }, NOON, false, { outcome: 'none' }],
    ['before a pause', { status: 'PAUSED', pausedAt: NOON }, NOON, false, { outcome: 'SKIPPED', reason: 'PAUSED' }],
    ['during a pause', { status: 'PAUSED', pausedAt: NOON - 1 }, NOON, false, { outcome: 'none' }],
    [
      'before a pause that is over',
      { pausedAt: NOON, activeSince: NOON + 1 },
      late(2),
      false,
      { outcome: 'SKIPPED', reason: 'PAUSED' },
    ],
    ['during a pause that is over', { pausedAt: NOON - 1, activeSince: NOON + 1 }, late(2), false, { outcome: 'none' }],
    ['once, before a pause', { ...once, status: 'PAUSED', pausedAt: NOON }, NOON, false, { outcome: 'none' }],
    [
      'once, during a pause that is over',
      { ...once, pausedAt: NOON - 1, activeSince: NOON + 1 },
      late(2),
      false,
      { outcome: 'FIRED', cancelsLast: false },
    ],
    ['once, too late', once, late(HOUR + 1), false, { outcome: 'MISSED', reason: 'TOO_LATE' }],
    [
      'late by its jitter alone',
      { jitterSeconds: 900, catchUpSeconds: 0 },
      NOON + jitterMs({ ...hourly, jitterSeconds: 900 }),
      false,
      { outcome: 'FIRED', cancelsLast: false },
    ],
  ];
  it.each(rows)('%s is decided by the schedule as it is', (_, change, now, isLastUnfinished, decision) => {
    expect(decideFire({ ...hourly, ...change }, NOON, now, isLastUnfinished)).toEqual(decision);
  });

  it('has one run and one row, whoever asks', () => {
    expect(isRunUid(runUidOfFire(hourly.uid, NOON))).toBe(true);
    expect(runUidOfFire(hourly.uid, NOON)).toBe(runUidOfFire(hourly.uid, NOON));
    expect(runUidOfFire(hourly.uid, NOON)).not.toBe(runUidOfFire(hourly.uid, NOON + MINUTE));
    expect(fireUidOf(hourly.uid, NOON)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});

describe('times', () => {
  const at = (cron: string | null, scheduleAt: number | null, timezone = 'UTC') => ({ cron, scheduleAt, timezone });
  it.each([
    ['neither cron nor schedule_at', at(null, null), 'cron'],
    ['an unknown field', at('0 9 * * FUN', null), 'cron'],
    ['dates that never come', at('0 0 30 2 *', null), 'cron'],
    ['an offset for a zone', at('0 9 * * *', null, '+01:00'), 'timezone'],
    ['a start over a minute past', at(null, NOON - 60_001), 'schedule_at'],
    ['a start over a year away', at('0 9 * * *', NOON + 367 * 24 * HOUR), 'schedule_at'],
  ])('are refused with %s, by path', (_, timing, path) => {
    expect(timingFault(timing, NOON)?.path).toBe(path);
  });

  it('may begin a minute ago, and keep a start that has passed', () => {
    expect(timingFault(at(null, NOON - 60_000), NOON)).toBeNull();
    const kept = at('0 9 * * *', NOON - 30 * 24 * HOUR);
    expect(timingFault({ ...kept, cron: '0 8 * * *' }, NOON, kept)).toBeNull();
    expect(timingFault({ ...kept, cron: null }, NOON, kept)?.path).toBe('schedule_at');
    const passed = at(null, NOON - HOUR);
    expect(timingFault(passed, NOON, passed)).toBeNull();
    expect(timingFault({ ...passed, scheduleAt: NOON - 2 * HOUR }, NOON, passed)?.path).toBe('schedule_at');
    expect(timingFault({ ...passed, cron: '0 9 * * *' }, NOON, passed)?.path).toBe('schedule_at');
  });

  it.each([
    ['30 2 31 3 */7', 'Europe/Berlin', 'cron'], // the last Sunday of March has no 02:30 there
    ['30 2 8-14 3 */7', 'America/New_York', 'cron'],
    ['0 0 29 2 */7', 'Europe/Berlin', undefined], // 2032
    [`${'*/59,'.repeat(20)}59 2 31 3 */7`, 'Europe/Berlin', 'cron'],
    ['0 0 30 2 */7', 'Europe/Berlin', 'cron'],
  ])('%s in %s is refused where it never comes', (cron, timezone, path) => {
    expect(timingFault(at(cron, null, timezone), NOON)?.path).toBe(path);
  });

  it('are told ahead only while the schedule is ACTIVE', () => {
    expect(nextExecution(hourly, NOON)).toBe(NOON + HOUR);
    expect(nextExecution({ ...hourly, scheduleAt: NOON + 90 * MINUTE }, NOON)).toBe(NOON + 2 * HOUR);
    expect(nextExecution({ ...hourly, status: 'PAUSED' }, NOON)).toBeNull();
  });

  it('are audited once a day, spread over the day by schedule', () => {
    const uids = Array.from({ length: 200 }, (_, n) => `schedule-${n}`);
    const first = uids.map((uid) => nextAudit({ uid }, NOON));
    for (const at of first) expect(at).toBeGreaterThan(NOON);
    expect(Math.max(...first)).toBeLessThanOrEqual(NOON + 24 * HOUR);
    for (let hour = 0; hour < 24; hour += 1) {
      const within = first.filter((at) => Math.floor((at - NOON) / HOUR) === hour);
      expect(within.length, `hour ${hour}`).toBeGreaterThan(0);
    }
    expect(nextAudit({ uid: 'schedule-7' }, first[7] ?? 0)).toBe((first[7] ?? 0) + 24 * HOUR);
  });

  it('spread by a jitter that is each schedule’s own and below its bound', () => {
    const uids = Array.from({ length: 200 }, (_, n) => `schedule-${n}`);
    const jitters = uids.map((uid) => jitterMs({ uid, jitterSeconds: 900 }));
    expect(Math.max(...jitters)).toBeLessThan(900_000);
    expect(Math.max(...jitters) - Math.min(...jitters)).toBeGreaterThan(800_000);
    expect(new Set(jitters).size).toBeGreaterThan(190);
    expect(jitters[7]).toBe(jitterMs({ uid: 'schedule-7', jitterSeconds: 900 }));
  });
});
