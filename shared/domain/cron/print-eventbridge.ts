import { FIELD_SPECS, WEEKDAYS } from './cron-expression.ts';
import type { EntryDays } from './choose-days.ts';

/** The sets of one EventBridge cron entry, each sorted and not empty. */
export interface EntryFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  readonly days: EntryDays;
}

/**
 * Prints `cron(minutes hours day-of-month month day-of-week year)` in EventBridge's dialect: exactly one day
 * field is `?`, weekdays are names because AWS counts them from 1 (EventBridge Scheduler, "Schedule types").
 * The longest that five sets can print to is 241 characters, under AWS's 256.
 */
export function printEventBridgeCron(fields: EntryFields): string {
  const minutes = printSet(fields.minutes, FIELD_SPECS.minute);
  const hours = printSet(fields.hours, FIELD_SPECS.hour);
  const months = printSet(fields.months, FIELD_SPECS.month);
  const [dates, weekdays] = printDays(fields.days);
  return `cron(${minutes} ${hours} ${dates} ${months} ${weekdays} *)`;
}

function printDays(days: EntryDays): readonly [string, string] {
  if (days.kind === 'every') return ['*', '?'];
  if (days.kind === 'dates') return [printSet(days.values, FIELD_SPECS.dayOfMonth), '?'];
  return ['?', days.values.map((day) => WEEKDAYS[day]).join(',')];
}

function printSet(values: readonly number[], spec: { readonly min: number; readonly top: number }): string {
  if (values.length === spec.top - spec.min + 1) return '*';
  const list = printList(values);
  const stepped = printStep(values, spec.top);
  return stepped !== null && stepped.length < list.length ? stepped : list;
}

/** `a/n` when the values are every n-th from a to the field's end. */
function printStep(values: readonly number[], top: number): string | null {
  const [first, second] = values;
  if (first === undefined || second === undefined) return null;
  const step = second - first;
  const isEven = values.every((value, index) => value === first + index * step);
  return isEven && step > 1 && first + values.length * step > top ? `${first}/${step}` : null;
}

/** Values joined by commas, three or more in a row as a range. */
function printList(values: readonly number[]): string {
  const pieces: string[] = [];
  for (let start = 0; start < values.length;) {
    let end = start;
    while (values[end + 1] === (values[end] ?? 0) + 1) end += 1;
    if (end - start >= 2) pieces.push(`${values[start]}-${values[end]}`);
    else pieces.push(...values.slice(start, end + 1).map(String));
    start = end + 1;
  }
  return pieces.join(',');
}
