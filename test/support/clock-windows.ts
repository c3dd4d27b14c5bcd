import { readMinutes } from './minute-table.ts';
import type { MinuteTable } from './minute-table.ts';

/** Moments around which schedules are judged: clock changes of every odd kind, and ends of months. */
const MOMENTS: readonly (readonly [zone: string, at: string])[] = [
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  ['Europe/Berlin', '2026-03-29T01:00Z'],
  ['Europe/Berlin', '2027-10-31T01:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'], // half an hour back
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['Pacific/Apia', '2011-12-30T10:00Z'], // a whole day skipped
  ['Pacific/Apia', '2011-09-24T14:00Z'],
  ['Africa/Casablanca', '2026-02-15T02:00Z'], // back for Ramadan, then forward
  ['Africa/Casablanca', '2026-03-22T02:00Z'],
  ['Antarctica/Troll', '2026-03-29T01:00Z'], // two hours
  ['Antarctica/Troll', '2026-10-25T01:00Z'],
  ['Pacific/Chatham', '2026-04-04T14:00Z'], // +12:45 and +13:45
  ['Pacific/Chatham', '2026-09-26T14:00Z'],
  ['Asia/Kolkata', '2028-02-28T18:30Z'],
  ['Asia/Kathmandu', '1985-12-31T18:30Z'], // a quarter of an hour, at New Year
  ['Asia/Kathmandu', '2026-12-31T18:15Z'],
  ['Asia/Pyongyang', '2015-08-14T15:00Z'],
  ['America/St_Johns', '2010-11-07T02:31Z'], // at one minute past midnight
  ['America/Havana', '2026-11-01T05:00Z'], // at one o'clock back to midnight
  ['America/Santiago', '2026-09-06T04:00Z'], // midnight skipped
  ['Africa/Cairo', '2026-10-29T21:00Z'], // midnight back to eleven in the evening
  ['America/Los_Angeles', '2026-03-01T08:00Z'],
  ['Europe/Berlin', '2027-02-28T23:00Z'], // the first of March begins on 28 February in UTC
  ['Pacific/Chatham', '2028-02-29T10:15Z'],
  ['Australia/Lord_Howe', '2026-04-30T13:30Z'],
  ['Pacific/Kiritimati', '2027-01-01T00:00Z'],
  ['Pacific/Kwajalein', '1993-08-21T12:00Z'], // from one side of the date line to the other
  ['UTC', '2028-03-01T00:00Z'],
];

const HOUR_MS = 3_600_000;
/** A second pass must find its first in the table: no clock has gone back by more than this since 1970. */
const LEAD_MS = 26 * HOUR_MS;
const HALF_MS = 36 * HOUR_MS;

/** Three days around a moment: what the zone's clocks and UTC's read at every minute of them. */
export interface ClockWindow {
  readonly zone: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly local: MinuteTable;
  readonly utc: MinuteTable;
  /** Local readings, as minutes of the calendar, that the window skips or has for the second time, in order. */
  readonly odd: readonly number[];
}

/** Reads all windows, about 3 µs a minute. */
export function readClockWindows(): readonly ClockWindow[] {
  return MOMENTS.map(([zone, at]) => {
    const fromMs = Date.parse(at) - HALF_MS;
    const untilMs = Date.parse(at) + HALF_MS;
    const minutes = (untilMs - fromMs + LEAD_MS) / 60_000;
    const read = (name: string): MinuteTable => readMinutes(name, fromMs - LEAD_MS, minutes);
    const local = read(zone);
    return { zone, fromMs, untilMs, local, utc: read('UTC'), odd: oddReadings(local, fromMs) };
  });
}

function oddReadings({ readings, fromMs: tableFromMs }: MinuteTable, fromMs: number): readonly number[] {
  const odd: number[] = [];
  for (let index = (fromMs - tableFromMs) / 60_000; index < readings.length; index += 1) {
    const { key = 0, isRepeat = false } = readings[index] ?? {};
    if (isRepeat) odd.push(key);
    for (let missing = (readings[index - 1]?.key ?? key) + 1; missing < key; missing += 1) odd.push(missing);
  }
  return odd;
}
