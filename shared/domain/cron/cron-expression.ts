import type { CronFieldName } from './cron-error.ts';

/** One field as a set. `startsWithStar` decides the day rule (Vixie cron) and, for hours, the clock rule. */
export interface CronField {
  readonly values: readonly number[];
  readonly startsWithStar: boolean;
}

/** A parsed five-field expression; `dayOfWeek` holds 0–6 with Sunday = 0. Values are sorted and distinct. */
export interface CronExpression {
  readonly minute: CronField;
  readonly hour: CronField;
  readonly dayOfMonth: CronField;
  readonly month: CronField;
  readonly dayOfWeek: CronField;
}

/** Longest accepted expression, in characters. */
export const MAX_CRON_LENGTH = 128;

/** What stands for a whole expression. */
export const MACROS: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

/** True when a day must satisfy both day fields, which is when either begins with `*` (Vixie cron). */
export function needsBothDayFields(cron: CronExpression): boolean {
  return cron.dayOfMonth.startsWithStar || cron.dayOfWeek.startsWithStar;
}

/** What one field accepts. `names[i]` stands for `min + i`; `top` is the highest number that may be written. */
export interface FieldSpec {
  readonly name: Exclude<CronFieldName, 'cron'>;
  readonly min: number;
  readonly top: number;
  readonly names: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** Weekday names by number, Sunday = 0. */
export const WEEKDAYS: readonly string[] = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** The fields in the order in which they are written. Day-of-week goes to 7, a second name for Sunday. */
export const FIELD_SPECS = {
  minute: { name: 'minute', min: 0, top: 59, names: [] },
  hour: { name: 'hour', min: 0, top: 23, names: [] },
  dayOfMonth: { name: 'day-of-month', min: 1, top: 31, names: [] },
  month: { name: 'month', min: 1, top: 12, names: MONTHS },
  dayOfWeek: { name: 'day-of-week', min: 0, top: 7, names: WEEKDAYS },
} as const satisfies Record<keyof CronExpression, FieldSpec>;
