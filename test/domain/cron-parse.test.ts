import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CronError } from '../../shared/domain/cron/cron-error.ts';
import { parseCron } from '../../shared/domain/cron/parse-cron.ts';
import { randomCron, seededRandom } from '../support/random-cron.ts';
import { admitted } from '../support/vixie-cron-oracle.ts';

const ALL_DAYS = [0, 1, 2, 3, 4, 5, 6];

function fault(text: string): string {
  try {
    parseCron(text);
  } catch (error) {
    if (error instanceof CronError) return error.field;
    throw error;
  }
  return 'accepted';
}

test.each([
  ['1-5', [1, 2, 3, 4, 5]],
  ['MON-FRI', [1, 2, 3, 4, 5]],
  ['mon,Wed,fRi', [1, 3, 5]],
  ['7', [0]],
  ['5-7', [0, 5, 6]],
  ['5-0', [0, 5, 6]],
  ['FRI-SUN', [0, 5, 6]],
  ['7-7', [0]],
  ['0-0', ALL_DAYS],
  ['SUN-SUN', ALL_DAYS],
  ['0-7', ALL_DAYS],
  ['*/2', [0, 2, 4, 6]],
  ['*/7', [0]],
  ['1/2', [0, 1, 3, 5]],
  ['MON-SAT/2', [1, 3, 5]],
])('day-of-week %s is %j', (field, days) => {
  expect(parseCron(`0 0 * * ${field}`).dayOfWeek.values).toEqual(days);
});

test('steps, lists and ranges join into one sorted set', () => {
  expect(parseCron('30,5/15,10-12,10 * * * *').minute.values).toEqual([5, 10, 11, 12, 20, 30, 35, 50]);
});

test('month names and numbers mix', () => {
  expect(parseCron('0 0 1 jan,3,OCT-12 *').month.values).toEqual([1, 3, 10, 11, 12]);
});

test('only the first character decides whether a field begins with a star', () => {
  const cron = parseCron('0 *,5 5,* */2 *');
  expect([cron.hour, cron.dayOfMonth, cron.month].map((field) => field.startsWithStar)).toEqual([true, false, true]);
});

test.each([
  ['@hourly', '0 * * * *'],
  ['@Daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@YEARLY', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
])('%s is %s', (macro, fields) => {
  expect(parseCron(macro)).toEqual(parseCron(fields));
});

test('tabs and runs of spaces part fields', () => {
  expect(parseCron(' 0\t9  * * \t1 ')).toEqual(parseCron('0 9 * * 1'));
});

test.each([
  ['', 'cron'],
  ['* * * *', 'cron'],
  ['0 * * * * *', 'cron'],
  ['0 0 1 1 * 2027', 'cron'],
  ['@reboot', 'cron'],
  ['@every 5m', 'cron'],
  ['@daily 5', 'cron'],
  ['0 0 * * *\n', 'cron'],
  ['0 0\r* * *', 'cron'],
  ['0 0\u2028* * *', 'cron'],
  ['0\u00a00 * * *', 'cron'],
  ['0 0 * * * #', 'cron'],
  [`${'0,'.repeat(61)}0 * * * *`, 'cron'],
  ['60 * * * *', 'minute'],
  ['-5 * * * *', 'minute'],
  ['5- * * * *', 'minute'],
  ['/5 * * * *', 'minute'],
  ['*/0 * * * *', 'minute'],
  ['*/60 * * * *', 'minute'],
  ['*/ * * * *', 'minute'],
  ['*/5/5 * * * *', 'minute'],
  ['1,,2 * * * *', 'minute'],
  ['1, * * * *', 'minute'],
  ['** * * * *', 'minute'],
  ['*5 * * * *', 'minute'],
  ['1-2-3 * * * *', 'minute'],
  ['001 * * * *', 'minute'],
  ['1.5 * * * *', 'minute'],
  ['٣ * * * *', 'minute'],
  ['MON * * * *', 'minute'],
  ['0 24 * * *', 'hour'],
  ['0 22-2 * * *', 'hour'],
  ['0 */24 * * *', 'hour'],
  ['0 0 0 * *', 'day-of-month'],
  ['0 0 32 * *', 'day-of-month'],
  ['0 0 L * *', 'day-of-month'],
  ['0 0 15W * *', 'day-of-month'],
  ['0 0 ? * MON', 'day-of-month'],
  ['0 0 30 2 *', 'day-of-month'],
  ['0 0 31 4,6,9,11 *', 'day-of-month'],
  ['0 0 30 2 */2', 'day-of-month'],
  ['0 0 */32 * *', 'day-of-month'],
  ['0 0 1 0 *', 'month'],
  ['0 0 1 13 *', 'month'],
  ['0 0 1 JANUARY *', 'month'],
  ['0 0 1 DEC-JAN *', 'month'],
  ['0 0 * * 8', 'day-of-week'],
  ['0 0 * * MON#1', 'day-of-week'],
  ['0 0 * * 5L', 'day-of-week'],
  ['0 0 * * ?', 'day-of-week'],
  ['0 0 * * 6-1', 'day-of-week'],
  ['0 0 * * FRI-MON', 'day-of-week'],
])('%j is refused and the field is %s', (text, field) => {
  expect(fault(text)).toBe(field);
});

test.each(['0 0 29 2 *', '0 0 30 2 1', '0 0 31 2,3 *', '0 0 30,1 2 *'])('%s comes and is accepted', (text) => {
  expect(fault(text)).toBe('accepted');
});

test('a refusal names the piece and what is allowed', () => {
  expect(() => parseCron('0 9-25 * * *')).toThrow(/^hour: "9-25" .*25 is out of range; allowed: 0–23/);
});

// How soon is measured by the bench `schedules`; what never ends fails here too.
test.each(['*'.repeat(5_000_000), '1-59/1,'.repeat(18), '0-'.repeat(64), `@${'a'.repeat(127)}`, '\t'.repeat(128)])(
  'a hostile text is refused (%#)',
  (text) => {
    expect(fault(text)).not.toBe('accepted');
  },
);

test('whatever the text, it is accepted or refused with a field and a short message', () => {
  const piece = fc.constantFrom(...'*,-/0157 \t\n@?LW#'.split(''), 'MON', 'sun', 'JAN', '31', '59', '👍', 'daily');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
      try {
        const cron = parseCron(pieces.join(''));
        for (const field of Object.values(cron)) expect(field.values.length).toBeGreaterThan(0);
      } catch (error) {
        if (!(error instanceof CronError)) throw error;
        expect(error.message.length).toBeLessThan(250);
      }
    }),
    { numRuns: 2000, seed: 7 },
  );
});

test.each([
  ['minute', 0, 0, 59, 59],
  ['hour', 1, 0, 23, 23],
  ['dayOfMonth', 2, 1, 31, 31],
  ['month', 3, 1, 12, 12],
  ['dayOfWeek', 4, 0, 7, 6],
] as const)('random texts of %s hold what a reading value by value admits', (name, index, min, top, starEnd) => {
  const random = seededRandom(index);
  const texts = Array.from({ length: 500 }, () => randomCron(random)).filter((text) => !text.startsWith('@'));
  expect(texts.length).toBeGreaterThan(400);
  for (const field of texts.map((text) => text.split(' ')[index] ?? '')) {
    const admits = [...admitted(field, min, top, starEnd)].map((value) => (name === 'dayOfWeek' ? value % 7 : value));
    const read = parseCron(['0', '0', '1', '1', '1'].with(index, field).join(' '))[name].values;
    expect(read, field).toEqual([...new Set(admits)].toSorted((a, b) => a - b));
  }
});

const BAD_PIECES = [
  'L',
  '?',
  '5#2',
  '1W',
  '-1',
  '1-',
  '5-1',
  '1--2',
  '*/0',
  '*/99',
  '/2',
  '1//2',
  '999',
  'x',
  '1,',
  '**',
  'é',
];
const FIELDS = ['minute', 'hour', 'day-of-month', 'month', 'day-of-week'];

test.each(FIELDS.flatMap((field, index) => BAD_PIECES.map((piece) => [piece, field, index] as const)))(
  '%s in the %s is refused there, beside good pieces too',
  (piece, field, index) => {
    for (const text of [piece, `1,${piece}`, `${piece},1`]) {
      const fields = ['0', '0', '1', '1', '1'].with(index, text);
      expect(fault(fields.join(' ')), text).toBe(field);
      expect(() => parseCron(fields.join('\t'))).toThrow(new RegExp(`^${field}: "[^"]*" is not valid: .+; allowed: `));
    }
  },
);

test('the first field that is wrong is named', () => {
  expect(fault('0 24 32 13 8')).toBe('hour');
  expect(fault('0 0 32 13 8')).toBe('day-of-month');
});
