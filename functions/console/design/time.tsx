import { useEffect, useState } from 'preact/hooks';

const MINUTE_MS = 60_000;
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', MINUTE_MS],
  ['second', 1_000],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const short = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });

/**
 * An instant: how long ago or ahead within a day, else in the reader's zone; UTC shows on hover. `isDue`: of what is to
 * come, so that it is late rather than over once the instant has passed.
 */
export function Time({
  at,
  isFull = false,
  isDue = false,
}: {
  readonly at: string | null;
  readonly isFull?: boolean;
  readonly isDue?: boolean;
}) {
  const [, renew] = useState('');
  useEffect(() => {
    // A state that is the same draws nothing.
    return at === null || isFull ? undefined : everyTick(() => renew(textOf(at, false)));
  }, [at, isFull]);
  if (at === null) return <span class="muted">–</span>;
  return (
    <time dateTime={at} title={`${full.format(new Date(at))}\n${at} (UTC)`}>
      {isDue && Date.parse(at) <= Date.now() ? 'any moment now' : textOf(at, isFull)}
    </time>
  );
}

function textOf(at: string, isFull: boolean): string {
  const instant = new Date(at);
  const awayMs = instant.getTime() - Date.now();
  const [unit, ms] = UNITS.find((one) => Math.abs(awayMs) >= one[1]) ?? ['second', 1_000];
  if (!isFull && Math.abs(awayMs) < 86_400_000) return relative.format(Math.round(awayMs / ms), unit);
  return (isFull ? full : short).format(instant);
}

const TICK_MS = 10_000;
const watchers = new Set<() => void>();
let ticking = 0;

/** One timer for all times of a page, of which there may be thousands. Returns how to end it. */
function everyTick(watcher: () => void): () => void {
  watchers.add(watcher);
  if (ticking === 0) ticking = setInterval(() => watchers.forEach((watch) => watch()), TICK_MS);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(ticking);
    ticking = 0;
  };
}

/** A span of time in at most two units: `1 h 4 min`, `3.2 s`. */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < MINUTE_MS) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % MINUTE_MS) / 1_000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
