import type { Reading } from './minute-table.ts';

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC';
const DAYS = 'SUN MON TUE WED THU FRI SAT';

/**
 * Says for each minute whether an EventBridge `cron(…)` fires then: AWS's dialect and clock rules, judged minute by
 * minute from the documents. Shares nothing with the printer or with the local Scheduler's reader.
 */
export function awsCronOracle(expression: string): (reading: Reading) => boolean {
  const inner = /^cron\(([^()]*)\)$/.exec(expression)?.[1];
  if (inner === undefined || expression.length > 256) throw new Error(`AWS would refuse ${expression}`);
  const [minute = '', hour = '', date = '', month = '', day = '', year = '', ...rest] = inner.split(' ');
  if (rest.length > 0 || year === '') throw new Error(`AWS wants six fields: ${expression}`);
  if ([date, day].filter((field) => field === '?').length !== 1) throw new Error(`AWS wants one "?": ${expression}`);
  if (/[/?].|^$/.test(day) || /\d/.test(day)) throw new Error(`weekdays are names without "/": ${expression}`);
  const minutes = table(minute, 0, 59, '');
  const hours = table(hour, 0, 23, '');
  const dates = date === '?' ? null : table(date, 1, 31, '');
  const months = table(month, 1, 12, MONTHS);
  const days = day === '?' ? null : table(day, 1, 7, DAYS);
  const years = table(year, 1970, 2199, '');
  return (at) =>
    minutes[at.minute] === true &&
    hours[at.hour] === true &&
    (dates === null || dates[at.date] === true) &&
    (days === null || days[at.weekday + 1] === true) &&
    months[at.month] === true &&
    years[at.year] === true &&
    // Once for a repeated local time; a missing one has no reading at all.
    !at.isRepeat;
}

/** Which numbers a field admits, each asked by itself of each piece. */
function table(field: string, min: number, max: number, names: string): boolean[] {
  const pieces = field.split(',');
  const admitted: boolean[] = [];
  for (let value = min; value <= max; value += 1) {
    admitted[value] = pieces.some((piece) => admits(piece, value, min, max, names));
  }
  return admitted;
}

function admits(piece: string, value: number, min: number, max: number, names: string): boolean {
  const match = /^(\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(piece);
  if (match === null) throw new Error(`AWS would refuse the piece "${piece}"`);
  const [, whole, first = '', second, step] = match;
  const low = whole === '*' ? min : number(first, names, min);
  const open = whole === '*' || (second === undefined && step !== undefined);
  const high = open ? max : number(second ?? first, names, min);
  if (low < min || high > max || low > high) throw new Error(`AWS would refuse the piece "${piece}"`);
  return value >= low && value <= high && (value - low) % Number(step ?? 1) === 0;
}

function number(text: string, names: string, min: number): number {
  const at = names.split(' ').indexOf(text);
  const value = at >= 0 ? at + min : Number(text);
  if (Number.isNaN(value)) throw new Error(`"${text}" is not a value`);
  return value;
}
