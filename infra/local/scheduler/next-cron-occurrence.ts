import { instantsOfLocal, offsetAt } from '../../../shared/domain/cron/zone-offsets.ts';
import type { AwsCron } from './aws-cron.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const LAST_YEAR = 2199;

/**
 * The first occurrence after an instant, or null. AWS's clock rules ("Daylight savings time", EventBridge Scheduler
 * user guide): a local time that does not exist is skipped, one that comes twice fires once, on its first pass.
 */
export function nextCronOccurrence(cron: AwsCron, zone: string, afterMs: number): number | null {
  // Local times up to that of `afterMs` have passed, at least once.
  const localMs = afterMs + offsetAt(zone, afterMs);
  let startMinute = Math.floor((((localMs % DAY_MS) + DAY_MS) % DAY_MS) / MINUTE_MS) + 1;
  for (let day = Math.floor(localMs / DAY_MS); ; day += 1) {
    const date = new Date(day * DAY_MS);
    const year = date.getUTCFullYear();
    if (year > LAST_YEAR) return null;
    const month = date.getUTCMonth() + 1;
    const civil = { year, month, date: date.getUTCDate(), weekday: date.getUTCDay() + 1 };
    const isYear = cron.years === null || cron.years.has(year);
    if (isYear && cron.months.has(month) && cron.isDay(civil)) {
      const found = occurrenceOnDay(cron, zone, day * DAY_MS, startMinute, afterMs);
      if (found !== null) return found;
    }
    startMinute = 0;
  }
}

function occurrenceOnDay(
  cron: AwsCron,
  zone: string,
  midnightMs: number,
  startMinute: number,
  afterMs: number,
): number | null {
  for (const hour of cron.hours) {
    for (const minute of cron.minutes) {
      if (hour * 60 + minute < startMinute) continue;
      const [firstPass] = instantsOfLocal(zone, midnightMs + (hour * 60 + minute) * MINUTE_MS);
      if (firstPass !== undefined && firstPass > afterMs) return firstPass;
    }
  }
  return null;
}
