export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** A calendar day; `month` 1–12, `weekday` 0–6 with Sunday = 0. */
export interface CivilDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
}

/** The most days the month ever has: February counts 29. */
export function daysInMonth(month: number): number {
  if (month === 2) return 29;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The day of the proleptic Gregorian calendar that lies `epochDay` days after 1970-01-01. */
export function civilDay(epochDay: number): CivilDay {
  const date = new Date(epochDay * DAY_MS);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
  };
}

/** The epoch day on which the month after `day`'s month begins. */
export function firstOfNextMonth(day: CivilDay): number {
  return Date.UTC(day.year, day.month, 1) / DAY_MS;
}
