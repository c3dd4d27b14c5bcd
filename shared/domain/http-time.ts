import { instantOfNumber, usableInstant } from './asked-wait.ts';

/**
 * Readers of times in HTTP headers. Each returns null for a text of another form and for a time over a year away. Every
 * form is checked before Date.parse, which reads even `Retry in 5` as a date in 2001.
 */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const;
const CLOCK = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';

/** The three forms of an HTTP-date (RFC 9110 §5.6.7): IMF-fixdate, RFC 850 and asctime. */
const HTTP_DATES = [
  `[a-z]{3}, (?<day>\\d{2}) (?<month>[a-z]{3}) (?<year>\\d{4}) ${CLOCK} GMT`,
  `[a-z]{6,9}, (?<day>\\d{2})-(?<month>[a-z]{3})-(?<year>\\d{2}) ${CLOCK} GMT`,
  `[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \\d]\\d) ${CLOCK} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`, 'i'));

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;

/** `Retry-After` (RFC 9110 §10.2.3) as an instant, epoch ms: seconds from now, a numeric instant, or an HTTP-date. */
export function readRetryAfter(value: string, now: number): number | null {
  return readNumber(value, now) ?? readHttpDate(value, now);
}

/** {@link readRetryAfter} in whole seconds from now, 0 for a time that is past. */
export function retryAfterSeconds(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  const number = readNumber(value, now);
  if (number !== null) return Math.max(0, Math.floor((number - now) / 1_000));
  const date = readHttpDate(value, now);
  return date === null ? null : Math.max(0, Math.ceil((date - now) / 1_000));
}

/**
 * A number, read by {@link instantOfNumber}. Repeated headers are joined to a list, of which the latest instant counts.
 */
export function readNumber(value: string, now: number): number | null {
  const numbers = numbersOf(value)?.map((number) => instantOfNumber(number, now));
  return numbers === undefined ? null : latest(numbers);
}

/** Milliseconds to wait, or, for numbers from 1e12 on, an instant in epoch ms. */
export function readMilliseconds(value: string, now: number): number | null {
  const numbers = numbersOf(value)?.map((number) => usableInstant(number < 1e12 ? now + number : number, now));
  return numbers === undefined ? null : latest(numbers);
}

/** An HTTP-date; null where its day does not exist. */
export function readHttpDate(value: string, now: number): number | null {
  const parts = HTTP_DATES.map((form) => form.exec(value.trim())?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return null;
  const { day, month = '', year = '', hour, minute, second } = parts;
  const fullYear = year.length === 2 ? yearOf(Number(year), now) : Number(year);
  const monthAt = MONTHS.indexOf(month.toLowerCase() as (typeof MONTHS)[number]); // cast: -1 for what is no month
  const at = Date.UTC(fullYear, monthAt, Number(day), Number(hour), Number(minute), Number(second));
  const exists = monthAt !== -1 && Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60;
  const midnight = new Date(Date.UTC(fullYear, monthAt, Number(day)));
  return exists && midnight.getUTCDate() === Number(day) ? usableInstant(at, now) : null;
}

/** The full year of two digits. One that would be over 50 years ahead is in the past (RFC 9110 §5.6.7). */
function yearOf(year: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const full = thisYear - (thisYear % 100) + year;
  return full > thisYear + 50 ? full - 100 : full;
}

const ISO = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i;

/** An ISO-8601 time; without an offset it is UTC. */
export function readIsoTime(value: string, now: number): number | null {
  const [, day = '', clock = '', zone = 'Z'] = ISO.exec(value.trim()) ?? [];
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z';
  return usableInstant(Date.parse(`${day}T${clock}${offset}`), now);
}

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration as Go prints it (`6m0s`, `1h2m3.5s`, `120ms`), counted from now. */
export function readDuration(value: string, now: number): number | null {
  const text = value.trim().toLowerCase();
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) return null;
  let waitMs = 0;
  for (const [, count, unit] of text.matchAll(/([\d.]+)(ms|[smhd])/g)) {
    waitMs += Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS]; // cast: the pattern's own units
  }
  return usableInstant(now + waitMs, now);
}

function numbersOf(value: string): readonly number[] | undefined {
  const parts = value.split(',').map((part) => part.trim());
  const written = parts.filter((part) => part !== '');
  return written.length > 0 && written.every((part) => NUMBER.test(part)) ? written.map(Number) : undefined;
}

function latest(instants: readonly (number | null)[]): number | null {
  const usable = instants.filter((at) => at !== null);
  return usable.length === 0 ? null : Math.max(...usable);
}
