import { matchDates, matchWeekdays } from './aws-cron-days.ts';
import type { DayTest } from './aws-cron-days.ts';
import { readSet } from './aws-cron-set.ts';

/**
 * An EventBridge cron expression. The dialect is that of "Cron expressions reference" (EventBridge user guide) and
 * "Schedule types" (EventBridge Scheduler user guide). It shares no code with the printer of cron expressions, which
 * tests check against it.
 */
export interface AwsCron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  /** Null stands for every year up to 2199. */
  readonly years: ReadonlySet<number> | null;
  readonly isDay: DayTest;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** Reads the text between `cron(` and `)`. Throws a RangeError that says which field is wrong and why. */
export function parseAwsCron(text: string): AwsCron {
  const fields = text.trim().split(/\s+/);
  const [minute, hour, date, month, weekday, year] = fields;
  if (fields.length !== 6 || year === undefined) throw new RangeError(`cron takes six fields, not ${fields.length}`);
  if (minute === undefined || hour === undefined || date === undefined) throw new RangeError('a field is missing');
  if (month === undefined || weekday === undefined) throw new RangeError('a field is missing');
  if ((date === '?') === (weekday === '?')) {
    throw new RangeError('exactly one of day-of-month and day-of-week must be "?"');
  }
  return {
    minutes: readSet(minute, { field: 'minutes', min: 0, max: 59, names: [] }),
    hours: readSet(hour, { field: 'hours', min: 0, max: 23, names: [] }),
    months: new Set(readSet(month, { field: 'month', min: 1, max: 12, names: MONTHS })),
    years: year === '*' ? null : new Set(readSet(year, { field: 'year', min: 1970, max: 2199, names: [] })),
    isDay: date === '?' ? matchWeekdays(weekday) : matchDates(date),
  };
}
