import { readNumber, readSet } from './aws-cron-set.ts';

/** A local calendar day; month 1–12, weekday 1–7 with Sunday = 1, as AWS counts. */
interface AwsDay {
  readonly year: number;
  readonly month: number;
  readonly date: number;
  readonly weekday: number;
}

export type DayTest = (day: AwsDay) => boolean;

const DATES = { field: 'day-of-month', min: 1, max: 31, names: [] };
const WEEKDAYS = {
  field: 'day-of-week',
  min: 1,
  max: 7,
  names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
};

/** Reads a day-of-month field: `, - * /`, `L` (last day), `nW` (weekday nearest to n), `LW` (last weekday). */
export function matchDates(text: string): DayTest {
  if (text === 'L') return (day) => day.date === lastDate(day);
  if (text === 'LW') return (day) => day.date === nearestWeekday(day, lastDate(day));
  if (text.endsWith('W')) {
    const wanted = readNumber(text.slice(0, -1), DATES);
    return (day) => wanted <= lastDate(day) && day.date === nearestWeekday(day, wanted);
  }
  const dates = new Set(readSet(text, DATES));
  return (day) => dates.has(day.date);
}

/**
 * Reads a day-of-week field: `, -`, `L` (Saturday), `nL` (last n of the month), `n#k` (k-th n). No `/`, no wrapping
 * range.
 */
export function matchWeekdays(text: string): DayTest {
  if (text.includes('/')) throw new RangeError('day-of-week: "/" is not allowed');
  if (text.includes('#')) {
    const [name = '', count = '', ...more] = text.split('#');
    const weekday = readNumber(name, WEEKDAYS);
    if (more.length > 0 || !/^[1-5]$/.test(count)) throw new RangeError(`day-of-week: "${text}" is not n#1 to n#5`);
    return (day) => day.weekday === weekday && Math.ceil(day.date / 7) === Number(count);
  }
  if (text === 'L') return (day) => day.weekday === 7;
  if (text.endsWith('L')) {
    const weekday = readNumber(text.slice(0, -1), WEEKDAYS);
    return (day) => day.weekday === weekday && day.date + 7 > lastDate(day);
  }
  for (const piece of text.split(',')) refuseWrap(piece);
  const weekdays = new Set(readSet(text, WEEKDAYS));
  return (day) => weekdays.has(day.weekday);
}

function refuseWrap(piece: string): void {
  const [from = '', to] = piece.split('-');
  if (to === undefined) return;
  if (readNumber(from, WEEKDAYS) > readNumber(to, WEEKDAYS)) {
    throw new RangeError(`day-of-week: "${piece}" must not wrap around`);
  }
}

function lastDate(day: AwsDay): number {
  return new Date(Date.UTC(day.year, day.month, 0)).getUTCDate();
}

/** Monday to Friday nearest to a date, never leaving its month. */
function nearestWeekday(day: AwsDay, wanted: number): number {
  const weekday = new Date(Date.UTC(day.year, day.month - 1, wanted)).getUTCDay();
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === lastDate(day) ? wanted - 2 : wanted + 1;
  return wanted;
}
