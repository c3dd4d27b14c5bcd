import { createSchedule, updateSchedule } from './put-schedule.ts';
import { deleteSchedule, getSchedule, listSchedules } from './read-schedules.ts';
import { createGroup, deleteGroup, getGroup, listGroups } from './schedule-groups.ts';
import type { SchedulerContext } from './scheduler-context.ts';
import { SchedulerFault } from './scheduler-fault.ts';

/** A REST-JSON request as the SDK sends it; `query` and `body` are the raw texts. */
export interface SchedulerRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
}

/** `body` is JSON text; on a refusal it carries `__type`, from which the SDK makes its exception. */
export interface SchedulerResponse {
  readonly status: number;
  readonly body: string;
}

/** Answers one call. State changes are committed but not yet flushed. */
export function handleSchedulerRequest(context: SchedulerContext, request: SchedulerRequest): SchedulerResponse {
  try {
    return { status: 200, body: JSON.stringify(route(context, request)) };
  } catch (error) {
    if (!(error instanceof SchedulerFault)) throw error;
    return { status: error.status, body: JSON.stringify({ __type: error.type, Message: error.message }) };
  }
}

function route(context: SchedulerContext, request: SchedulerRequest): object {
  const [, collection, encoded] = request.path.split('/');
  const name = encoded === undefined || encoded === '' ? null : decodeName(encoded);
  const query = new URLSearchParams(request.query);
  const operation = `${request.method} ${collection}${name === null ? '' : '/Name'}`;
  const named = name ?? '';
  switch (operation) {
    case 'POST schedules/Name':
      return createSchedule(context, named, readJson(request.body));
    case 'PUT schedules/Name':
      return updateSchedule(context, named, readJson(request.body));
    case 'GET schedules/Name':
      return getSchedule(context, named, query);
    case 'DELETE schedules/Name':
      return deleteSchedule(context, named, query);
    case 'GET schedules':
      return listSchedules(context, query);
    case 'POST schedule-groups/Name':
      return createGroup(context, named);
    case 'GET schedule-groups/Name':
      return getGroup(context, named);
    case 'DELETE schedule-groups/Name':
      return deleteGroup(context, named);
    case 'GET schedule-groups':
      return listGroups(context, query);
    default:
      throw new SchedulerFault('ValidationException', `${operation} is not an operation of the local Scheduler.`);
  }
}

function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch (error) {
    if (error instanceof URIError)
      throw new SchedulerFault('ValidationException', `The path "${encoded}" is malformed.`);
    throw error;
  }
}

function readJson(text: string): unknown {
  try {
    // The operation's schema checks the value.
    return JSON.parse(text === '' ? '{}' : text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw new SchedulerFault('ValidationException', 'The body is not JSON.');
    throw error;
  }
}
