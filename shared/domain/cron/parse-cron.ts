import { daysInMonth } from './calendar.ts';
import { CronError } from './cron-error.ts';
import { MACROS, MAX_CRON_LENGTH, needsBothDayFields } from './cron-expression.ts';
import type { CronExpression } from './cron-expression.ts';
import { readField } from './read-field.ts';

/**
 * Reads `minute hour day-of-month month day-of-week` or a macro. Throws CronError for everything else. cron-parser only
 * reads the values of the fields. What it understands differently from this dialect is refused or rewritten before, and
 * `nextFire` and `isNominal` decide when an expression fires.
 */
export function parseCron(text: string): CronExpression {
  if (text.length > MAX_CRON_LENGTH) {
    throw new CronError('cron', `${text.length} characters; at most ${MAX_CRON_LENGTH} are allowed`);
  }
  const [minute, hour, dayOfMonth, month, dayOfWeek] = splitFields(text);
  const cron: CronExpression = {
    minute: readField('minute', minute),
    hour: readField('hour', hour),
    dayOfMonth: readField('dayOfMonth', dayOfMonth),
    month: readField('month', month),
    dayOfWeek: readField('dayOfWeek', dayOfWeek),
  };
  refuseDatesThatNeverCome(cron);
  return cron;
}

function splitFields(text: string): readonly [string, string, string, string, string] {
  if (/[\r\n\v\f\u0085\u2028\u2029]/.test(text)) {
    throw new CronError('cron', 'a line break is not allowed; separate fields by spaces or tabs');
  }
  const written = text.split(/[ \t]+/).filter((field) => field !== '');
  const fields = written.length === 1 && written[0]?.startsWith('@') ? expandMacro(written[0]) : written;
  const [minute, hour, dayOfMonth, month, dayOfWeek, ...more] = fields;
  if (dayOfWeek === undefined || more.length > 0) throw wrongCount(fields.length);
  // The five are present once the last one is.
  return [minute ?? '', hour ?? '', dayOfMonth ?? '', month ?? '', dayOfWeek];
}

function expandMacro(macro: string): readonly string[] {
  const expanded = MACROS.get(macro.toLowerCase());
  if (expanded !== undefined) return expanded.split(' ');
  const shown = JSON.stringify(macro.slice(0, 24));
  throw new CronError('cron', `${shown} is not a macro; allowed: ${[...MACROS.keys()].join(' ')}`);
}

function wrongCount(count: number): CronError {
  const seconds = count >= 6 ? ' (seconds and years are not offered)' : '';
  const order = 'minute hour day-of-month month day-of-week';
  return new CronError('cron', `${count} fields${seconds}; five are needed: ${order}, separated by spaces or tabs`);
}

function refuseDatesThatNeverCome(cron: CronExpression): void {
  // Where one matching day field is enough, the weekday alone gives a day in every month.
  if (!needsBothDayFields(cron)) return;
  const first = cron.dayOfMonth.values[0] ?? 1;
  if (cron.month.values.some((month) => first <= daysInMonth(month))) return;
  const longest = Math.max(...cron.month.values.map((month) => daysInMonth(month)));
  throw new CronError('day-of-month', `day ${first} does not exist in the given months; allowed: 1–${longest}`);
}
