import { timeZoneFault } from '../../../shared/domain/cron/time-zone.ts';
import { nameSchema, scheduleBody, scheduleKey } from './schedule-record.ts';
import type { ScheduleBody, ScheduleRecord } from './schedule-record.ts';
import { readScheduleExpression } from './schedule-expression.ts';
import type { Occurrences } from './schedule-expression.ts';
import type { SchedulerContext } from './scheduler-context.ts';
import { SchedulerFault } from './scheduler-fault.ts';

/** AWS refuses a StartDate longer ago than this ("cannot be earlier than 5 minutes ago"). */
const START_GRACE_MS = 300_000;

/** CreateSchedule: refuses a name that is taken, unless the same ClientToken made it. */
export function createSchedule(context: SchedulerContext, name: string, input: unknown): { ScheduleArn: string } {
  const nowMs = context.now();
  const body = parseBody(name, input);
  const key = requireGroup(context, body, name);
  const existing = context.state.schedules.get(key);
  if (existing !== undefined) {
    const isRepeat = body.ClientToken !== undefined && existing.body.ClientToken === body.ClientToken;
    if (isRepeat) return { ScheduleArn: existing.arn };
    throw new SchedulerFault('ConflictException', `Schedule ${name} already exists.`);
  }
  const record: ScheduleRecord = {
    name,
    arn: `${context.arnPrefix}:schedule/${key}`,
    body,
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    nextAtMs: null,
  };
  const occurrences = readOccurrences(body, nowMs, nowMs);
  context.state.putSchedule({ ...record, nextAtMs: firstOccurrence(body, occurrences, nowMs) });
  return { ScheduleArn: record.arn };
}

/** UpdateSchedule: replaces everything; what is left out falls back to its default. */
export function updateSchedule(context: SchedulerContext, name: string, input: unknown): { ScheduleArn: string } {
  const nowMs = context.now();
  const body = parseBody(name, input);
  const existing = context.state.schedules.get(requireGroup(context, body, name));
  if (existing === undefined) throw new SchedulerFault('ResourceNotFoundException', `Schedule ${name} does not exist.`);
  const occurrences = readOccurrences(body, existing.createdAtMs, nowMs);
  const nextAtMs = firstOccurrence(body, occurrences, nowMs);
  context.state.putSchedule({ ...existing, body, modifiedAtMs: nowMs, nextAtMs });
  return { ScheduleArn: existing.arn };
}

/** The occurrence after `afterMs` that lies within StartDate and EndDate, or null. */
export function nextOccurrence(body: ScheduleBody, occurrences: Occurrences, afterMs: number): number | null {
  if (body.State === 'DISABLED') return null;
  // at() ignores both dates (API reference: StartDate, EndDate).
  if (occurrences.kind === 'at') return occurrences.next(afterMs);
  const startMs = body.StartDate === undefined ? afterMs : Math.max(afterMs, body.StartDate * 1000 - 1);
  const next = occurrences.next(startMs);
  return next !== null && (body.EndDate === undefined || next <= body.EndDate * 1000) ? next : null;
}

/** The occurrences of a stored body; `originMs` is where a rate without StartDate counts from. */
export function occurrencesOf(body: ScheduleBody, originMs: number): Occurrences {
  const rateOrigin = body.StartDate === undefined ? originMs : body.StartDate * 1000;
  return readScheduleExpression(body.ScheduleExpression, body.ScheduleExpressionTimezone, rateOrigin);
}

function firstOccurrence(body: ScheduleBody, occurrences: Occurrences, nowMs: number): number | null {
  // A rate without StartDate begins at once, so the present instant counts.
  return nextOccurrence(body, occurrences, occurrences.kind === 'rate' ? nowMs - 1 : nowMs);
}

function parseBody(name: string, input: unknown): ScheduleBody {
  if (!nameSchema.safeParse(name).success) throw invalid(`Value '${name}' at 'name' is not 1–64 of 0-9a-zA-Z-_.`);
  const parsed = scheduleBody.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`1 validation error detected: Value at '${issue?.path.join('.')}': ${issue?.message}`);
}

function requireGroup(context: SchedulerContext, body: ScheduleBody, name: string): string {
  if (context.state.groups.has(body.GroupName)) return scheduleKey(body.GroupName, name);
  throw new SchedulerFault('ResourceNotFoundException', `Schedule group ${body.GroupName} does not exist.`);
}

function readOccurrences(body: ScheduleBody, originMs: number, nowMs: number): Occurrences {
  const zoneFault = timeZoneFault(body.ScheduleExpressionTimezone);
  if (zoneFault !== null) throw invalid(`Invalid ScheduleExpressionTimezone: ${zoneFault}`);
  const { StartDate: start, EndDate: end } = body;
  if (start !== undefined && start * 1000 < nowMs - START_GRACE_MS) {
    throw invalid('The StartDate you specify cannot be earlier than 5 minutes ago.');
  }
  if (end !== undefined && end * 1000 <= nowMs) throw invalid('The EndDate you specify must be in the future.');
  if (start !== undefined && end !== undefined && start >= end)
    throw invalid('The StartDate must be before the EndDate.');
  try {
    return refusePast(body, occurrencesOf(body, originMs), nowMs);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid(`Invalid Schedule Expression ${body.ScheduleExpression}: ${error.message}`);
  }
}

function refusePast(body: ScheduleBody, occurrences: Occurrences, nowMs: number): Occurrences {
  const isOver = occurrences.kind === 'at' && occurrences.next(nowMs) === null;
  if (isOver && body.State === 'ENABLED') throw new RangeError('its time has passed');
  return occurrences;
}

function invalid(message: string): SchedulerFault {
  return new SchedulerFault('ValidationException', message);
}
