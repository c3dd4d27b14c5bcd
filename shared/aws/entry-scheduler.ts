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

/** Few (EventBridge's default is 185 within a day), because the sweep fires a schedule whose event did not arrive. */
const RETRIES = 5;

/** The entries of EventBridge Scheduler that send fires to the control queue. */
export function createEntryScheduler(client: SchedulerClient, target: EntryTarget): EntryScheduler {
  return {
    async putEntry(entry) {
      const input = inputOf(entry, target);
      try {
        await client.send(new CreateScheduleCommand(input));
      } catch (error) {
        if (!(error instanceof ConflictException)) throw error;
        await client.send(new UpdateScheduleCommand(input)); // all fields: EventBridge sets absent ones to defaults
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
 * Whether an entry fires as wanted. MaximumEventAgeInSeconds is not compared: it is computed from the next fires, so it
 * differs each time. Should AWS return a field in another form than it was sent, the entry is written once a day, which
 * does no harm.
 */
function firesAlike(found: GetScheduleCommandOutput, wanted: CreateScheduleCommandInput, now: number): boolean {
  const { Target: to } = found;
  // A start that is past makes no difference.
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
