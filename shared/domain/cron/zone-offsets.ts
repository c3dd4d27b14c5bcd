import { DAY_MS, HOUR_MS } from './calendar.ts';

/** A period in which a zone has one offset: local = instant + offsetMs for startMs ≤ instant < endMs. */
export interface ZoneSpan {
  readonly startMs: number;
  readonly endMs: number;
  readonly offsetMs: number;
}

/** Spans are found and cached in blocks of this length. A block costs about 75 calls of Intl, once. */
const BLOCK_MS = 366 * DAY_MS;
/** No zone has kept an offset for less than three weeks since 1970 (Cairo and Casablanca at Ramadan come closest). */
const PROBE_MS = 6 * DAY_MS;
const MAX_BLOCKS = 400;
/** Offsets are between −12 h and +14 h; these limits add an hour. */
export const MIN_OFFSET_MS = -13 * HOUR_MS;
export const MAX_OFFSET_MS = 15 * HOUR_MS;

interface ZoneCache {
  readonly probe: (ms: number) => number;
  readonly blocks: Map<number, readonly ZoneSpan[]>;
}

const zones = new Map<string, ZoneCache>();

/** The zone's span that contains this instant. A span may end at a block's edge without a change of the offset. */
export function zoneSpanAt(zone: string, ms: number): ZoneSpan {
  const index = Math.floor(ms / BLOCK_MS);
  const cache = cacheOf(zone);
  let spans = cache.blocks.get(index);
  if (spans === undefined) {
    // The cache is emptied instead of growing without bound, in case ever other years are asked for.
    if (cache.blocks.size >= MAX_BLOCKS) cache.blocks.clear();
    spans = findSpans(cache.probe, index * BLOCK_MS, (index + 1) * BLOCK_MS);
    cache.blocks.set(index, spans);
  }
  for (const span of spans) if (ms < span.endMs) return span;
  throw new RangeError(`${ms} is not an instant`);
}

/** Milliseconds that the zone is ahead of UTC at this instant. */
export function offsetAt(zone: string, ms: number): number {
  return zoneSpanAt(zone, ms).offsetMs;
}

/** Every instant at which the zone's clocks read `localMs` (UTC fields): none when skipped, two when repeated. */
export function instantsOfLocal(zone: string, localMs: number): readonly number[] {
  const instants: number[] = [];
  const last = localMs - MIN_OFFSET_MS;
  for (let at = localMs - MAX_OFFSET_MS; at <= last;) {
    const span = zoneSpanAt(zone, at);
    const instant = localMs - span.offsetMs;
    if (instant >= span.startMs && instant < span.endMs) instants.push(instant);
    at = span.endMs;
  }
  return instants;
}

/** True unless the zone's clocks have already read the same local time at an earlier instant. */
export function isFirstPass(zone: string, ms: number): boolean {
  const span = zoneSpanAt(zone, ms);
  // A second pass comes within the widest possible jump after the change.
  if (ms - (MAX_OFFSET_MS - MIN_OFFSET_MS) >= span.startMs) return true;
  return instantsOfLocal(zone, ms + span.offsetMs)[0] === ms;
}

/** A moment at which a zone's offset changes. */
export interface ClockChange {
  readonly atMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** The zone's clock changes in `fromMs` ≤ at < `untilMs`, in order. */
export function clockChangesBetween(zone: string, fromMs: number, untilMs: number): readonly ClockChange[] {
  const changes: ClockChange[] = [];
  let before = zoneSpanAt(zone, fromMs - 1);
  while (before.endMs < untilMs) {
    const after = zoneSpanAt(zone, before.endMs);
    if (after.offsetMs !== before.offsetMs) {
      changes.push({ atMs: after.startMs, beforeMs: before.offsetMs, afterMs: after.offsetMs });
    }
    before = after;
  }
  return changes;
}

function cacheOf(zone: string): ZoneCache {
  const known = zones.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const cache: ZoneCache = { probe: (ms) => readOffset(format.format(ms)), blocks: new Map() };
  zones.set(zone, cache);
  return cache;
}

function findSpans(probe: (ms: number) => number, fromMs: number, untilMs: number): readonly ZoneSpan[] {
  const spans: ZoneSpan[] = [];
  let startMs = fromMs;
  let offsetMs = probe(fromMs);
  for (let at = fromMs; at < untilMs; at += PROBE_MS) {
    const next = Math.min(at + PROBE_MS, untilMs - 1);
    const nextOffset = probe(next);
    if (nextOffset === offsetMs) continue;
    const change = bisect(probe, at, next, offsetMs);
    spans.push({ startMs, endMs: change, offsetMs });
    startMs = change;
    offsetMs = nextOffset;
  }
  spans.push({ startMs, endMs: untilMs, offsetMs });
  return spans;
}

/** The first instant in (lowMs, highMs] whose offset is not `offsetMs`; the zone changes once between them. */
function bisect(probe: (ms: number) => number, lowMs: number, highMs: number, offsetMs: number): number {
  let low = lowMs;
  let high = highMs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (probe(middle) === offsetMs) low = middle;
    else high = middle;
  }
  return high;
}

/** Reads the end of Intl's `longOffset` text: "GMT", "GMT+10:30", "GMT-00:44:30". */
function readOffset(text: string): number {
  const match = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
  if (match === null) throw new RangeError(`no offset in ${JSON.stringify(text)}`);
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
  const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -ms : ms;
}
