import { callbackFromItem, termsFromItem, termsToRecord } from './term-records.ts';
import { parseLosslessJson } from '../domain/lossless-json.ts';
import type { Deletion } from '../domain/deletion.ts';
import type { RunControl, RunDefinition } from '../domain/run.ts';
import { type Item, ItemReader } from './attributes.ts';
import { listedAt, runsOf } from './keys.ts';
import { countsFromRecord, type CountsRecord, countsToRecord } from './usage-records.ts';

/** A run's definition as the attributes of its item. */
export function definitionToRecord(definition: RunDefinition): object {
  return {
    uid: definition.uid,
    workspace_uid: definition.workspaceUid,
    action_name: definition.actionName,
    execution_mode: definition.mode,
    name: definition.name,
    parameters: JSON.stringify(definition.parameters),
    max_results: definition.maxResults,
    callback: definition.callback,
    ...termsToRecord(definition),
    depends_on: definition.dependsOn.length === 0 ? null : definition.dependsOn,
    schedule_at: definition.scheduleAt,
    inputs_total: definition.inputsTotal,
    live_page: textOf(definition.livePage),
    scheduled_run_uid: definition.scheduledRunUid,
    scheduled_run_name: definition.scheduledRunName,
    created_at: definition.createdAt,
    expires_at: definition.expiresAt,
  };
}

export function definitionFromItem(item: Item): RunDefinition {
  const read = new ItemReader(item);
  return {
    uid: read.text('uid'),
    workspaceUid: read.text('workspace_uid'),
    actionName: read.text('action_name'),
    mode: read.text('execution_mode') as RunDefinition['mode'], // cast: written from the same type
    name: read.textOrNull('name'),
    parameters: parseLosslessJson(read.text('parameters')) as RunDefinition['parameters'], // cast: as above
    maxResults: read.number('max_results'),
    callback: callbackFromItem(read),
    ...termsFromItem(read),
    dependsOn: read.stored<RunDefinition['dependsOn']>('depends_on') ?? [],
    scheduleAt: read.numberOrNull('schedule_at'),
    inputsTotal: read.number('inputs_total'),
    livePage: parsed<RunDefinition['livePage']>(read.textOrNull('live_page')),
    scheduledRunUid: read.textOrNull('scheduled_run_uid'),
    scheduledRunName: read.textOrNull('scheduled_run_name'),
    createdAt: read.number('created_at'),
    expiresAt: read.number('expires_at'),
  };
}

/** A run's control record as the attributes of its item; `lpk` and `lsk` list it under its workspace. */
export function controlToRecord(control: RunControl): object {
  return {
    lpk: runsOf(control.workspaceUid),
    lsk: listedAt(control.createdAt, control.uid),
    uid: control.uid,
    workspace_uid: control.workspaceUid,
    action_name: control.actionName,
    execution_mode: control.mode,
    name: control.name,
    scheduled_run_uid: control.scheduledRunUid,
    status: control.status,
    reason: reasonToRecord(control.reason),
    epoch: control.epoch,
    restart_epoch: control.restartEpoch === 0 ? null : control.restartEpoch,
    attempt: control.attempt,
    inputs_total: control.inputsTotal,
    totals: control.totals,
    totals_epoch: control.totalsEpoch === 0 ? null : control.totalsEpoch,
    calls_back: control.callsBack ? true : null,
    usage_before: control.usageBefore === null ? null : countsToRecord(control.usageBefore),
    delivered_epoch: control.deliveredEpoch === 0 ? null : control.deliveredEpoch,
    retry_count: control.retryCount,
    last_error: textOf(control.lastError),
    last_info: textOf(control.lastInfo),
    deadline_at: control.deadlineAt,
    deadline_left_ms: control.deadlineLeftMs,
    waited_ms: control.waitedMs === 0 ? null : control.waitedMs,
    dependencies_waived: control.dependenciesWaived ? true : null,
    postponed_until: control.postponedUntil,
    created_at: control.createdAt,
    started_at: control.startedAt,
    finished_at: control.finishedAt,
    updated_at: control.updatedAt,
    history: JSON.stringify(control.history),
    bulk_uid: control.bulkUid ?? null,
    expires_at: control.expiresAt,
  };
}

/** The control record of a deleted run as the attributes of its item. The index has it until its usage is summed. */
export function deletedToRecord(control: RunControl, deletion: Deletion): object {
  return { ...controlToRecord(control), deletion: deletionToRecord(deletion) };
}

export function deletionToRecord({ at, uploadUid, round, block, movedAt }: Deletion): object {
  return { at, upload: uploadUid, round, block, moved_at: movedAt };
}

/** What a control record says of its run's deletion; null: the run is not deleted. */
export function deletionFromItem(item: Item): Deletion | null {
  const stored = new ItemReader(item).stored<Omit<Deletion, 'uploadUid' | 'movedAt'> & StoredDeletion>('deletion');
  if (stored === null) return null;
  const { at, upload = null, round, block, moved_at: movedAt } = stored;
  return { at, uploadUid: upload, round, block, movedAt };
}

interface StoredDeletion {
  readonly upload?: string;
  readonly moved_at: number;
}

/** As {@link controlFromItem}; null for a deleted run. */
export function presentControl(item: Item): RunControl | null {
  return item['deletion'] === undefined ? controlFromItem(item) : null;
}

/** A status reason as it is stored: without `blockingUids` where that list is empty. */
export function reasonToRecord(reason: RunControl['reason']): object | null {
  if (reason === null) return null;
  return { ...reason, blockingUids: reason.blockingUids.length === 0 ? null : reason.blockingUids };
}

export function controlFromItem(item: Item): RunControl {
  const read = new ItemReader(item);
  const totals = read.stored<Partial<RunControl['totals']>>('totals');
  const bulkUid = read.textOrNull('bulk_uid');
  const reason = read.stored<Partial<NonNullable<RunControl['reason']>>>('reason');
  return {
    uid: read.text('uid'),
    workspaceUid: read.text('workspace_uid'),
    actionName: read.text('action_name'),
    mode: read.text('execution_mode') as RunControl['mode'], // cast: written from the same type
    name: read.textOrNull('name'),
    scheduledRunUid: read.textOrNull('scheduled_run_uid'),
    status: read.text('status') as RunControl['status'], // cast: as above
    reason: reason === null ? null : ({ retryAt: null, blockingUids: [], ...reason } as RunControl['reason']), // cast: as above
    epoch: read.number('epoch'),
    restartEpoch: read.numberOrNull('restart_epoch') ?? 0,
    attempt: read.number('attempt'),
    inputsTotal: read.number('inputs_total'),
    totals: { refused: 0, pages: 0, lastEmpty: null, ...totals } as RunControl['totals'], // cast: nulls are not stored
    totalsEpoch: read.numberOrNull('totals_epoch') ?? 0,
    callsBack: read.flag('calls_back'), // absent in records of release 0.1.0, whose usage counts no run.finished
    usageBefore: countsFromRecord(read.stored<CountsRecord>('usage_before')),
    deliveredEpoch: read.numberOrNull('delivered_epoch') ?? 0,
    retryCount: read.number('retry_count'),
    lastError: parsed<RunControl['lastError']>(read.textOrNull('last_error')),
    lastInfo: parsed<RunControl['lastInfo']>(read.textOrNull('last_info')),
    deadlineAt: read.numberOrNull('deadline_at'),
    deadlineLeftMs: read.numberOrNull('deadline_left_ms'),
    waitedMs: read.numberOrNull('waited_ms') ?? 0,
    dependenciesWaived: read.flag('dependencies_waived'),
    postponedUntil: read.numberOrNull('postponed_until'),
    createdAt: read.number('created_at'),
    startedAt: read.numberOrNull('started_at'),
    finishedAt: read.numberOrNull('finished_at'),
    updatedAt: read.number('updated_at'),
    history: parsed<RunControl['history']>(read.text('history')) ?? [],
    ...(bulkUid === null ? {} : { bulkUid }),
    expiresAt: read.number('expires_at'),
  };
}

/** A record as JSON text, for attributes that are read as a whole and in which nulls must stay; null for null. */
export function textOf(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** The record in a text made by {@link textOf}; null for null. */
export function parsed<Value>(text: string | null): Value | null {
  return text === null ? null : (parseLosslessJson(text) as Value); // cast: written from the same type
}
