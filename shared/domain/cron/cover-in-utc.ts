import type { CronExpression } from './cron-expression.ts';
import type { EntryDays } from './choose-days.ts';
import type { EntryFields } from './print-eventbridge.ts';

const DAY_MINUTES = 1440;

/** UTC fields that contain every fire of a local expression. `isSuperset`: they contain other times too. */
export interface UtcCover {
  readonly fields: EntryFields;
  readonly isSuperset: boolean;
}

/** Covers one day side of an expression in UTC, for a zone with these offsets (minutes ahead of UTC). */
export function coverInUtc(cron: CronExpression, days: EntryDays, offsets: readonly number[]): UtcCover {
  const minutes = new Set<number>();
  const hours = new Set<number>();
  const dayShifts = new Set<number>();
  for (const offset of offsets) {
    for (const hour of cron.hour.values) {
      for (const minute of cron.minute.values) {
        const utc = hour * 60 + minute - offset;
        const dayShift = Math.floor(utc / DAY_MINUTES);
        dayShifts.add(dayShift);
        hours.add(Math.floor((utc - dayShift * DAY_MINUTES) / 60));
        minutes.add((utc - dayShift * DAY_MINUTES) % 60);
      }
    }
  }
  const shifted = shiftDays(days, cron.month.values, [...dayShifts]);
  const isExact =
    cron.hour.values.length === 24 &&
    minutes.size === cron.minute.values.length &&
    cron.month.values.length === 12 &&
    days.kind === 'every';
  const fields: EntryFields = { minutes: sorted(minutes), hours: sorted(hours), ...shifted };
  return { fields, isSuperset: !isExact };
}

/** The UTC days and months that local days can fall on when they are shifted by `shifts` (−1, 0, 1) days. */
function shiftDays(
  days: EntryDays,
  months: readonly number[],
  shifts: readonly number[],
): Pick<EntryFields, 'months' | 'days'> {
  const utcMonths = new Set<number>();
  const utcDays = new Set<number>();
  const local = days.kind === 'every' ? [] : days.values;
  // A month may end after 28, 29, 30 or 31 days, so the day after any of these may be a first, and vice versa.
  const canEnd = days.kind !== 'dates' || local.some((date) => date >= 28);
  const canBegin = days.kind !== 'dates' || local.includes(1);
  for (const shift of shifts) {
    for (const day of local) for (const moved of moveDay(days.kind, day, shift)) utcDays.add(moved);
    for (const month of months) {
      utcMonths.add(month);
      if (shift > 0 && canEnd) utcMonths.add((month % 12) + 1);
      if (shift < 0 && canBegin) utcMonths.add(((month + 10) % 12) + 1);
    }
  }
  return { months: sorted(utcMonths), days: rebuild(days, sorted(utcDays)) };
}

function moveDay(kind: EntryDays['kind'], day: number, shift: number): readonly number[] {
  if (kind === 'weekdays') return [(day + shift + 7) % 7];
  const moved = day + shift;
  if (moved === 0) return [28, 29, 30, 31];
  if (shift > 0 && day >= 28) return moved <= 31 ? [1, moved] : [1];
  return [moved];
}

function rebuild(days: EntryDays, values: readonly number[]): EntryDays {
  if (days.kind === 'every') return days;
  const whole = days.kind === 'weekdays' ? 7 : 31;
  return values.length === whole ? { kind: 'every' } : { kind: days.kind, values };
}

function sorted(values: ReadonlySet<number>): readonly number[] {
  return [...values].sort((a, b) => a - b);
}
