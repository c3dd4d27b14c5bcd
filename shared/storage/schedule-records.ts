import { callbackFromItem, termsFromItem, termsToRecord } from './term-records.ts';
import type { Fire } from '../domain/fire.ts';
import { parseLosslessJson } from '../domain/lossless-json.ts';
import type { Schedule, ScheduleDefinition } from '../domain/schedule.ts';
import { type Item, ItemReader } from './attributes.ts';
import { listedAt, schedulesOf } from './keys.ts';

/** A schedule as the attributes of its item; `lpk` and `lsk` list it under its workspace. */
export function scheduleToRecord(schedule: Schedule): object {
  return {
    lpk: schedulesOf(schedule.workspaceUid),
    lsk: listedAt(schedule.createdAt, schedule.uid),
    uid: schedule.uid,
    workspace_uid: schedule.workspaceUid,
    action_name: schedule.actionName,
    name: schedule.name,
    status: schedule.status,
    reason: schedule.reason,
    cron: schedule.cron,
    schedule_at: schedule.scheduleAt,
    timezone: schedule.timezone,
    overlap: schedule.overlap,
    catch_up_seconds: schedule.catchUpSeconds,
    jitter_seconds: schedule.jitterSeconds,
    inputs_total: schedule.inputsTotal,
    version: schedule.version,
    rev: schedule.revision,
    definition_ref: schedule.definitionRef,
    inputs_ref: schedule.inputsRef,
    armed_rev: schedule.armedRevision,
    settled_until: schedule.settledUntil,
    active_since: schedule.activeSince,
    paused_at: schedule.pausedAt,
    counts: schedule.counts,
    last_nominal_at: schedule.lastNominalAt,
    last_executed_at: schedule.lastExecutedAt,
    last_run_uid: schedule.lastRunUid,
    ...(schedule.openRuns.length === 0 ? {} : { open_runs: schedule.openRuns }),
    created_at: schedule.createdAt,
    updated_at: schedule.updatedAt,
    expires_at: schedule.expiresAt,
  };
}

/** Default for a member that is absent, because nulls are not stored. */
const NOTHING_CANCELLED = { cancelsRunUid: null };

export function scheduleFromItem(item: Item): Schedule {
  const read = new ItemReader(item);
  const reason = read.stored<Omit<NonNullable<Schedule['reason']>, 'note'>>('reason');
  return {
    uid: read.text('uid'),
    workspaceUid: read.text('workspace_uid'),
    actionName: read.text('action_name'),
    name: read.textOrNull('name'),
    status: read.text('status') as Schedule['status'], // cast: written from the same type
    reason: reason === null ? null : { note: null, ...reason },
    cron: read.textOrNull('cron'),
    scheduleAt: read.numberOrNull('schedule_at'),
    timezone: read.text('timezone'),
    overlap: read.text('overlap') as Schedule['overlap'], // cast: as above
    catchUpSeconds: read.number('catch_up_seconds'),
    jitterSeconds: read.number('jitter_seconds'),
    inputsTotal: read.number('inputs_total'),
    version: read.number('version'),
    revision: read.number('rev'),
    definitionRef: read.text('definition_ref'),
    inputsRef: read.text('inputs_ref'),
    armedRevision: read.number('armed_rev'),
    settledUntil: read.number('settled_until'),
    activeSince: read.number('active_since'),
    pausedAt: read.numberOrNull('paused_at'),
    counts: read.stored<Schedule['counts']>('counts') ?? { fired: 0, skipped: 0, missed: 0 },
    lastNominalAt: read.numberOrNull('last_nominal_at'),
    lastExecutedAt: read.numberOrNull('last_executed_at'),
    lastRunUid: read.textOrNull('last_run_uid'),
    openRuns: (read.stored<Schedule['openRuns']>('open_runs') ?? []).map((run) => ({ ...NOTHING_CANCELLED, ...run })),
    createdAt: read.number('created_at'),
    updatedAt: read.number('updated_at'),
    expiresAt: read.numberOrNull('expires_at'),
  };
}

export function scheduleDefinitionToRecord(definition: ScheduleDefinition): object {
  return {
    uid: definition.uid,
    ref: definition.ref,
    parameters: JSON.stringify(definition.parameters),
    callback: definition.callback,
    ...termsToRecord(definition),
  };
}

export function scheduleDefinitionFromItem(item: Item): ScheduleDefinition {
  const read = new ItemReader(item);
  return {
    uid: read.text('uid'),
    ref: read.text('ref'),
    parameters: parseLosslessJson(read.text('parameters')) as ScheduleDefinition['parameters'], // cast: as above
    callback: callbackFromItem(read),
    ...termsFromItem(read),
  };
}

export function fireToRecord(fire: Fire, expiresAt: number): object {
  return {
    uid: fire.uid,
    schedule_uid: fire.scheduleUid,
    nominal_at: fire.nominalAt,
    at: fire.at,
    cause: fire.cause,
    outcome: fire.outcome,
    reason: fire.reason,
    run_uid: fire.runUid,
    cancels_run_uid: fire.cancelsRunUid,
    definition_ref: fire.definitionRef,
    inputs_ref: fire.inputsRef,
    expires_at: expiresAt,
  };
}

export function fireFromItem(item: Item): Fire {
  const read = new ItemReader(item);
  return {
    uid: read.text('uid'),
    scheduleUid: read.text('schedule_uid'),
    nominalAt: read.number('nominal_at'),
    at: read.number('at'),
    cause: read.text('cause') as Fire['cause'], // cast: as above
    outcome: read.text('outcome') as Fire['outcome'], // cast: as above
    reason: read.textOrNull('reason') as Fire['reason'], // cast: as above
    runUid: read.textOrNull('run_uid'),
    cancelsRunUid: read.textOrNull('cancels_run_uid'),
    definitionRef: read.text('definition_ref'),
    inputsRef: read.text('inputs_ref'),
  };
}
