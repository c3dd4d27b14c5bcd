import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConflictException,
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ResourceNotFoundException,
  UpdateScheduleCommand,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestScheduler, scheduleInput } from '../../support/open-test-scheduler.ts';
import type { TestScheduler } from '../../support/open-test-scheduler.ts';

const START = '2026-11-23T10:00:00Z';

function nominals(opened: TestScheduler): readonly string[] {
  return opened.delivered.map((delivery) => new Date(delivery.nominalMs).toISOString().slice(0, 16));
}

describe('calls of the SDK', () => {
  test('a created schedule reads back with defaults, and its dates are instants', async () => {
    const { client } = openTestScheduler(START);
    const made = await client.send(new CreateScheduleCommand(scheduleInput('a', 'rate(1 hour)')));
    const read = await client.send(new GetScheduleCommand({ Name: 'a' }));
    expect(made.ScheduleArn).toBe('arn:aws:scheduler:us-east-1:000000000000:schedule/default/a');
    expect(read).toMatchObject({
      Arn: made.ScheduleArn,
      GroupName: 'default',
      State: 'ENABLED',
      ScheduleExpressionTimezone: 'UTC',
      ActionAfterCompletion: 'NONE',
      CreationDate: new Date(START),
      LastModificationDate: new Date(START),
    });
  });

  test('an update replaces everything: what is left out falls back to its default', async () => {
    const { client, turnTo } = openTestScheduler(START);
    const input = { ...scheduleInput('a', 'cron(0 9 * * ? *)'), ScheduleExpressionTimezone: 'Europe/Berlin' };
    await client.send(new CreateScheduleCommand({ ...input, Description: 'old', State: 'DISABLED' }));
    await turnTo('2026-11-23T11:00:00Z');
    await client.send(new UpdateScheduleCommand(scheduleInput('a', 'rate(2 hours)')));
    const read = await client.send(new GetScheduleCommand({ Name: 'a' }));
    expect(read).toMatchObject({ ScheduleExpression: 'rate(2 hours)', State: 'ENABLED' });
    expect([read.Description, read.ScheduleExpressionTimezone]).toEqual([undefined, 'UTC']);
    expect([read.CreationDate, read.LastModificationDate]).toEqual([new Date(START), new Date('2026-11-23T11:00:00Z')]);
  });

  test('a taken name conflicts unless the same ClientToken comes again', async () => {
    const { client } = openTestScheduler(START);
    const input = { ...scheduleInput('a', 'rate(1 hour)'), ClientToken: 'one' };
    const made = await client.send(new CreateScheduleCommand(input));
    expect((await client.send(new CreateScheduleCommand(input))).ScheduleArn).toBe(made.ScheduleArn);
    const other = client.send(new CreateScheduleCommand({ ...input, ClientToken: 'two' }));
    await expect(other).rejects.toBeInstanceOf(ConflictException);
  });

  test('what is not there is not found, whatever the call', async () => {
    const { client } = openTestScheduler(START);
    const input = scheduleInput('a', 'rate(1 hour)');
    const calls = [
      client.send(new GetScheduleCommand({ Name: 'a' })),
      client.send(new DeleteScheduleCommand({ Name: 'a' })),
      client.send(new UpdateScheduleCommand(input)),
      client.send(new CreateScheduleCommand({ ...input, GroupName: 'none' })),
      client.send(new ListSchedulesCommand({ GroupName: 'none' })),
      client.send(new GetScheduleGroupCommand({ Name: 'none' })),
      client.send(new DeleteScheduleGroupCommand({ Name: 'none' })),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toHaveProperty('reason', expect.any(ResourceNotFoundException));
    }
  });

  test.each([
    ['cron(0 9 * * * *)', {}, 'exactly one of day-of-month and day-of-week'],
    ['at(2026-11-23T09:59:59)', {}, 'its time has passed'],
    ['rate(1 hour)', { ScheduleExpressionTimezone: '+01:00' }, 'is an offset'],
    ['rate(1 hour)', { ScheduleExpressionTimezone: 'Mars/Olympus' }, 'is not a known time zone'],
    ['rate(1 hour)', { StartDate: new Date('2026-11-23T09:54:00Z') }, 'earlier than 5 minutes ago'],
    ['rate(1 hour)', { EndDate: new Date('2026-11-23T09:00:00Z') }, 'must be in the future'],
    ['rate(1 hour)', { Name: 'a b' }, "Value 'a b' at 'name'"],
    ['rate(1 hour)', { Name: 'a'.repeat(65) }, "at 'name'"],
    ['rate(1 hour)', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' as const } }, 'MaximumWindowInMinutes'],
    [`cron(${'0,'.repeat(130)}0 9 * * ? *)`, {}, "'ScheduleExpression'"],
  ])('%s with %j is a ValidationException that says %s', async (expression, change, reason) => {
    const { client } = openTestScheduler(START);
    const call = client.send(new CreateScheduleCommand({ ...scheduleInput('a', expression), ...change }));
    const fault = await call.then(String, (error: unknown) => error);
    expect(fault).toBeInstanceOf(ValidationException);
    expect(fault).toHaveProperty('message', expect.stringContaining(reason));
  });

  test.each([
    ['POST', '/schedules/a', '{', 'not JSON'],
    ['GET', '/schedules/%', '', 'malformed'],
    ['POST', '/nothing/a', '', 'not an operation'],
  ])('%s %s with body %j is refused, not thrown', async (method, path, body, reason) => {
    const { scheduler } = openTestScheduler(START);
    const answer = await scheduler.handle({ method, path, query: '', body });
    expect(answer).toEqual({ status: 400, body: expect.stringContaining(reason) });
  });

  test('lists come in pages that miss nothing, by group, prefix and state', async () => {
    const { client } = openTestScheduler(START);
    await client.send(new CreateScheduleGroupCommand({ Name: 'g' }));
    for (let index = 0; index < 25; index += 1) {
      const input = scheduleInput(`s${index}`, 'rate(1 hour)');
      const State = index % 2 === 0 ? ('ENABLED' as const) : ('DISABLED' as const);
      await client.send(new CreateScheduleCommand({ ...input, GroupName: index < 20 ? 'g' : 'default', State }));
    }
    const names: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const token: { NextToken?: string } = NextToken === undefined ? {} : { NextToken };
      const page = await client.send(new ListSchedulesCommand({ GroupName: 'g', MaxResults: 7, ...token }));
      names.push(...(page.Schedules ?? []).map((schedule) => schedule.Name));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(names).toHaveLength(20);
    expect(new Set(names)).toEqual(new Set(Array.from({ length: 20 }, (_, index) => `s${index}`)));
    const some = await client.send(new ListSchedulesCommand({ NamePrefix: 's1', State: 'DISABLED' }));
    expect(some.Schedules?.map((schedule) => schedule.Name)).toEqual(['s1', 's11', 's13', 's15', 's17', 's19']);
    expect(some.Schedules?.[0]?.Target).toEqual({ Arn: 'arn:aws:sqs:us-east-1:000000000000:control' });
  });

  test('a group goes with all its schedules; the default group stays', async () => {
    const { client } = openTestScheduler(START);
    await client.send(new CreateScheduleGroupCommand({ Name: 'g' }));
    await client.send(new CreateScheduleCommand({ ...scheduleInput('a', 'rate(1 hour)'), GroupName: 'g' }));
    await client.send(new CreateScheduleCommand(scheduleInput('a', 'rate(1 hour)')));
    await client.send(new DeleteScheduleGroupCommand({ Name: 'g' }));
    const groups = await client.send(new ListScheduleGroupsCommand({}));
    expect(groups.ScheduleGroups?.map((group) => group.Name)).toEqual(['default']);
    expect((await client.send(new ListSchedulesCommand({}))).Schedules).toHaveLength(1);
    const refused = client.send(new DeleteScheduleGroupCommand({ Name: 'default' }));
    await expect(refused).rejects.toBeInstanceOf(ValidationException);
  });
});

describe('firing', () => {
  test('each nominal time is delivered once, with its time and attempt in the input, under the role', async () => {
    const opened = openTestScheduler(START);
    await opened.client.send(new CreateScheduleCommand(scheduleInput('a', 'cron(0/2 * * * ? *)')));
    await opened.turnTo('2026-11-23T10:01:59Z');
    expect(opened.delivered).toEqual([]);
    await opened.turnTo('2026-11-23T10:02:00Z');
    await opened.turnTo('2026-11-23T10:03:00Z');
    await opened.turnTo('2026-11-23T10:04:00Z');
    expect(nominals(opened)).toEqual(['2026-11-23T10:02', '2026-11-23T10:04']);
    expect(opened.delivered[0]).toMatchObject({
      kind: 'target',
      arn: 'arn:aws:sqs:us-east-1:000000000000:control',
      roleArn: 'arn:aws:iam::000000000000:role/scheduler',
      input: '{"at":"2026-11-23T10:02:00Z","try":1}',
      scheduleName: 'a',
      groupName: 'default',
    });
  });

  test('StartDate and EndDate bound a recurring schedule, both included', async () => {
    const opened = openTestScheduler(START);
    const bounds = { StartDate: new Date('2026-11-23T10:03:00Z'), EndDate: new Date('2026-11-23T10:05:00Z') };
    await opened.client.send(new CreateScheduleCommand({ ...scheduleInput('a', 'cron(* * * * ? *)'), ...bounds }));
    await opened.turnTo('2026-11-23T10:30:00Z');
    expect(nominals(opened)).toEqual(['2026-11-23T10:03', '2026-11-23T10:04', '2026-11-23T10:05']);
  });

  test('a rate without StartDate begins at once', async () => {
    const opened = openTestScheduler(START);
    await opened.client.send(new CreateScheduleCommand(scheduleInput('a', 'rate(20 minutes)')));
    await opened.turnTo('2026-11-23T10:45:00Z');
    expect(nominals(opened)).toEqual(['2026-11-23T10:00', '2026-11-23T10:20', '2026-11-23T10:40']);
  });

  test('a disabled schedule is silent and does not make up for it', async () => {
    const opened = openTestScheduler(START);
    const input = scheduleInput('a', 'cron(* * * * ? *)');
    await opened.client.send(new CreateScheduleCommand({ ...input, State: 'DISABLED' }));
    await opened.turnTo('2026-11-23T10:10:00Z');
    await opened.client.send(new UpdateScheduleCommand({ ...input, State: 'ENABLED' }));
    await opened.turnTo('2026-11-23T10:11:00Z');
    expect(nominals(opened)).toEqual(['2026-11-23T10:11']);
  });

  test('a one-shot that asks for it is gone after its delivery, another stays', async () => {
    const opened = openTestScheduler(START);
    const shot = 'at(2026-11-23T10:05:30)';
    const gone = { ...scheduleInput('gone', shot), ActionAfterCompletion: 'DELETE' as const };
    await opened.client.send(new CreateScheduleCommand(gone));
    await opened.client.send(new CreateScheduleCommand(scheduleInput('stays', shot)));
    opened.failures.push(new Error('away'));
    await opened.turnTo('2026-11-23T10:05:30Z');
    expect((await opened.client.send(new ListSchedulesCommand({}))).Schedules).toHaveLength(2);
    await opened.turnTo('2026-11-23T10:06:00Z');
    const left = await opened.client.send(new ListSchedulesCommand({}));
    expect(left.Schedules?.map((schedule) => schedule.Name)).toEqual(['stays']);
    expect(opened.delivered.map((delivery) => delivery.scheduleName).toSorted()).toEqual(['gone', 'stays']);
  });

  test('an invocation on its way arrives though its schedule is deleted', async () => {
    const opened = openTestScheduler(START);
    await opened.client.send(new CreateScheduleCommand(scheduleInput('a', 'cron(1 10 * * ? *)')));
    opened.failures.push(new Error('away'));
    await opened.turnTo('2026-11-23T10:01:00Z');
    await opened.client.send(new DeleteScheduleCommand({ Name: 'a' }));
    await opened.turnTo('2026-11-23T10:02:00Z');
    expect(nominals(opened)).toEqual(['2026-11-23T10:01']);
  });

  test('a flexible window puts a fire off within the window, always by as much', async () => {
    const delays: number[] = [];
    for (let round = 0; round < 2; round += 1) {
      const opened = openTestScheduler(START);
      const window = { Mode: 'FLEXIBLE' as const, MaximumWindowInMinutes: 15 };
      const input = { ...scheduleInput('a', 'at(2026-11-23T11:00:00)'), FlexibleTimeWindow: window };
      await opened.client.send(new CreateScheduleCommand(input));
      let second = 0;
      for (; opened.delivered.length === 0; second += 1) {
        await opened.turnTo(new Date(Date.parse('2026-11-23T11:00:00Z') + second * 1000).toISOString());
      }
      delays.push(second);
    }
    expect(delays[0]).toBeLessThanOrEqual(901);
    expect(delays[1]).toBe(delays[0]);
  });
});

describe('failing deliveries', () => {
  const policy = { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3600 };
  const dlq = 'arn:aws:sqs:us-east-1:000000000000:dead';
  const refused = Object.assign(new Error('no'), { name: 'AccessDeniedException', retryable: false });

  async function openFailing(failures: readonly Error[], retry = policy): Promise<TestScheduler> {
    const opened = openTestScheduler(START);
    const input = scheduleInput('a', 'at(2026-11-23T10:05:00)');
    const Target = { Arn: '', RoleArn: '', ...input.Target, RetryPolicy: retry, DeadLetterConfig: { Arn: dlq } };
    await opened.client.send(new CreateScheduleCommand({ ...input, Target }));
    opened.failures.push(...failures);
    return opened;
  }

  test('a retry counts up, has another execution id and comes after a pause', async () => {
    const opened = await openFailing([new Error('away')]);
    await opened.turnTo('2026-11-23T10:05:00Z');
    expect(opened.delivered).toEqual([]);
    await opened.turnTo('2026-11-23T10:05:01Z');
    expect(opened.delivered[0]).toMatchObject({ attempt: 2, input: '{"at":"2026-11-23T10:05:00Z","try":2}' });
  });

  test.each([
    ['its attempts are spent', [new Error('away'), new Error('away'), new Error('away')], 'MaximumRetryAttempts', '2'],
    ['the error says never', [refused], 'NotRetryable', '0'],
  ])('goes to the dead-letter queue once %s', async (_why, failures, condition, retries) => {
    const opened = await openFailing(failures);
    for (const second of ['00', '01', '03', '07']) await opened.turnTo(`2026-11-23T10:05:${second}Z`);
    expect(opened.delivered).toHaveLength(1);
    expect(opened.delivered[0]).toMatchObject({ kind: 'dead-letter', arn: dlq });
    expect(opened.delivered[0]?.attributes).toMatchObject({
      EXHAUSTED_RETRY_CONDITION: condition,
      RETRY_ATTEMPTS: retries,
      SCHEDULED_TIME: '2026-11-23T10:05:00Z',
      TARGET_ARN: 'arn:aws:sqs:us-east-1:000000000000:control',
    });
  });

  test('without a dead-letter queue the loss is reported', async () => {
    const opened = openTestScheduler(START);
    await opened.client.send(new CreateScheduleCommand(scheduleInput('a', 'at(2026-11-23T10:05:00)')));
    opened.failures.push(refused);
    await opened.turnTo('2026-11-23T10:05:00Z');
    expect(opened.lost).toEqual([expect.objectContaining({ message: expect.stringContaining('schedule/default/a') })]);
  });

  test('an event past its age is not tried again', async () => {
    const opened = await openFailing([new Error('away'), new Error('away')], {
      MaximumRetryAttempts: 100,
      MaximumEventAgeInSeconds: 60,
    });
    await opened.turnTo('2026-11-23T10:05:00Z');
    await opened.turnTo('2026-11-23T10:06:00Z');
    expect(opened.delivered[0]?.attributes['EXHAUSTED_RETRY_CONDITION']).toBe('MaximumEventAgeInSeconds');
  });
});

describe('on disk', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'scheduler-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  test('schedules, groups and undelivered invocations outlive a kill, even one in the middle of a write', async () => {
    const first = openTestScheduler(START, { dir });
    await first.client.send(new CreateScheduleGroupCommand({ Name: 'g' }));
    await first.client.send(new CreateScheduleCommand({ ...scheduleInput('a', 'rate(1 hour)'), GroupName: 'g' }));
    await first.client.send(new CreateScheduleCommand(scheduleInput('b', 'cron(1 10 * * ? *)')));
    await first.client.send(new CreateScheduleCommand(scheduleInput('c', 'rate(1 hour)')));
    await first.client.send(new DeleteScheduleCommand({ Name: 'c' }));
    first.failures.push(null, new Error('away'));
    await first.turnTo('2026-11-23T10:01:00Z');
    expect(nominals(first)).toEqual(['2026-11-23T10:00']);
    appendFileSync(join(dir, 'scheduler.jsonl'), '{"op":"unschedule","key":"defau');

    const second = openTestScheduler('2026-11-23T10:01:30Z', { dir });
    await second.turnTo('2026-11-23T10:01:30Z');
    expect(nominals(second)).toEqual(['2026-11-23T10:01']);
    const schedules = (await second.client.send(new ListSchedulesCommand({}))).Schedules;
    expect(schedules?.map((schedule) => schedule.Name)).toEqual(['b', 'a']);

    const third = openTestScheduler('2026-11-23T11:00:00Z', { dir });
    await third.turnTo('2026-11-23T11:00:00Z');
    expect(nominals(third)).toEqual(['2026-11-23T11:00']);
  });

  test('the log does not grow without end, and loses nothing when it is shortened', async () => {
    const opened = openTestScheduler(START, { dir });
    const Description = 'x'.repeat(512);
    for (let index = 0; index < 50; index += 1) {
      await opened.client.send(
        new CreateScheduleCommand({ ...scheduleInput(`s${index}`, 'rate(1 day)'), Description }),
      );
    }
    const Target = { Arn: '', RoleArn: '', ...scheduleInput('', '').Target, Input: 'y'.repeat(200_000) };
    for (let round = 0; round < 100; round += 1) {
      await opened.client.send(new UpdateScheduleCommand({ ...scheduleInput('s7', 'rate(1 day)'), Target }));
    }
    expect(statSync(join(dir, 'scheduler.jsonl')).size).toBeLessThan(16_500_000);
    const reopened = openTestScheduler(START, { dir });
    expect((await reopened.client.send(new ListSchedulesCommand({}))).Schedules).toHaveLength(50);
    expect((await reopened.client.send(new GetScheduleCommand({ Name: 's7' }))).Target?.Input).toBe(Target.Input);
  });

  test('after a long pause only times younger than the event age are made up', async () => {
    const first = openTestScheduler(START, { dir });
    const input = scheduleInput('a', 'cron(* * * * ? *)');
    const Target = { Arn: '', RoleArn: '', ...input.Target, RetryPolicy: { MaximumEventAgeInSeconds: 120 } };
    await first.client.send(new CreateScheduleCommand({ ...input, Target }));
    const second = openTestScheduler('2026-12-23T10:00:00Z', { dir });
    await second.turnTo('2026-12-23T10:00:00Z');
    expect(nominals(second)).toEqual(['2026-12-23T09:58', '2026-12-23T09:59', '2026-12-23T10:00']);
  });
});

test('in chaos mode fires come up to 60 s late and some twice, alike for the same seed', async () => {
  const traces: string[] = [];
  for (const seed of [1, 1, 2]) {
    const opened = openTestScheduler(START, { seed });
    await opened.client.send(new CreateScheduleCommand(scheduleInput('a', 'cron(* * * * ? *)')));
    const trace: string[] = [];
    for (let second = 0; second <= 7200; second += 5) {
      const nowMs = Date.parse(START) + second * 1000;
      const before = opened.delivered.length;
      await opened.turnTo(new Date(nowMs).toISOString());
      for (const delivery of opened.delivered.slice(before)) {
        expect(nowMs - delivery.nominalMs).toBeLessThan(65_000);
        trace.push(`${delivery.nominalMs}+${nowMs - delivery.nominalMs}`);
      }
    }
    expect(new Set(nominals(opened)).size).toBeGreaterThanOrEqual(119);
    expect(opened.delivered.length).toBeGreaterThan(new Set(nominals(opened)).size);
    expect(new Set(opened.delivered.map((delivery) => delivery.executionId)).size).toBe(opened.delivered.length);
    traces.push(trace.join());
  }
  expect(traces[0]).toBe(traces[1]);
  expect(traces[0]).not.toBe(traces[2]);
});
