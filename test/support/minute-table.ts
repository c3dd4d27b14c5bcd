/** What a zone's clocks read at one minute. `key` is the reading as minutes of the calendar; `isRepeat` on a second pass. */
export interface Reading {
  readonly year: number;
  readonly month: number;
  readonly date: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly key: number;
  readonly isRepeat: boolean;
}

/** Readings of every minute from `fromMs` on. */
export interface MinuteTable {
  readonly fromMs: number;
  readonly readings: readonly Reading[];
}

const MINUTE_MS = 60_000;

/** Asks Intl minute by minute, without any arithmetic of offsets. The table must begin a day before what is judged. */
export function readMinutes(zone: string, fromMs: number, minutes: number): MinuteTable {
  const read = zone === 'UTC' ? (ms: number): number => ms / MINUTE_MS : clockOf(zone);
  const seen = new Set<number>();
  const readings: Reading[] = [];
  for (let index = 0; index < minutes; index += 1) {
    const key = read(fromMs + index * MINUTE_MS);
    readings.push({ ...fieldsOf(key), key, isRepeat: seen.has(key) });
    seen.add(key);
  }
  return { fromMs, readings };
}

/** The calendar fields of a reading given as minutes of the calendar. */
export function fieldsOf(key: number): Omit<Reading, 'key' | 'isRepeat'> {
  const at = new Date(key * MINUTE_MS);
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    date: at.getUTCDate(),
    weekday: at.getUTCDay(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
  };
}

function clockOf(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (ms) => {
    const [month = 0, date = 0, year = 0, hour = 0, minute = 0] = (format.format(ms).match(/\d+/g) ?? []).map(Number);
    return Date.UTC(year, month - 1, date, hour, minute) / MINUTE_MS;
  };
}

/** The instants from `judgeFromMs` on whose readings satisfy the test. */
export function instantsWhere(
  table: MinuteTable,
  judgeFromMs: number,
  isChosen: (reading: Reading) => boolean,
): readonly number[] {
  const chosen: number[] = [];
  for (let index = (judgeFromMs - table.fromMs) / MINUTE_MS; index < table.readings.length; index += 1) {
    const reading = table.readings[index];
    if (reading !== undefined && isChosen(reading)) chosen.push(table.fromMs + index * MINUTE_MS);
  }
  return chosen;
}
