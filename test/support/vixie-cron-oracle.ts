import type { Reading } from './minute-table.ts';

const MACROS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
};
const NAMES = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC SUN MON TUE WED THU FRI SAT'.split(' ');

/** What the contract says of one valid five-field expression, minute by minute. */
export interface VixieOracle {
  /** True when the local reading is one of the expression's times, whatever the clocks did. */
  readonly isNamed: (reading: Pick<Reading, 'month' | 'date' | 'weekday' | 'hour' | 'minute'>) => boolean;
  /** True when the schedule fires at this minute. */
  readonly fires: (reading: Reading) => boolean;
}

/** Reads a valid expression anew, field by field and value by value, and applies the contract's day and clock rules. */
export function vixieCronOracle(text: string): VixieOracle {
  const fields = (MACROS[text.toLowerCase()] ?? text).split(/[ \t]+/);
  const [minute = '', hour = '', date = '', month = '', day = ''] = fields;
  const minutes = admitted(minute, 0, 59, 59);
  const hours = admitted(hour, 0, 23, 23);
  const dates = admitted(date, 1, 31, 31);
  const months = admitted(month, 1, 12, 12);
  const days = admitted(day, 0, 7, 6);
  const both = date.startsWith('*') || day.startsWith('*');
  const isNamed: VixieOracle['isNamed'] = (at) => {
    const byDate = dates.has(at.date);
    const byDay = days.has(at.weekday) || (at.weekday === 0 && days.has(7));
    const isDay = both ? byDate && byDay : byDate || byDay;
    return isDay && minutes.has(at.minute) && hours.has(at.hour) && months.has(at.month);
  };
  return { isNamed, fires: (at) => isNamed(at) && (hour.startsWith('*') || !at.isRepeat) };
}

/** The values of one field: each of the field's values is tried against each piece. */
export function admitted(field: string, min: number, top: number, starEnd: number): ReadonlySet<number> {
  const values = new Set<number>();
  for (const piece of field.toUpperCase().split(',')) {
    const [span = '', step = '1'] = piece.split('/');
    const [first = '', second] = span.split('-');
    const from = span === '*' ? min : named(first);
    let to = second === undefined ? from : named(second);
    if (span === '*') to = starEnd;
    else if (second === undefined && piece.includes('/')) to = top;
    // 0 or SUN at the end of a range of weekdays is 7.
    if (top === 7 && second !== undefined && to === 0) to = 7;
    for (let value = min; value <= top; value += 1) {
      if (value >= from && value <= to && (value - from) % Number(step) === 0) values.add(value);
    }
  }
  return values;
}

function named(text: string): number {
  const at = NAMES.indexOf(text);
  if (at < 0) return Number(text);
  return at < 12 ? at + 1 : at - 12;
}
