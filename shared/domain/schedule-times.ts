import { hash } from 'node:crypto';
import { CronError } from './cron/cron-error.ts';
import type { CronExpression } from './cron/cron-expression.ts';
import { isNominal, nextFire } from './cron/next-fires.ts';
import { parseCron } from './cron/parse-cron.ts';
import { timeZoneFault } from './cron/time-zone.ts';
import type { Schedule, ScheduleTiming } from './schedule.ts';

/** `schedule_at` may be this far in the past when it is given, and this far in the future. */
const PAST_MS = 60_000;
const DAY_MS = 86_400_000;
const FUTURE_MS = 366 * DAY_MS;

/** The search for times ends here, in the year 9000. */
const CALENDAR_END = Date.UTC(9_000, 0, 1);

/** How many parsed expressions are cached: parsing costs 100 µs, and a list of schedules needs each one. */
const KEPT = 500;
const kept = new Map<string, CronExpression>();

/** The expression of a cron text, cached. Throws CronError. */
export function cronOf(text: string): CronExpression {
  const known = kept.get(text);
  if (known !== undefined) return known;
  if (kept.size >= KEPT) kept.clear();
  const parsed = parseCron(text);
  kept.set(text, parsed);
  return parsed;
}

/**
 * Why a schedule cannot have this timing, or null. `before` is its current timing: a `schedule_at` that stays the same
 * may be past.
 */
export function timingFault(
  timing: ScheduleTiming,
  now: number,
  before: ScheduleTiming | null = null,
): { readonly path: string; readonly message: string } | null {
  const { cron, scheduleAt, timezone } = timing;
  if (cron === null && scheduleAt === null) {
    return { path: 'cron', message: 'cron or schedule_at is required: schedule_at alone for a single time' };
  }
  const zoneFault = timeZoneFault(timezone);
  if (zoneFault !== null) return { path: 'timezone', message: zoneFault };
  const isKept = before !== null && before.scheduleAt === scheduleAt && (before.cron === null) === (cron === null);
  if (scheduleAt !== null && !isKept && (scheduleAt < now - PAST_MS || scheduleAt > now + FUTURE_MS)) {
    const message = `${new Date(scheduleAt).toISOString()} is not between now and a year from now`;
    return { path: 'schedule_at', message };
  }
  if (cron === null) return null;
  try {
    const first = nextFire(cronOf(cron), timezone, Math.max(now, (scheduleAt ?? 0) - 1));
    return first === null ? { path: 'cron', message: `the expression has no time in ${timezone}` } : null;
  } catch (error) {
    if (error instanceof CronError) return { path: 'cron', message: error.message };
    throw error;
  }
}

/** The time of a schedule that fires once, epoch ms, rounded up to the second as in EventBridge. Null for a cron. */
export function singleTime({ cron, scheduleAt }: ScheduleTiming): number | null {
  return cron !== null || scheduleAt === null ? null : Math.ceil(scheduleAt / 1_000) * 1_000;
}

/** The first time of the schedule after an instant (epoch ms); null where none comes. */
export function nextTime(timing: ScheduleTiming, afterMs: number): number | null {
  const single = singleTime(timing);
  if (single !== null) return single > afterMs ? single : null;
  if (timing.cron === null) return null;
  const after = Math.max(afterMs, (timing.scheduleAt ?? 0) - 1);
  return after < CALENDAR_END ? nextFire(cronOf(timing.cron), timing.timezone, after) : null;
}

/** Whether this instant is a time of the schedule. EventBridge's entries may fire at other instants too. */
export function isTime(timing: ScheduleTiming, ms: number): boolean {
  const single = singleTime(timing);
  if (single !== null) return ms === single;
  if (timing.cron === null || ms < (timing.scheduleAt ?? 0)) return false;
  return isNominal(cronOf(timing.cron), timing.timezone, ms);
}

/**
 * The first time after an instant that needs a row in the ledger. Times between the last pause and its resume need
 * none.
 */
export function nextToSettle(schedule: Schedule, afterMs: number): number | null {
  const { pausedAt, activeSince } = schedule;
  const time = nextTime(schedule, afterMs);
  if (time === null || pausedAt === null || time <= pausedAt || time > activeSince) return time;
  return nextTime(schedule, activeSince);
}

/**
 * When a schedule's entries in EventBridge are next compared with what they should be: the first moment after an
 * instant at the schedule's own time of day.
 */
export function nextAudit({ uid }: Pick<Schedule, 'uid'>, afterMs: number): number {
  const timeOfDay = Math.floor(fractionOf(`audit ${uid}`) * DAY_MS);
  return (Math.floor((afterMs - timeOfDay) / DAY_MS) + 1) * DAY_MS + timeOfDay;
}

/** The next time of an ACTIVE schedule as the API shows it, without jitter; null: none. */
export function nextExecution(schedule: Schedule, now: number): number | null {
  if (schedule.status !== 'ACTIVE') return null;
  return singleTime(schedule) ?? nextTime(schedule, now);
}

/** By how much this schedule's runs start later, ms: the same at every time, spread evenly over schedules. */
export function jitterMs({ uid, jitterSeconds }: Pick<Schedule, 'uid' | 'jitterSeconds'>): number {
  if (jitterSeconds === 0) return 0;
  return Math.floor(fractionOf(`jitter ${uid}`) * jitterSeconds * 1_000);
}

/** A number in [0, 1) from a text's hash, spread evenly over texts. */
function fractionOf(text: string): number {
  return hash('sha256', text, 'buffer').readUInt32BE(0) / 2 ** 32;
}
