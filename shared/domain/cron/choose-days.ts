import { daysInMonth } from './calendar.ts';
import { needsBothDayFields } from './cron-expression.ts';
import type { CronExpression } from './cron-expression.ts';

/** The days of one EventBridge entry, which can name dates or weekdays but never both. */
export type EntryDays =
  | { readonly kind: 'every' }
  | { readonly kind: 'dates'; readonly values: readonly number[] }
  | { readonly kind: 'weekdays'; readonly values: readonly number[] };

/** The day sides that cover an expression. `isSuperset`: they also contain days on which it does not fire. */
export interface DayCover {
  readonly sides: readonly EntryDays[];
  readonly isSuperset: boolean;
}

/** The fewest day sides that cover the expression's day rule. */
export function chooseDays(cron: CronExpression): DayCover {
  const longest = Math.max(...cron.month.values.map(daysInMonth));
  const dates = cron.dayOfMonth.values.filter((date) => date <= longest);
  const byDate: EntryDays = dates.length === longest ? { kind: 'every' } : { kind: 'dates', values: dates };
  const weekdays = cron.dayOfWeek.values;
  const byWeekday: EntryDays = weekdays.length === 7 ? { kind: 'every' } : { kind: 'weekdays', values: weekdays };
  if (needsBothDayFields(cron)) {
    if (byWeekday.kind === 'every') return { sides: [byDate], isSuperset: false };
    if (byDate.kind === 'every') return { sides: [byWeekday], isSuperset: false };
    // EventBridge gets the side with fewer days; the guard (`isNominal`) checks the other.
    const fewer = weekdays.length / 7 <= dates.length / longest ? byWeekday : byDate;
    return { sides: [fewer], isSuperset: true };
  }
  if (byDate.kind === 'every' || byWeekday.kind === 'every') return { sides: [{ kind: 'every' }], isSuperset: false };
  if (dates.length === 0) return { sides: [byWeekday], isSuperset: false };
  return { sides: [byDate, byWeekday], isSuperset: false };
}
