import { DAY_MS, MINUTE_MS } from './calendar.ts';
import { chooseDays } from './choose-days.ts';
import { coverInUtc } from './cover-in-utc.ts';
import type { UtcCover } from './cover-in-utc.ts';
import type { CronExpression } from './cron-expression.ts';
import { printEventBridgeCron } from './print-eventbridge.ts';
import { clockChangesBetween, offsetAt } from './zone-offsets.ts';

/** One EventBridge schedule: its ScheduleExpression and ScheduleExpressionTimezone. */
export interface EventBridgeEntry {
  readonly expression: string;
  readonly timezone: string;
}

/** The entries that cover a cron. `guarded`: they also fire at other times, which the consumer drops by `isNominal`. */
export interface EventBridgePlan {
  readonly entries: readonly EventBridgeEntry[];
  readonly guarded: boolean;
}

/** How far ahead clock changes are considered. Entries are made anew long before that. */
const OUTLOOK_MS = 20 * 366 * DAY_MS;

/**
 * The fewest EventBridge entries that cover the expression from `fromMs` on. EventBridge skips a missing local time and
 * fires once for a repeated one. That is our rule too, unless the hour field begins with `*`: such an expression
 * follows the absolute clock, so in a zone whose clocks change it is covered in UTC.
 */
export function toEventBridge(cron: CronExpression, zone: string, fromMs: number): EventBridgePlan {
  const { sides, isSuperset } = chooseDays(cron);
  const offsets = cron.hour.startsWithStar ? offsetsAhead(zone, fromMs) : [];
  if (offsets.length <= 1) {
    const times = { minutes: cron.minute.values, hours: cron.hour.values, months: cron.month.values };
    const entries = sides.map((days) => ({ expression: printEventBridgeCron({ ...times, days }), timezone: zone }));
    return { entries, guarded: isSuperset };
  }
  const covers = sides.map((days) => coverInUtc(cron, days, offsets));
  // Shifted by a day, the dates may have become all days; then the weekdays' entry adds nothing.
  const whole = covers.find((cover) => isWhole(cover, covers));
  return {
    entries: (whole === undefined ? covers : [whole]).map((cover) => ({
      expression: printEventBridgeCron(cover.fields),
      timezone: 'UTC',
    })),
    guarded: isSuperset || covers.some((cover) => cover.isSuperset),
  };
}

/** A one-shot entry, in UTC: `at(2026-11-23T18:00:00)`. Rounded up to the second, so it never fires early. */
export function toOneShotEntry(atMs: number): EventBridgeEntry {
  return { expression: `at(${new Date(wholeSecond(atMs)).toISOString().slice(0, 19)})`, timezone: 'UTC' };
}

/**
 * The StartDate of a cron that begins at `scheduleAtMs`, or null when none is needed. One that is past has no effect
 * and is left out, because EventBridge refuses a StartDate more than five minutes past.
 */
export function toStartDate(scheduleAtMs: number | null, nowMs: number): Date | null {
  return scheduleAtMs === null || scheduleAtMs <= nowMs ? null : new Date(wholeSecond(scheduleAtMs));
}

function isWhole({ fields }: UtcCover, covers: readonly UtcCover[]): boolean {
  const months = covers.flatMap((cover) => cover.fields.months);
  return fields.days.kind === 'every' && months.every((month) => fields.months.includes(month));
}

function offsetsAhead(zone: string, fromMs: number): readonly number[] {
  const changes = clockChangesBetween(zone, fromMs, fromMs + OUTLOOK_MS);
  const offsets = [offsetAt(zone, fromMs), ...changes.map((change) => change.afterMs)];
  return [...new Set(offsets.map((offset) => Math.floor(offset / MINUTE_MS)))];
}

function wholeSecond(ms: number): number {
  return Math.ceil(ms / 1000) * 1000;
}
