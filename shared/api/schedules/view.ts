import { termsView } from '../launches/terms.ts';
import type * as z from 'zod';
import type { ClockNote, CronPreview } from '../../domain/cron/preview-fires.ts';
import { FIRE_REASONS, type Fire } from '../../domain/fire.ts';
import type { StoredInput } from '../../domain/input.ts';
import { type Schedule, SCHEDULE_REASONS, type ScheduleDefinition } from '../../domain/schedule.ts';
import { nextExecution } from '../../domain/schedule-times.ts';
import { instantOf, instantOrNull } from '../runs/view.ts';
import type { fire, launchedSchedule, preview, schedule } from './schemas.ts';

type ScheduleView = z.output<typeof schedule>;

/** A schedule as the API shows it; `inputs` are its first ones. */
export function scheduleView(
  record: Schedule,
  definition: ScheduleDefinition,
  inputs: readonly StoredInput[],
  now: number,
): ScheduleView {
  const { callback } = definition;
  return {
    uid: record.uid,
    name: record.name,
    action_name: record.actionName,
    status: record.status,
    status_reason: reasonOf(record),
    inputs: inputs.map(inputAsGiven),
    inputs_total: record.inputsTotal,
    parameters: { ...definition.parameters },
    callback: callback === null ? null : { url: callback.url, on: callback.on },
    ...termsView(definition),
    cron: record.cron,
    schedule_at: instantOrNull(record.scheduleAt),
    timezone: record.timezone,
    overlap: record.overlap,
    catch_up_seconds: record.catchUpSeconds,
    jitter_seconds: record.jitterSeconds,
    next_execution_at: instantOrNull(nextExecution(record, now)),
    last_executed_at: instantOrNull(record.lastExecutedAt),
    last_run_uid: record.lastRunUid,
    counts: { ...record.counts },
    workspace_uid: record.workspaceUid,
    created_at: instantOf(record.createdAt),
    updated_at: instantOf(record.updatedAt),
  };
}

/** The schedule a launch answers with. */
export function launchedScheduleView(view: ScheduleView): z.output<typeof launchedSchedule> {
  return { ...view, scheduled_run_uid: view.uid };
}

/** An input with its custom_data in it, as a launch takes it. */
export function inputAsGiven({ input, customData }: StoredInput): Record<string, unknown> {
  return customData === null ? { ...input } : { ...input, custom_data: customData };
}

export function fireView(record: Fire): z.output<typeof fire> {
  return {
    uid: record.uid,
    nominal_at: instantOf(record.nominalAt),
    at: instantOf(record.at),
    cause: record.cause,
    outcome: record.outcome,
    reason: record.reason === null ? null : { code: record.reason, message: FIRE_REASONS[record.reason] },
    run_uid: record.runUid,
  };
}

export function previewView({ fires, notes }: CronPreview): z.output<typeof preview> {
  return {
    fires: fires.map(({ atMs, local }) => ({ at: instantOf(atMs), local })),
    notes: notes.map((note: ClockNote) => ({ ...note })),
  };
}

function reasonOf({ reason }: Schedule): ScheduleView['status_reason'] {
  if (reason === null) return null;
  return {
    code: reason.code,
    message: reason.note ?? SCHEDULE_REASONS[reason.code],
    since: instantOf(reason.since),
    retry_at: null,
    blocking_uids: [],
    params: {},
  };
}
