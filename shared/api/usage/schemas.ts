import * as z from 'zod';
import { usageGrouping } from '../enums.ts';
import { count, strict } from '../fields.ts';

const DAY = 'must be a day, such as 2030-01-31';

const day = z.iso.date({ error: DAY });

/** `GET /v1/usage`. */
export const usageQuery = strict({
  from: day.optional().describe('The first day, in UTC. Without it, the 30th day before the last'),
  to: day.optional().describe('The last day, in UTC. Without it, today'),
  by: usageGrouping.optional().describe('Without it, there is a row for each day and action'),
});

const usd = z.number().min(0);

/** What was used: sums over runs that have ended. */
export const usageCounts = {
  runs: count.describe('Async runs, those of schedules among them, that have ended'),
  live_calls: count.describe('Live calls'),
  pages: count.describe('Pages recorded: those that gave results, and those that failed for good'),
  outputs: count.describe('Results recorded'),
  callbacks: count.describe('Callbacks, each counted once however often it was sent'),
  estimated_usd: usd.describe('What that costs the operator in AWS, in dollars, at the measured cost of a usual page'),
} as const;

/** One row of `GET /v1/usage`. */
export const usageRow = strict({
  day: day.nullable().describe('The UTC day on which the runs were created; null where days are summed'),
  action_name: z.string().nullable().describe('The action; null where actions are summed'),
  ...usageCounts,
}).meta({ id: 'UsageRow', description: 'What runs have used.' });
