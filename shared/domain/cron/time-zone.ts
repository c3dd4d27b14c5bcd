/** EventBridge Scheduler's limit for ScheduleExpressionTimezone (CreateSchedule, API reference). */
export const MAX_ZONE_LENGTH = 50;

/** The answers for this many names are cached, because making a formatter costs 50 µs. */
const MAX_KEPT = 1000;
const kept = new Map<string, string | null>();

/**
 * Why a text is not a time zone that both Intl and EventBridge know, or null when it is one. Names must be spelt
 * exactly: Intl ignores case, EventBridge does not.
 */
export function timeZoneFault(name: string): string | null {
  const known = kept.get(name);
  if (known !== undefined) return known;
  if (kept.size >= MAX_KEPT) kept.clear();
  const fault = findFault(name);
  // A text that is too long for a name is not cached.
  if (name.length <= MAX_ZONE_LENGTH) kept.set(name, fault);
  return fault;
}

function findFault(name: string): string | null {
  const allowed = 'allowed: a tz database name such as "Europe/Berlin", or "UTC"';
  if (name.length > MAX_ZONE_LENGTH)
    return `the time zone has ${name.length} characters, which is too long; ${allowed}`;
  const shown = JSON.stringify(name);
  if (/^[+-]|^(?:UTC|GMT)[+-]/i.test(name)) return `${shown} is an offset, not a zone; ${allowed}`;
  const resolved = resolve(name);
  if (resolved === null) return `${shown} is not a known time zone; ${allowed}`;
  if (name === 'UTC' || name === 'GMT') return null;
  if (!name.includes('/')) return `${shown} is an abbreviation or an old alias; ${allowed}`;
  const sameButCase = resolved !== name && resolved.toLowerCase() === name.toLowerCase();
  if (sameButCase) return `${shown} must be written "${resolved}"; ${allowed}`;
  return name.split('/').every(hasUsualCase) ? null : `${shown} must be spelt in its usual case; ${allowed}`;
}

function resolve(name: string): string | null {
  if (!/^[A-Za-z0-9_+/-]+$/.test(name)) return null;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * Checks the case of an alias, which resolves to another name, by its shape: `Kolkata`, `GMT+5`, `NSW`; not `kolkata`.
 */
function hasUsualCase(part: string): boolean {
  return /^[A-Z]/.test(part) && (part.length <= 3 || /[a-z]/.test(part) || part.startsWith('GMT'));
}
