import { expect, test } from 'vitest';
import { readScheduleExpression } from '../../../infra/local/scheduler/schedule-expression.ts';

function next(expression: string, zone: string, from: string, count: number): readonly string[] {
  let at: number | null = Date.parse(from);
  const occurrences = readScheduleExpression(expression, zone, at);
  const found: string[] = [];
  while (found.length < count) {
    at = occurrences.next(at);
    if (at === null) return [...found, 'never'];
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

// The examples of "Cron expressions reference" (EventBridge) and "Schedule types" (EventBridge Scheduler), each with
// what the page says of it. 2026-01-01 is a Thursday.
test.each([
  ['cron(0 10 * * ? *)', 'every day at 10:00', ['2026-01-01T10:00', '2026-01-02T10:00']],
  ['cron(15 12 * * ? *)', 'every day at 12:15', ['2026-01-01T12:15', '2026-01-02T12:15']],
  [
    'cron(0 18 ? * MON-FRI *)',
    'Monday to Friday at 18:00',
    ['2026-01-01T18:00', '2026-01-02T18:00', '2026-01-05T18:00'],
  ],
  ['cron(0 8 1 * ? *)', 'every first of the month at 8:00', ['2026-01-01T08:00', '2026-02-01T08:00']],
  ['cron(0/15 * * * ? *)', 'every 15 minutes', ['2026-01-01T00:15', '2026-01-01T00:30', '2026-01-01T00:45']],
  ['cron(0/10 * ? * MON-FRI *)', 'every 10 minutes, Monday to Friday', ['2026-01-01T00:10', '2026-01-01T00:20']],
  ['cron(0/5 8-17 ? * MON-FRI *)', 'every 5 minutes from 8:00 to 17:55', ['2026-01-01T08:00', '2026-01-01T08:05']],
  [
    'cron(0/30 20-2 ? * MON-FRI *)',
    'every half hour from 20:00 and before 3:00',
    [
      '2026-01-01T00:30',
      '2026-01-01T01:00',
      '2026-01-01T01:30',
      '2026-01-01T02:00',
      '2026-01-01T02:30',
      '2026-01-01T20:00',
    ],
  ],
  [
    'cron(1/10 1 1 1 ? *)',
    'every tenth minute from the first',
    ['2026-01-01T01:01', '2026-01-01T01:11', '2026-01-01T01:21'],
  ],
  ['cron(15 10 ? * 6L 2026-2027)', 'the last Friday of each month at 10:15', ['2026-01-30T10:15', '2026-02-27T10:15']],
  ['cron(0 9 ? * 3#2 *)', 'the second Tuesday of the month', ['2026-01-13T09:00', '2026-02-10T09:00']],
  [
    'cron(0 9 3W * ? *)',
    'the weekday closest to the third',
    ['2026-01-02T09:00', '2026-02-03T09:00', '2026-03-03T09:00'],
  ],
  ['cron(0 9 1W * ? *)', 'never in the month before', ['2026-01-01T09:00', '2026-02-02T09:00']],
  ['cron(0 9 L * ? *)', 'the last day of the month', ['2026-01-31T09:00', '2026-02-28T09:00']],
  ['cron(0 9 LW * ? *)', 'the last weekday of the month', ['2026-01-30T09:00', '2026-02-27T09:00']],
  ['cron(0 9 ? * L *)', 'the last day of the week', ['2026-01-03T09:00', '2026-01-10T09:00']],
  ['cron(0 0 ? * 1 *)', '1 is Sunday', ['2026-01-04T00:00', '2026-01-11T00:00']],
  ['cron(0 0 ? * 7 *)', '7 is Saturday', ['2026-01-03T00:00', '2026-01-10T00:00']],
  [
    'cron(0 0 1 JAN,APR,JUL,OCT ? 2026)',
    'months by name, one year',
    ['2026-04-01T00:00', '2026-07-01T00:00', '2026-10-01T00:00', 'never'],
  ],
  ['cron(0 0 29 2 ? *)', 'leap days', ['2028-02-29T00:00', '2032-02-29T00:00']],
  ['cron(0 0 30 2 ? *)', 'a date that never comes', ['never']],
  ['cron(0 0 1 1 ? 2025)', 'a year that is over', ['never']],
  ['rate(5 minutes)', 'five minutes apart', ['2026-01-01T00:05', '2026-01-01T00:10']],
  ['rate(1 hour)', 'an hour apart', ['2026-01-01T01:00', '2026-01-01T02:00']],
  ['rate(7 days)', 'days of 24 hours', ['2026-01-08T00:00', '2026-01-15T00:00']],
  ['at(2026-11-20T13:00:00)', 'once', ['2026-11-20T13:00', 'never']],
])('%s: %s', (expression, _meaning, expected) => {
  expect(next(expression, 'UTC', '2026-01-01T00:00:00Z', expected.length)).toEqual(expected);
});

test.each([
  ['cron(30 2 * * ? *)', 'America/New_York', '2026-03-07T12:00Z', ['2026-03-09T06:30'], 'a missing time is skipped'],
  [
    'cron(30 1 * * ? *)',
    'America/New_York',
    '2026-10-31T12:00Z',
    ['2026-11-01T05:30', '2026-11-02T06:30'],
    'a repeated time fires on its first pass',
  ],
  [
    'cron(0/30 * * * ? *)',
    'America/New_York',
    '2026-11-01T04:45Z',
    ['2026-11-01T05:00', '2026-11-01T05:30', '2026-11-01T07:00'],
    'nothing fires in the second pass',
  ],
  ['cron(0 12 30 12 ? 2011)', 'Pacific/Apia', '2011-12-01T00:00Z', ['never'], 'a skipped day has no noon'],
  ['cron(15 2 5 4 ? 2026)', 'Australia/Lord_Howe', '2026-04-01T00:00Z', ['2026-04-04T15:45'], 'half an hour back'],
  ['at(2026-07-01T09:00:00)', 'Europe/Berlin', '2026-01-01T00:00Z', ['2026-07-01T07:00'], 'at in a zone'],
])('%s in %s from %s', (expression, zone, from, expected, _why) => {
  expect(next(expression, zone, from, expected.length)).toEqual(expected);
});

test.each([
  ['cron(0 10 * * * *)', 'exactly one of day-of-month and day-of-week'],
  ['cron(0 10 ? * ? *)', 'exactly one of day-of-month and day-of-week'],
  ['cron(0 10 1 * MON *)', 'exactly one of day-of-month and day-of-week'],
  ['cron(0 10 * * ?)', 'six fields'],
  ['cron(0 0 10 * * ? *)', 'six fields'],
  ['cron(60 10 * * ? *)', 'minutes: "60"'],
  ['cron(0 24 * * ? *)', 'hours: "24"'],
  ['cron(0 0 32 * ? *)', 'day-of-month: "32"'],
  ['cron(0 0 0 * ? *)', 'day-of-month: "0"'],
  ['cron(0 0 1 13 ? *)', 'month: "13"'],
  ['cron(0 0 1 jan ? *)', 'month: "jan"'],
  ['cron(0 0 ? * 0 *)', 'day-of-week: "0"'],
  ['cron(0 0 ? * 8 *)', 'day-of-week: "8"'],
  ['cron(0 0 ? * MON/2 *)', 'day-of-week: "/"'],
  ['cron(0 0 ? * FRI-MON *)', 'day-of-week: "FRI-MON"'],
  ['cron(0 0 ? * 3#1,6#3 *)', 'day-of-week'],
  ['cron(0 0 ? * 3#6 *)', 'day-of-week'],
  ['cron(0 0 * * ? 1969)', 'year: "1969"'],
  ['cron(0 0 * * ? 2200)', 'year: "2200"'],
  ['cron(0/0 0 * * ? *)', 'minutes: "0/0"'],
  ['cron(*,  0 * * ? *)', 'minutes: ""'],
  ['cron(? 0 * * ? *)', 'minutes: "?"'],
  ['rate(0 minutes)', 'positive whole number'],
  ['rate(1.5 hours)', 'positive whole number'],
  ['rate(5 seconds)', 'positive whole number'],
  ['rate(5)', 'positive whole number'],
  ['at(2026-02-30T00:00:00)', 'real date'],
  ['at(2026-02-03T00:00:00Z)', 'real date'],
  ['at(2026-02-03 00:00:00)', 'real date'],
  ['0 10 * * ? *', 'an expression is'],
  ['cron(0 10 * * ? *) ', 'an expression is'],
])('%s is refused: %s', (expression, reason) => {
  expect(() => readScheduleExpression(expression, 'UTC', 0)).toThrow(reason);
});
