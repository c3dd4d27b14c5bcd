import { expect, test } from 'vitest';
import { parseCron } from '../../shared/domain/cron/parse-cron.ts';
import { toEventBridge, toOneShotEntry, toStartDate } from '../../shared/domain/cron/to-eventbridge.ts';

const NOW = Date.parse('2026-11-23T18:00:00Z');

test.each([
  // Each kind of day field
  ['0 9 * * 1-5', 'UTC', ['cron(0 9 ? * MON,TUE,WED,THU,FRI *)'], 'exact'],
  ['5 4 * * 7', 'UTC', ['cron(5 4 ? * SUN *)'], 'exact'],
  ['0 0 1,15 * 5-7', 'UTC', ['cron(0 0 1,15 * ? *)', 'cron(0 0 ? * SUN,FRI,SAT *)'], 'exact'],
  ['0 0 */2 * 1', 'UTC', ['cron(0 0 ? * MON *)'], 'guarded'],
  ['* * * * *', 'UTC', ['cron(* * * * ? *)'], 'exact'],
  // The fewest entries
  ['0 0 */10 * MON-SAT', 'UTC', ['cron(0 0 1/10 * ? *)'], 'guarded'],
  ['0 0 */1 * 1', 'UTC', ['cron(0 0 ? * MON *)'], 'exact'],
  ['0 0 1-31 * 1', 'UTC', ['cron(0 0 * * ? *)'], 'exact'],
  ['0 0 1-30 4,6 1', 'UTC', ['cron(0 0 * 4,6 ? *)'], 'exact'],
  ['0 0 13 * 0-6', 'UTC', ['cron(0 0 * * ? *)'], 'exact'],
  ['0 0 31 2,4 1', 'UTC', ['cron(0 0 ? 2,4 MON *)'], 'exact'],
  // Printing
  ['5/15 8-17 * * *', 'UTC', ['cron(5/15 8-17 * * ? *)'], 'exact'],
  ['0,30 9,10 30,31 1-3,7 *', 'UTC', ['cron(0,30 9,10 30,31 1-3,7 ? *)'], 'exact'],
  ['0 0 1 1/3 *', 'UTC', ['cron(0 0 1 1/3 ? *)'], 'exact'],
])('%s in %s is %j, %s', (text, zone, expressions, guard) => {
  const plan = toEventBridge(parseCron(text), zone, NOW);
  expect(plan.entries.map((entry) => entry.expression)).toEqual(expressions);
  expect(plan.guarded).toBe(guard === 'guarded');
});

test.each([
  // A fixed hour: AWS's clock rules are ours, so the zone stays.
  ['0 9 * * *', 'America/New_York', 'cron(0 9 * * ? *)', 'America/New_York', false],
  // A starred hour where clocks never change: the zone stays, exact even at half hours.
  ['0 */2 * * *', 'Asia/Kolkata', 'cron(0 0/2 * * ? *)', 'Asia/Kolkata', false],
  ['@hourly', 'Asia/Kathmandu', 'cron(0 * * * ? *)', 'Asia/Kathmandu', false],
  // A starred hour where they change: UTC.
  ['*/15 * * * *', 'America/New_York', 'cron(0/15 * * * ? *)', 'UTC', false],
  ['@hourly', 'Pacific/Chatham', 'cron(15 * * * ? *)', 'UTC', false],
  ['@hourly', 'Australia/Lord_Howe', 'cron(0,30 * * * ? *)', 'UTC', true],
  ['0 */2 * * *', 'Europe/Berlin', 'cron(0 * * * ? *)', 'UTC', true],
  ['0 */6 * * *', 'Europe/Berlin', 'cron(0 4,5,10,11,16,17,22,23 * * ? *)', 'UTC', true],
  ['*/10 * * * 1', 'America/New_York', 'cron(0/10 * ? * MON,TUE *)', 'UTC', true],
  ['* * 1 1 *', 'Europe/Berlin', 'cron(* * 1,28-31 1,12 ? *)', 'UTC', true],
  // Moved by a day, thirty dates are all dates.
  ['0 * 1-30 * MON', 'Europe/Berlin', 'cron(0 * * * ? *)', 'UTC', true],
  ['* * 31 12 *', 'America/New_York', 'cron(* * 1,31 1,12 ? *)', 'UTC', true],
])('%s in %s is %s in %s', (text, zone, expression, timezone, guarded) => {
  expect(toEventBridge(parseCron(text), zone, NOW)).toEqual({ entries: [{ expression, timezone }], guarded });
});

test('the longest that can be printed is within AWS’s 256 characters', () => {
  const twoOfThree = (top: number, from: number): string => `${from}-${top}/3,${from + 1}-${top}/3`;
  for (const [minute, hour, date, month] of [
    [0, 0, 1, 1],
    [1, 1, 2, 1],
    [2, 1, 2, 2],
  ] as const) {
    const text = `${twoOfThree(59, minute)} ${twoOfThree(23, hour)} ${twoOfThree(31, date)} ${twoOfThree(12, month)} *`;
    for (const zone of ['UTC', 'Europe/Berlin']) {
      for (const { expression } of toEventBridge(parseCron(text), zone, NOW).entries) {
        expect(expression.length).toBeLessThanOrEqual(256);
      }
    }
  }
});

test('a one-shot is at() in UTC, never before its time', () => {
  expect(toOneShotEntry(NOW)).toEqual({ expression: 'at(2026-11-23T18:00:00)', timezone: 'UTC' });
  expect(toOneShotEntry(NOW + 1).expression).toBe('at(2026-11-23T18:00:01)');
});

test('StartDate is the moment from which a cron counts, and left out once it has passed', () => {
  expect(toStartDate(null, NOW)).toBeNull();
  expect(toStartDate(NOW, NOW)).toBeNull();
  expect(toStartDate(NOW + 1500, NOW)).toEqual(new Date(NOW + 2000));
});
