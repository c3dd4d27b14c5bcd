import { asObject, asString } from '../services/json-values.ts';
import type { Need, NeedsContext } from './need.ts';

const groupOperations = new Set(['CreateScheduleGroup', 'DeleteScheduleGroup', 'GetScheduleGroup']);
const scheduleOperations = new Set(['CreateSchedule', 'DeleteSchedule', 'GetSchedule', 'UpdateSchedule']);

/** Permissions of a Scheduler request; creating or updating also passes the target's role to the service. */
export function needsOfScheduler(operation: string, body: unknown, context: NeedsContext): readonly Need[] | undefined {
  const prefix = `arn:aws:scheduler:${context.region}:${context.account}`;
  const name = decodeURIComponent(context.path.split('/')[2] ?? '');
  const need = (resource: string): Need => ({ action: `scheduler:${operation}`, resource, conditionKeys: {} });
  if (operation === 'ListSchedules' || operation === 'ListScheduleGroups') return [need('*')];
  if (groupOperations.has(operation)) return [need(`${prefix}:schedule-group/${name}`)];
  if (!scheduleOperations.has(operation)) return undefined;
  const input = asObject(body);
  const group = asString(input['GroupName']) || context.query['groupName'] || 'default';
  const own = need(`${prefix}:schedule/${group}/${name}`);
  if (operation !== 'CreateSchedule' && operation !== 'UpdateSchedule') return [own];
  return [
    own,
    {
      action: 'iam:PassRole',
      resource: asString(asObject(input['Target'])['RoleArn']),
      conditionKeys: { 'iam:PassedToService': ['scheduler.amazonaws.com'] },
    },
  ];
}
