import { HOUR_MS, MINUTE_MS } from './calendar.ts';

/** A local time with its offset, as ISO 8601: `2026-03-29T02:30:00+01:00`. `localMs` is the local time read as UTC. */
export function formatLocal(localMs: number, offsetMs: number): string {
  return new Date(localMs).toISOString().slice(0, 19) + formatOffset(offsetMs);
}

/** An offset as `+05:45`. Seconds are dropped: no zone has had them since 1972. */
export function formatOffset(offsetMs: number): string {
  const size = Math.abs(offsetMs);
  const hours = String(Math.floor(size / HOUR_MS)).padStart(2, '0');
  const minutes = String(Math.floor(size / MINUTE_MS) % 60).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${hours}:${minutes}`;
}
