import { scheduleKey } from './schedule-record.ts';
import type { ScheduleRecord } from './schedule-record.ts';
import type { SchedulerContext } from './scheduler-context.ts';
import { SchedulerFault } from './scheduler-fault.ts';
import { takePage } from './take-page.ts';

/** GetSchedule. The two dates of the record itself are epoch seconds, as REST-JSON has it. */
export function getSchedule(context: SchedulerContext, name: string, query: URLSearchParams): object {
  const record = requireSchedule(context, name, query);
  const { ClientToken: _, ...body } = record.body;
  return { Arn: record.arn, Name: record.name, ...body, ...dates(record) };
}

/** DeleteSchedule. Invocations already on their way still arrive. */
export function deleteSchedule(context: SchedulerContext, name: string, query: URLSearchParams): object {
  const record = requireSchedule(context, name, query);
  context.state.removeSchedule(scheduleKey(record.body.GroupName, record.name));
  return {};
}

/** ListSchedules by group, name prefix and state, at most 100 a page, in order of group and name. */
export function listSchedules(context: SchedulerContext, query: URLSearchParams): object {
  const group = query.get('ScheduleGroup');
  const prefix = query.get('NamePrefix') ?? '';
  const state = query.get('State');
  if (group !== null && !context.state.groups.has(group)) {
    throw new SchedulerFault('ResourceNotFoundException', `Schedule group ${group} does not exist.`);
  }
  const found = [...context.state.schedules].filter(
    ([, { name, body }]) =>
      (group === null || body.GroupName === group) && name.startsWith(prefix) && (!state || body.State === state),
  );
  const page = takePage(found, query);
  return { Schedules: page.values.map(summarize), ...page.token };
}

function summarize(record: ScheduleRecord): object {
  const { GroupName, State, Target } = record.body;
  return { Arn: record.arn, Name: record.name, GroupName, State, Target: { Arn: Target.Arn }, ...dates(record) };
}

function dates(record: ScheduleRecord): object {
  return { CreationDate: record.createdAtMs / 1000, LastModificationDate: record.modifiedAtMs / 1000 };
}

function requireSchedule(context: SchedulerContext, name: string, query: URLSearchParams): ScheduleRecord {
  const record = context.state.schedules.get(scheduleKey(query.get('groupName') ?? 'default', name));
  if (record === undefined) throw new SchedulerFault('ResourceNotFoundException', `Schedule ${name} does not exist.`);
  return record;
}
