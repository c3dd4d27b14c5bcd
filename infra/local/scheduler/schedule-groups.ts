import { nameSchema, scheduleKey } from './schedule-record.ts';
import type { GroupRecord } from './schedule-record.ts';
import type { SchedulerContext } from './scheduler-context.ts';
import { SchedulerFault } from './scheduler-fault.ts';
import { takePage } from './take-page.ts';

/** CreateScheduleGroup. */
export function createGroup(context: SchedulerContext, name: string): { ScheduleGroupArn: string } {
  if (!nameSchema.safeParse(name).success) {
    throw new SchedulerFault('ValidationException', `Value '${name}' at 'name' is not 1–64 of 0-9a-zA-Z-_.`);
  }
  if (context.state.groups.has(name)) {
    throw new SchedulerFault('ConflictException', `Schedule group ${name} already exists.`);
  }
  const arn = groupArn(context, name);
  context.state.putGroup({ name, arn, createdAtMs: context.now() });
  return { ScheduleGroupArn: arn };
}

/** GetScheduleGroup. */
export function getGroup(context: SchedulerContext, name: string): object {
  return describe(requireGroup(context, name));
}

/** DeleteScheduleGroup, with all its schedules; the default group stays. */
export function deleteGroup(context: SchedulerContext, name: string): object {
  requireGroup(context, name);
  if (name === 'default') {
    throw new SchedulerFault('ValidationException', 'The default schedule group cannot be deleted.');
  }
  for (const [key, record] of context.state.schedules) {
    if (key === scheduleKey(name, record.name)) context.state.removeSchedule(key);
  }
  context.state.removeGroup(name);
  return {};
}

/** ListScheduleGroups by name prefix, at most 100 a page. */
export function listGroups(context: SchedulerContext, query: URLSearchParams): object {
  const prefix = query.get('NamePrefix') ?? '';
  const page = takePage(
    [...context.state.groups].filter(([name]) => name.startsWith(prefix)),
    query,
  );
  return { ScheduleGroups: page.values.map(describe), ...page.token };
}

/** Makes sure of the group that every account has. */
export function ensureDefaultGroup(context: SchedulerContext): void {
  if (context.state.groups.has('default')) return;
  context.state.putGroup({ name: 'default', arn: groupArn(context, 'default'), createdAtMs: context.now() });
}

function describe(group: GroupRecord): object {
  const at = group.createdAtMs / 1000;
  return { Arn: group.arn, Name: group.name, State: 'ACTIVE', CreationDate: at, LastModificationDate: at };
}

function groupArn(context: SchedulerContext, name: string): string {
  return `${context.arnPrefix}:schedule-group/${name}`;
}

function requireGroup(context: SchedulerContext, name: string): GroupRecord {
  const group = context.state.groups.get(name);
  if (group !== undefined) return group;
  throw new SchedulerFault('ResourceNotFoundException', `Schedule group ${name} does not exist.`);
}
