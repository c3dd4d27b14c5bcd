import { DAY_MS } from './calendar.ts';
import type { CronExpression } from './cron-expression.ts';
import { matchesLocal, nextLocalMatch } from './match-local.ts';
import { isFirstPass, MAX_OFFSET_MS, MIN_OFFSET_MS, offsetAt, zoneSpanAt } from './zone-offsets.ts';

/** The search ends after this time: the rarest date, 29 February on one weekday, comes at least every 40 years. */
const HORIZON_MS = 90 * 366 * DAY_MS;

/**
 * The first instant after `afterMs` at which the expression fires in the zone, or null if it never does. An expression
 * whose hour field begins with `*` follows the absolute clock. Every other fires once per local time: at the first pass
 * of a repeated time, and not at all for a missing one.
 */
export function nextFire(cron: CronExpression, zone: string, afterMs: number): number | null {
  let at = Math.floor(afterMs) + 1;
  const horizon = at + HORIZON_MS;
  while (at < horizon) {
    const span = zoneSpanAt(zone, at);
    const local = nextLocalMatch(cron, at + span.offsetMs, span.endMs + span.offsetMs);
    if (local === null) {
      // Only years with a matching day are looked up in the zone: a rare date skips decades.
      const later = nextLocalMatch(cron, span.endMs + MIN_OFFSET_MS, horizon + MAX_OFFSET_MS);
      if (later === null) return null;
      at = Math.max(span.endMs, later - MAX_OFFSET_MS);
    } else {
      const instant = local - span.offsetMs;
      if (cron.hour.startsWithStar || isFirstPass(zone, instant)) return instant;
      at = instant + 1;
    }
  }
  return null;
}

/** The fires in `afterMs` < fire ≤ `untilMs`, in order, at most `limit` of them. */
export function firesBetween(
  cron: CronExpression,
  zone: string,
  afterMs: number,
  untilMs: number,
  limit = Number.POSITIVE_INFINITY,
): readonly number[] {
  const fires: number[] = [];
  let fire = nextFire(cron, zone, afterMs);
  while (fire !== null && fire <= untilMs && fires.length < limit) {
    fires.push(fire);
    fire = nextFire(cron, zone, fire);
  }
  return fires;
}

/** Whether the expression fires at exactly this instant. It filters what EventBridge delivers. */
export function isNominal(cron: CronExpression, zone: string, ms: number): boolean {
  if (!matchesLocal(cron, ms + offsetAt(zone, ms))) return false;
  return cron.hour.startsWithStar || isFirstPass(zone, ms);
}
