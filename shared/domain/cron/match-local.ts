import { civilDay, DAY_MS, firstOfNextMonth, HOUR_MS, MINUTE_MS } from './calendar.ts';
import type { CivilDay } from './calendar.ts';
import { needsBothDayFields } from './cron-expression.ts';
import type { CronExpression } from './cron-expression.ts';

/** Whether the expression's three day fields match this day. */
function matchesDay(cron: CronExpression, day: CivilDay): boolean {
  if (!cron.month.values.includes(day.month)) return false;
  const byDate = cron.dayOfMonth.values.includes(day.day);
  const byWeekday = cron.dayOfWeek.values.includes(day.weekday);
  return needsBothDayFields(cron) ? byDate && byWeekday : byDate || byWeekday;
}

/** Whether a local time (the UTC fields of `localMs`) matches all five fields, to the second. */
export function matchesLocal(cron: CronExpression, localMs: number): boolean {
  const epochDay = Math.floor(localMs / DAY_MS);
  const rest = localMs - epochDay * DAY_MS;
  return (
    rest % MINUTE_MS === 0 &&
    cron.minute.values.includes(Math.floor(rest / MINUTE_MS) % 60) &&
    cron.hour.values.includes(Math.floor(rest / HOUR_MS)) &&
    matchesDay(cron, civilDay(epochDay))
  );
}

/** The first matching local time in `fromMs` ≤ time < `untilMs`, as if the clock never changed; null: none. */
export function nextLocalMatch(cron: CronExpression, fromMs: number, untilMs: number): number | null {
  let epochDay = Math.floor(fromMs / DAY_MS);
  let startMs = fromMs - epochDay * DAY_MS;
  while (epochDay * DAY_MS < untilMs) {
    const day = civilDay(epochDay);
    if (!cron.month.values.includes(day.month)) {
      epochDay = firstOfNextMonth(day);
    } else {
      const time = matchesDay(cron, day) ? nextTimeOfDay(cron, startMs) : null;
      if (time !== null) {
        const match = epochDay * DAY_MS + time;
        return match < untilMs ? match : null;
      }
      epochDay += 1;
    }
    startMs = 0;
  }
  return null;
}

function nextTimeOfDay(cron: CronExpression, startMs: number): number | null {
  const startMinute = Math.ceil(startMs / MINUTE_MS);
  for (const hour of cron.hour.values) {
    if (hour * 60 + 59 < startMinute) continue;
    for (const minute of cron.minute.values) {
      if (hour * 60 + minute >= startMinute) return hour * HOUR_MS + minute * MINUTE_MS;
    }
  }
  return null;
}
