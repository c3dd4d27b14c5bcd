import { GetScheduleCommand, UpdateScheduleCommand, type UpdateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { describe, expect, it } from 'vitest';
import { createEntryScheduler } from '../../shared/aws/entry-scheduler.ts';
import type { ScheduleEntry } from '../../shared/engine/schedules/schedule-ports.ts';
import { openTestScheduler } from '../support/open-test-scheduler.ts';

const START = '2026-11-23T10:00:00Z';
const NOW = Date.parse(START);

const entry: ScheduleEntry = {
  name: 'a',
  expression: 'cron(0 9 ? * MON *)',
  timezone: 'Europe/Berlin',
  startAt: new Date('2026-12-01T00:00:00Z'),
  isSingle: false,
  maxAgeSeconds: 3_600,
  scheduleUid: '00000000-0000-4000-8000-000000000001',
  revision: 3,
};

function open() {
  const { client } = openTestScheduler(START);
  const entries = createEntryScheduler(client, {
    group: 'default',
    roleArn: 'arn:aws:iam::000000000000:role/scheduler',
    queueArn: 'arn:aws:sqs:us-east-1:000000000000:control',
    deadLettersArn: 'arn:aws:sqs:us-east-1:000000000000:dead-letters',
  });
  return { client, entries };
}

describe('an entry', () => {
  it('is there once it was put, and not before, nor once it was deleted', async () => {
    const { entries } = open();
    expect(await entries.hasEntry(entry, NOW)).toBe(false);
    await entries.putEntry(entry);
    expect(await entries.hasEntry(entry, NOW)).toBe(true);
    await entries.deleteEntry('a');
    await entries.deleteEntry('a'); // what is not there is no fault
    expect(await entries.hasEntry(entry, NOW)).toBe(false);
  });

  it('is the same without a start that has come, and with another age of its events', async () => {
    const { entries } = open();
    await entries.putEntry(entry);
    const later = Date.parse('2026-12-02T00:00:00Z');
    expect(await entries.hasEntry({ ...entry, startAt: null, maxAgeSeconds: 60 }, later)).toBe(true);
    expect(await entries.hasEntry({ ...entry, startAt: null }, NOW)).toBe(false);
  });

  type Change = (input: UpdateScheduleCommandInput) => Partial<UpdateScheduleCommandInput>;
  const target =
    (change: object): Change =>
    ({ Target: before }) => ({ Target: { Arn: '', RoleArn: '', ...before, ...change } });
  const other = 'arn:aws:sqs:us-east-1:000000000000:other';
  const changes: readonly [what: string, Change][] = [
    ['expression', () => ({ ScheduleExpression: 'cron(0 8 ? * MON *)' })],
    ['zone', () => ({ ScheduleExpressionTimezone: 'UTC' })],
    ['state', () => ({ State: 'DISABLED' })],
    ['start', () => ({ StartDate: new Date('2026-12-02T00:00:00Z') })],
    ['end', () => ({ EndDate: new Date('2027-01-01T00:00:00Z') })],
    ['window', () => ({ FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 } })],
    ['end of life', () => ({ ActionAfterCompletion: 'DELETE' })],
    ['target', target({ Arn: other })],
    ['role', target({ RoleArn: 'arn:aws:iam::000000000000:role/other' })],
    ['message', target({ Input: '{}' })],
    ['dead-letter queue', target({ DeadLetterConfig: { Arn: other } })],
    ['retries', target({ RetryPolicy: { MaximumRetryAttempts: 0 } })],
  ];
  it.each(changes)('with another %s is seen, and put right by being put again', async (_, change) => {
    const { client, entries } = open();
    await entries.putEntry(entry);
    const found = await client.send(new GetScheduleCommand({ Name: 'a' }));
    const { Name, ScheduleExpression, FlexibleTimeWindow, Target } = found;
    const whole = { ...found, Name, ScheduleExpression, FlexibleTimeWindow, Target };
    await client.send(new UpdateScheduleCommand({ ...whole, ...change(whole) }));
    expect(await entries.hasEntry(entry, NOW)).toBe(false);
    await entries.putEntry(entry);
    expect(await entries.hasEntry(entry, NOW)).toBe(true);
  });
});
