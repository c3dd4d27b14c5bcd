import { seededNumber } from './seeded-number.ts';
import { nextOccurrence, occurrencesOf } from './put-schedule.ts';
import type { ScheduleBody, ScheduleRecord } from './schedule-record.ts';
import type { SchedulerContext } from './scheduler-context.ts';

/** AWS's default for MaximumEventAgeInSeconds. */
export const DEFAULT_MAX_AGE_S = 86_400;
/** Scheduler's stated precision: an invocation may come up to this much after its nominal time. */
const PRECISION_MS = 60_000;
/** In chaos mode one invocation in this many comes twice. */
const TWICE_ONE_IN = 12;

/** Makes a pending invocation of every nominal time up to now, and sets each schedule's next time. */
export function takeDue(context: SchedulerContext, chaos: { readonly seed: number } | null): void {
  const nowMs = context.now();
  for (const [key, record] of context.state.schedules) {
    if (record.nextAtMs !== null && record.nextAtMs <= nowMs) takeSchedule(context, key, record, nowMs, chaos);
  }
}

/** ActionAfterCompletion DELETE: removes a schedule that has no next time and no pending invocation. */
export function removeCompleted(context: SchedulerContext): void {
  const busy = new Set([...context.state.fires.values()].map((fire) => fire.scheduleKey));
  for (const [key, { nextAtMs, body }] of context.state.schedules) {
    const isCompleted = nextAtMs === null && body.State === 'ENABLED' && body.ActionAfterCompletion === 'DELETE';
    if (isCompleted && !busy.has(key)) context.state.removeSchedule(key);
  }
}

function takeSchedule(
  context: SchedulerContext,
  key: string,
  record: ScheduleRecord,
  nowMs: number,
  chaos: { readonly seed: number } | null,
): void {
  const occurrences = occurrencesOf(record.body, record.createdAtMs);
  const maxAgeMs = (record.body.Target.RetryPolicy?.MaximumEventAgeInSeconds ?? DEFAULT_MAX_AGE_S) * 1000;
  let next = record.nextAtMs;
  while (next !== null && next <= nowMs) {
    // Times that passed while this machine was off fire late, up to the age at which AWS drops an event.
    if (nowMs - next <= maxAgeMs) putFires(context, key, record, next, chaos);
    next = nextOccurrence(record.body, occurrences, next);
  }
  context.state.moveNext(key, next);
}

function putFires(
  context: SchedulerContext,
  key: string,
  record: ScheduleRecord,
  nominalMs: number,
  chaos: { readonly seed: number } | null,
): void {
  const id = `${record.arn}@${record.modifiedAtMs}@${nominalMs}`;
  const draw = (what: string, below: number): number => seededNumber(`${chaos?.seed ?? 0} ${what} ${id}`, below);
  const flexMs = windowMs(record.body) === 0 ? 0 : draw('window', windowMs(record.body));
  const copies = chaos !== null && draw('twice', TWICE_ONE_IN) === 0 ? 2 : 1;
  for (let copy = 1; copy <= copies; copy += 1) {
    const lateMs = chaos === null ? 0 : draw(`late ${copy}`, PRECISION_MS);
    context.state.putFire({
      id: `${id}#${copy}`,
      scheduleKey: key,
      scheduleArn: record.arn,
      target: record.body.Target,
      nominalMs,
      attempt: 1,
      dueAtMs: nominalMs + flexMs + lateMs,
    });
  }
}

function windowMs(body: ScheduleBody): number {
  return (body.FlexibleTimeWindow.MaximumWindowInMinutes ?? 0) * 60_000;
}
