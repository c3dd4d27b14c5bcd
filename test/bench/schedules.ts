import { CronExpressionParser } from 'cron-parser';
import { parseCron } from '../../shared/domain/cron/parse-cron.ts';
import { timingFault } from '../../shared/domain/schedule-times.ts';
import { openTestScheduler, scheduleInput } from '../support/open-test-scheduler.ts';
import type { Progress, Report } from './report.ts';

const NOON = Date.UTC(2026, 5, 1, 12);
const ROUNDS = 5;
const LONG = 5_000_000;

/** Texts that take a careless reader long. */
const TEXTS = [
  '*'.repeat(LONG),
  ' '.repeat(LONG),
  '1-59/1,'.repeat(18),
  '0-'.repeat(64),
  `@${'a'.repeat(127)}`,
  '\t'.repeat(128),
  '9'.repeat(128),
  `${'*/1,'.repeat(29)}* * * * *`,
];

/** Schedules whose next time is far away, or never. */
const TIMINGS = [
  ['30 2 31 3 */7', 'Europe/Berlin'],
  ['30 2 8-14 3 */7', 'America/New_York'],
  ['0 0 29 2 */7', 'Europe/Berlin'],
  [`${'*/59,'.repeat(20)}59 2 31 3 */7`, 'Europe/Berlin'],
  ['0 0 30 2 */7', 'Europe/Berlin'],
] as const;

const STANDING = 20_000;

/** What judging a schedule takes, and what schedules that stand cost the stand-in for EventBridge. */
export async function benchSchedules(progress: Progress): Promise<Report> {
  progress('judging crons');
  const parse = Math.max(...TEXTS.map((text) => best(() => refusalOf(() => parseCron(text)))));
  const library = Math.max(...TEXTS.map((text) => best(() => refusalOf(() => CronExpressionParser.parse(text)))));
  const judge = Math.max(
    ...TIMINGS.map(([cron, timezone]) => best(() => timingFault({ cron, scheduleAt: null, timezone }, NOON))),
  );
  progress(`${STANDING.toLocaleString('en-US')} schedules that stand`);
  const tick = await tickOf(STANDING);
  return {
    title: 'Schedules',
    notes: [
      `The best of ${ROUNDS} each, then the slowest of all texts and times; the zone’s clocks are known by then.`,
    ],
    figures: [
      { what: 'a cron’s text, the slowest', value: parse, unit: 'ms', target: { atMost: 5 }, baseline: library },
      { what: 'a schedule’s times, the slowest', value: judge, unit: 'ms', target: { atMost: 5 } },
      { what: `a tick of ${STANDING} local schedules, none due`, value: tick, unit: 'ms', target: { atMost: 5 } },
    ],
  };
}

/** Reads a text, most of which are refused. */
function refusalOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function tickOf(schedules: number): Promise<number> {
  const start = new Date(NOON).toISOString();
  const { scheduler, turnTo } = openTestScheduler(start);
  const { Name: _, ...input } = scheduleInput('', 'cron(0 9 ? * MON,TUE,WED,THU,FRI *)');
  const body = JSON.stringify({ ...input, ScheduleExpressionTimezone: 'Europe/Berlin' });
  for (let index = 0; index < schedules; index += 1) {
    await scheduler.handle({ method: 'POST', path: `/schedules/s${index}`, query: '', body });
  }
  let fastest = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    await turnTo(start);
    fastest = Math.min(fastest, performance.now() - startedAt);
  }
  return fastest;
}

/** The shortest of some rounds, in ms: what else the machine does only adds. */
function best(work: () => unknown): number {
  let fastest = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    work();
    fastest = Math.min(fastest, performance.now() - startedAt);
  }
  return fastest;
}
