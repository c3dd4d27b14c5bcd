import { CronExpressionParser } from 'cron-parser';
import { expect, test } from 'vitest';
import { CronError } from '../../shared/domain/cron/cron-error.ts';
import { firesBetween } from '../../shared/domain/cron/next-fires.ts';
import { parseCron } from '../../shared/domain/cron/parse-cron.ts';
import { randomCron, seededRandom } from '../support/random-cron.ts';

/** The next fires as our domain has them, or the field it refuses. */
function ours(text: string, zone: string, after: string, count: number): readonly string[] | string {
  try {
    return firesBetween(parseCron(text), zone, Date.parse(after), Number.POSITIVE_INFINITY, count).map(show);
  } catch (error) {
    if (error instanceof CronError) return `refused: ${error.field}`;
    throw error;
  }
}

/** The next fires as cron-parser has them, or "refused". */
function theirs(text: string, zone: string, after: string, count: number): readonly string[] | string {
  try {
    const expression = CronExpressionParser.parse(text, { tz: zone, currentDate: new Date(after) });
    return expression.take(count).map((date) => show(date.getTime()));
  } catch (error) {
    // It throws plain errors, and the differences below are told by their absence.
    return error instanceof Error ? 'refused' : 'threw something else';
  }
}

function show(ms: number): string {
  return new Date(ms).toISOString().slice(5, 16);
}

// cron-parser reads the values of our fields; the day rule, the clocks and the days that never come are ours. Where the
// two agree, its own times, by luxon's clocks, are a second witness to those.
test.each([
  ['0 9 * * 1-5', 'Europe/Berlin', '2026-03-27T12:00Z'],
  ['*/15 * * * *', 'America/New_York', '2026-11-01T04:40Z'],
  ['@hourly', 'Pacific/Chatham', '2026-04-04T12:00Z'],
  ['0 0 13 * 5', 'UTC', '2026-02-01T00:00Z'],
  ['0 0 29 2 *', 'UTC', '2026-02-01T00:00Z'],
  ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z'],
  ['0 12 * * *', 'Pacific/Apia', '2011-12-29T00:00Z'],
  ['5/15 8 * JAN,jun 1/2', 'Asia/Kathmandu', '2026-02-01T00:00Z'],
])('%s in %s: both agree', (text, zone, after) => {
  expect(ours(text, zone, after, 5)).toEqual(theirs(text, zone, after, 5));
});

// Where they differ, the contract's rule wins: by what is done before its reading, or by our times after it.
test.each([
  // It moves a missing time to a later one.
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['03-30T00:30'], ['03-29T01:30']],
  ['30 1 * * *', 'Antarctica/Troll', '2026-03-28T12:00Z', ['03-29T23:30'], ['03-29T01:30']],
  ['30 0 * * *', 'Africa/Cairo', '2026-04-23T00:00Z', ['04-24T21:30'], ['04-23T22:30']],
  // A stepped star follows the absolute clock: the second 02:30 is a fire too.
  [
    '30 */2 * * *',
    'Europe/Berlin',
    '2026-10-24T23:00Z',
    ['10-25T00:30', '10-25T01:30'],
    ['10-25T00:30', '10-25T03:30'],
  ],
  // It loses half an hour when Lord Howe's clocks go back by half an hour, and another when they go forward.
  [
    '*/15 * * * *',
    'Australia/Lord_Howe',
    '2026-04-04T14:40Z',
    ['04-04T14:45', '04-04T15:00'],
    ['04-04T14:45', '04-04T15:30'],
  ],
  [
    '*/15 * * * *',
    'Australia/Lord_Howe',
    '2026-10-03T15:10Z',
    ['10-03T15:15', '10-03T15:30'],
    ['10-03T15:15', '10-03T16:00'],
  ],
  // Vixie's day rule: a field that begins with a star joins the other by AND, however it goes on.
  ['0 0 */2 * 1', 'UTC', '2026-02-01T00:00Z', ['02-09T00:00', '02-23T00:00'], ['02-02T00:00', '02-03T00:00']],
  ['0 0 */1 * 1', 'UTC', '2026-02-01T00:00Z', ['02-02T00:00', '02-09T00:00'], ['02-02T00:00', '02-03T00:00']],
  // 0 and SUN as the end of a range are 7.
  ['0 0 * * FRI-SUN', 'UTC', '2026-02-01T00:00Z', ['02-06T00:00', '02-07T00:00'], 'refused'],
  ['0 0 * * 0-0', 'UTC', '2026-02-01T00:00Z', ['02-02T00:00', '02-03T00:00'], ['02-08T00:00', '02-15T00:00']],
  ['0 *,5 * * *', 'UTC', '2026-02-01T00:00Z', ['02-01T01:00', '02-01T02:00'], 'refused'],
  // What it accepts and the contract refuses.
  ['', 'UTC', '2026-02-01T00:00Z', 'refused: cron', ['02-01T00:01', '02-01T00:02']],
  ['* * *', 'UTC', '2026-02-01T00:00Z', 'refused: cron', ['02-01T00:01', '02-01T00:02']],
  ['0 * * * * *', 'UTC', '2026-02-01T00:00Z', 'refused: cron', ['02-01T00:01', '02-01T00:02']],
  ['0 0\n* * *', 'UTC', '2026-02-01T00:00Z', 'refused: cron', ['02-02T00:00', '02-03T00:00']],
  ['*/70 * * * *', 'UTC', '2026-02-01T00:00Z', 'refused: minute', ['02-01T01:00', '02-01T02:00']],
  ['0 0 L * *', 'UTC', '2026-02-01T00:00Z', 'refused: day-of-month', ['02-28T00:00', '03-31T00:00']],
  ['0 0 ? * 1', 'UTC', '2026-02-01T00:00Z', 'refused: day-of-month', ['02-02T00:00', '02-09T00:00']],
  ['0 0 * * 1#1', 'UTC', '2026-02-01T00:00Z', 'refused: day-of-week', ['02-02T00:00', '03-02T00:00']],
])('%j in %s after %s: ours wins', (text, zone, after, expected, others) => {
  expect(ours(text, zone, after, expected === 'refused' ? 2 : expected.length)).toEqual(expected);
  expect(theirs(text, zone, after, Array.isArray(others) ? others.length : 2)).toEqual(others);
});

test('a macro for a moment that has no calendar time is refused here and there', () => {
  expect([ours('@reboot', 'UTC', '2026-02-01T00:00Z', 1), theirs('@reboot', 'UTC', '2026-02-01T00:00Z', 1)]).toEqual([
    'refused: cron',
    'refused',
  ]);
});

test('away from clock changes and starred day steps, random expressions agree', () => {
  const random = seededRandom(11);
  let compared = 0;
  while (compared < 300) {
    const text = randomCron(random);
    const [, , date = '*', , day = '*'] = text.split(' ');
    if (/^\*./.test(date) || /^\*./.test(day) || /-(?:0|SUN)/i.test(day)) continue;
    const others = theirs(text, 'Asia/Kolkata', '2026-02-01T00:00Z', 6);
    // It refuses values repeated in a list.
    if (typeof others === 'string') continue;
    expect(ours(text, 'Asia/Kolkata', '2026-02-01T00:00Z', 6), text).toEqual(others);
    compared += 1;
  }
});
