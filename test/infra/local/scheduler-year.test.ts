import { CreateScheduleCommand } from '@aws-sdk/client-scheduler';
import { expect, test } from 'vitest';
import { isNominal } from '../../../shared/domain/cron/next-fires.ts';
import { parseCron } from '../../../shared/domain/cron/parse-cron.ts';
import { toEventBridge } from '../../../shared/domain/cron/to-eventbridge.ts';
import { openTestScheduler, scheduleInput } from '../../support/open-test-scheduler.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const FROM = '2026-01-01T00:00:00Z';
const UNTIL = Date.parse('2027-01-01T00:00:00Z');

/** Every fire of 2026 after its first instant, by hand: `times` are [hour, minute], `offsetAt` in minutes. */
function byHand(
  isDay: (date: Date) => boolean,
  times: readonly (readonly [number, number])[],
  offsetAt: (localMs: number) => number | null,
): readonly number[] {
  const fires: number[] = [];
  for (let day = Date.parse(FROM) - DAY_MS; day <= UNTIL; day += DAY_MS) {
    if (!isDay(new Date(day))) continue;
    for (const [hour, minute] of times) {
      const local = day + hour * HOUR_MS + minute * MINUTE_MS;
      const offset = offsetAt(local);
      if (offset !== null) fires.push(local - offset * MINUTE_MS);
    }
  }
  return fires.filter((ms) => ms > Date.parse(FROM) && ms < UNTIL);
}

/** Berlin in 2026 by its local times: 02:00–02:59 of 29 March is missing; of 25 October the first pass counts. */
function berlin(localMs: number): number | null {
  const local = new Date(localMs).toISOString();
  if (local >= '2026-03-29T02' && local < '2026-03-29T03') return null;
  return local >= '2026-03-29T03' && local < '2026-10-25T03' ? 120 : 60;
}

/** New York: 02:00–02:59 of 8 March is missing; 01:00–01:59 of 1 November counts in its first pass. */
function newYork(localMs: number): number | null {
  const local = new Date(localMs).toISOString();
  if (local >= '2026-03-08T02' && local < '2026-03-08T03') return null;
  return local >= '2026-03-08T03' && local < '2026-11-01T02' ? -240 : -300;
}

/** Lord Howe: 01:30–01:59 of 5 April comes twice, 02:00–02:29 of 4 October is missing. */
function lordHowe(localMs: number): number | null {
  const local = new Date(localMs).toISOString();
  if (local >= '2026-10-04T02:00' && local < '2026-10-04T02:30') return null;
  return local < '2026-04-05T02:00' || local >= '2026-10-04T02:30' ? 660 : 630;
}

const always = (): boolean => true;
const everyHours = (hours: readonly number[], minute: number): readonly (readonly [number, number])[] =>
  hours.map((hour) => [hour, minute]);

/** `30 0-22/2` in Berlin on the absolute clock: the second pass of 02:30 is a fire as well. */
function everyOtherHour(): readonly number[] {
  const named = byHand(always, everyHours([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22], 30), berlin);
  return [...named, Date.parse('2026-10-25T01:30:00Z')].sort((a, b) => a - b);
}

test.each([
  ['30 2 * * *', 'Europe/Berlin', byHand(always, [[2, 30]], berlin), 364],
  [
    '0 9 * * 1-5',
    'America/New_York',
    byHand((day) => day.getUTCDay() >= 1 && day.getUTCDay() <= 5, [[9, 0]], newYork),
    261,
  ],
  ['15 2 * * *', 'Australia/Lord_Howe', byHand(always, [[2, 15]], lordHowe), 364],
  ['45 1 * * *', 'Australia/Lord_Howe', byHand(always, [[1, 45]], lordHowe), 365],
  [
    '0 0 1,15 * FRI',
    'America/New_York',
    byHand((day) => day.getUTCDate() === 1 || day.getUTCDate() === 15 || day.getUTCDay() === 5, [[0, 0]], newYork),
    // 24 dates and 52 Fridays, less 1 and 15 May, which are both
    74,
  ],
  [
    '0 6 */2 * MON',
    'Europe/Berlin',
    byHand((day) => day.getUTCDate() % 2 === 1 && day.getUTCDay() === 1, [[6, 0]], berlin),
    26,
  ],
  ['30 */2 * * *', 'Europe/Berlin', everyOtherHour(), 365 * 12],
])('%s in %s fires at every right moment of 2026 and at no other', async (text, zone, expected, count) => {
  const cron = parseCron(text);
  const { client, delivered, turnTo } = openTestScheduler(FROM);
  for (const [index, entry] of toEventBridge(cron, zone, Date.parse(FROM)).entries.entries()) {
    const input = scheduleInput(`entry-${index}`, entry.expression);
    await client.send(new CreateScheduleCommand({ ...input, ScheduleExpressionTimezone: entry.timezone }));
  }
  for (let at = Date.parse(FROM); at < UNTIL; at += 10 * MINUTE_MS) await turnTo(new Date(at).toISOString());
  const nominal = new Set(delivered.map((delivery) => delivery.nominalMs).filter((ms) => isNominal(cron, zone, ms)));
  expect([...nominal]).toEqual(expected);
  expect(nominal.size).toBe(count);
});
