import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  ResourceNotFoundException,
  type SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { fireTemplate } from './messages.ts';
import type { EntryScheduler, ScheduleEntry } from '../engine/schedules/schedule-ports.ts';

export interface EntryTarget {
  readonly group: string;
  /** The role EventBridge Scheduler sends under. */
  readonly roleArn: string;
  readonly queueArn: string;
  readonly deadLettersArn: string;
}

/** The sweeper makes up for what EventBridge gives up on: its own default is 185 times over a day. */
const RETRIES = 5;

/** Entries in EventBridge Scheduler that send fires to the control queue. */
export function createEntryScheduler(client: SchedulerClient, target: EntryTarget): EntryScheduler {
  return {
    async putEntry(entry) {
      const input = inputOf(entry, target);
      try {
        await client.send(new CreateScheduleCommand(input));
      } catch (error) {
        if (!(error instanceof ConflictException)) throw error;
        await client.send(new UpdateScheduleCommand(input)); // whole: what it does not say falls back to defaults
      }
    },

    async deleteEntry(name) {
      try {
        await client.send(new DeleteScheduleCommand({ Name: name, GroupName: target.group }));
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
    },

    async hasEntry(entry, now) {
      try {
        const found = await client.send(new GetScheduleCommand({ Name: entry.name, GroupName: target.group }));
        return firesAlike(found, inputOf(entry, target), now);
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        return false;
      }
    },
  };
}

/**
 * How long an event is kept is left out: it is reckoned from the next fires, hence another each time. If AWS should show
 * a field otherwise than it was given, an entry is written once more a day, and nothing worse.
 */
function firesAlike(found: GetScheduleCommandOutput, wanted: CreateScheduleCommandInput, now: number): boolean {
  const { Target: to } = found;
  // A start that has come says nothing any more.
  const startAt = (date: Date | undefined): number => Math.max(now, date?.getTime() ?? 0);
  const pairs = [
    [startAt(found.StartDate), startAt(wanted.StartDate)],
    [found.ScheduleExpression, wanted.ScheduleExpression],
    [found.ScheduleExpressionTimezone, wanted.ScheduleExpressionTimezone],
    [found.State, 'ENABLED'],
    [found.EndDate, undefined],
    [found.ActionAfterCompletion, wanted.ActionAfterCompletion],
    [found.FlexibleTimeWindow?.Mode, wanted.FlexibleTimeWindow?.Mode],
    [to?.Arn, wanted.Target?.Arn],
    [to?.RoleArn, wanted.Target?.RoleArn],
    [to?.Input, wanted.Target?.Input],
    [to?.DeadLetterConfig?.Arn, wanted.Target?.DeadLetterConfig?.Arn],
    [to?.RetryPolicy?.MaximumRetryAttempts, wanted.Target?.RetryPolicy?.MaximumRetryAttempts],
  ];
  return pairs.every(([is, should]) => is === should);
}

function inputOf(entry: ScheduleEntry, target: EntryTarget): CreateScheduleCommandInput {
  return {
    Name: entry.name,
    GroupName: target.group,
    ScheduleExpression: entry.expression,
    ScheduleExpressionTimezone: entry.timezone,
    ...(entry.startAt === null ? {} : { StartDate: entry.startAt }),
    ActionAfterCompletion: entry.isSingle ? 'DELETE' : 'NONE',
    FlexibleTimeWindow: { Mode: 'OFF' },
    // No SqsParameters: its MessageGroupId is for FIFO queues (API reference, SqsParameters).
    Target: {
      Arn: target.queueArn,
      RoleArn: target.roleArn,
      Input: fireTemplate(entry.scheduleUid, entry.revision),
      RetryPolicy: { MaximumEventAgeInSeconds: entry.maxAgeSeconds, MaximumRetryAttempts: RETRIES },
      DeadLetterConfig: { Arn: target.deadLettersArn },
    },
  };
}
