import * as z from 'zod';
import { BULK_ACTIONS, BULK_STATUSES } from '../domain/bulk.ts';
import { CALLBACK_STATUSES, RUN_CALLBACK_TYPES } from '../domain/callback.ts';
import { QUOTAS } from '../domain/quota.ts';
import { NOTIFICATION_TYPES, SKIPS_IN_A_ROW } from '../domain/notification.ts';
import { ERROR_LABELS } from '../domain/errors.ts';
import { FIRE_REASONS } from '../domain/fire.ts';
import { INPUT_STATUSES } from '../domain/input-status.ts';
import { LOG_LEVELS } from '../domain/log-line.ts';
import { RUN_STATUSES } from '../domain/run-status.ts';
import { SCHEDULE_STATUSES } from '../domain/schedule.ts';
import { SCOPES } from '../domain/scopes.ts';

/** Every enum of the API. Each is a component of the document under its id. */

export const runStatus = z.enum(RUN_STATUSES).meta({
  id: 'RunStatus',
  description: [
    '- `CREATED`: stored; its inputs are being prepared.',
    '- `INVALID`: refused after it was created, for example because no input is valid. Final.',
    '- `BLOCKED`: waiting for a run it depends on, or for a free slot. It starts by itself.',
    '- `SCHEDULED`: waiting for its start time, or for a rate limit. It continues by itself.',
    '- `QUEUED`: it has a slot; no page has started yet.',
    '- `RUNNING`: a page has started.',
    '- `STOPPED`: cancelled by a caller or stopped at its deadline. It can be resumed.',
    '- `SUCCEEDED`: every input succeeded. Final.',
    '- `PARTIAL_SUCCEEDED`: some inputs failed, or an input failed after it gave results. It can be retried.',
    '- `FAILED`: no input succeeded and there are no results. It can be retried.',
  ].join('\n'),
});

export const inputStatus = z.enum(INPUT_STATUSES).meta({ id: 'InputStatus' });

export const executionMode = z.enum(['LIVE', 'ASYNC']).meta({
  id: 'ExecutionMode',
  description: '`LIVE`: the caller waits for the results. `ASYNC`: the run works in the background.',
});

export const errorLabel = z.enum(ERROR_LABELS).meta({ id: 'ErrorLabel' });

export const errorScope = z
  .enum(['auth', 'input', 'parameters', 'action', 'receiver', 'limit', 'state', 'server'])
  .meta({
    id: 'ErrorScope',
    description:
      'The part of the system or of the request that the error concerns; `receiver` is the receiver of a callback.',
  });

export const bulkAction = z.enum(BULK_ACTIONS).meta({
  id: 'BulkAction',
  description: 'What is done to each run; `replay_callbacks` replays those that are FAILED.',
});

export const bulkStatus = z.enum(BULK_STATUSES).meta({
  id: 'BulkStatus',
  description: [
    '- `QUEUED`: waiting for another bulk of the workspace to end. It begins by itself.',
    '- `COUNTING`: listing the runs that pass the filter.',
    '- `RUNNING`: doing them, a few at a time.',
    '- `FINISHED`: each run was done, or failed. Final.',
    '- `CANCELLED`: cancelled by a caller; the other runs are left as they are. Final.',
  ].join('\n'),
});

export const scope = z.enum(SCOPES).meta({
  id: 'Scope',
  description: [
    '- `read`: read runs, schedules and callbacks.',
    '- `run`: launch runs, cancel, resume and retry them, and replay callbacks.',
    '- `manage`: create and change schedules, and read the signing secrets.',
    '- `admin`: manage the API keys and secrets of the workspace.',
  ].join('\n'),
});
export const usageGrouping = z.enum(['day', 'action']).meta({ id: 'UsageGrouping' });

export const actionMode = z.enum(['live', 'async', 'schedule']).meta({ id: 'ActionMode' });

export const pagingMode = z.enum(['cursor', 'cursor_or_number']).meta({
  id: 'PagingMode',
  description: '`cursor_or_number`: a live call also takes the number of a page.',
});

export const callbackStatus = z.enum(CALLBACK_STATUSES).meta({
  id: 'CallbackStatus',
  description: [
    '- `PENDING`: waiting for its first or its next attempt.',
    '- `RUNNING`: an attempt is under way.',
    '- `SUCCESS`: the receiver answered with a 2xx status.',
    '- `FAILED`: there will be no further attempt. It can be replayed.',
  ].join('\n'),
});

export const quotaName = z.enum(QUOTAS).meta({ id: 'QuotaName' });

const NOTIFICATIONS = [
  '- `run.failed`: an asynchronous run ended FAILED or INVALID.',
  '- `run.stopped_by_deadline`: a run was stopped at its deadline.',
  '- `schedule.missed`: a time of a schedule was missed.',
  `- \`schedule.skipped\`: a schedule skipped ${SKIPS_IN_A_ROW} times in a row.`,
  '- `receiver.away`: a receiver of callbacks, or its whole host, failed several times in a row. Its callbacks wait.',
  '- `receiver.back`: it accepted a callback again.',
  '- `quota.reached`: a call or a page was refused because of a quota, for the first time until the quota resets.',
] as const;

export const notificationType = z
  .enum(NOTIFICATION_TYPES)
  .meta({ id: 'NotificationType', description: NOTIFICATIONS.join('\n') });

export const callbackType = z.enum([...RUN_CALLBACK_TYPES, ...NOTIFICATION_TYPES]).meta({
  id: 'CallbackType',
  description: [
    '- `run.page`: a page of results of one input.',
    '- `run.input_failed`: an input failed.',
    '- `run.finished`: the run ended.',
    ...NOTIFICATIONS,
  ].join('\n'),
});

export const callbackSelection = z.enum(['all', 'final']).meta({
  id: 'CallbackSelection',
  description: '`all`: a callback for each page, each failed input and the end of the run. `final`: only for the end.',
});

export const invalidInputPolicy = z.enum(['reject', 'skip']).meta({
  id: 'InvalidInputPolicy',
  description:
    '`reject`: nothing is created if an input is invalid. `skip`: invalid inputs end FAILED, and the others run.',
});

export const dependencyRequirement = z.enum(['success', 'finish']).meta({
  id: 'DependencyRequirement',
  description: '`success`: the run must end SUCCEEDED. `finish`: it must end, in whatever status.',
});

export const scheduleStatus = z.enum(SCHEDULE_STATUSES).meta({
  id: 'ScheduleStatus',
  description: [
    '- `ACTIVE`: it fires at its times.',
    '- `PAUSED`: it does not fire until it is resumed.',
    '- `CANCELLED`: cancelled by a caller. Final.',
    '- `COMPLETED`: its last time has passed. Final.',
  ].join('\n'),
});

export const overlapPolicy = z.enum(['skip', 'allow', 'cancel_previous']).meta({
  id: 'OverlapPolicy',
  description: [
    'What happens when the schedule is due and its last run is unfinished.',
    '',
    '- `skip`: no run is started.',
    '- `allow`: a run is started all the same.',
    '- `cancel_previous`: the last run is cancelled and a new one is started.',
  ].join('\n'),
});

export const fireCause = z.enum(['cron', 'once', 'trigger']).meta({
  id: 'FireCause',
  description: '`cron`: a time of the cron expression. `once`: `schedule_at`. `trigger`: a call of `POST …/trigger`.',
});

export const fireOutcome = z.enum(['FIRED', 'SKIPPED', 'MISSED']).meta({
  id: 'FireOutcome',
  description: [
    '- `FIRED`: a run was started.',
    '- `SKIPPED`: no run was started, because of the overlap policy or a pause.',
    '- `MISSED`: no run was started, because the time could not be carried out soon enough.',
  ].join('\n'),
});

export const fireReasonCode = z.enum(Object.keys(FIRE_REASONS)).meta({ id: 'FireReasonCode' });

export const sortOrder = z.enum(['created_at', '-created_at']).meta({
  id: 'SortOrder',
  description: '`created_at`: oldest first. `-created_at`: newest first.',
});

export const contentEncoding = z.enum(['gzip']).meta({ id: 'ContentEncoding' });

export const infoLabel = z.enum(['NO_RESULT']).meta({ id: 'InfoLabel' });

export const warningCode = z.enum(['DEADLINE_TOO_SHORT']).meta({ id: 'WarningCode' });

export const logLevel = z.enum(LOG_LEVELS).meta({ id: 'LogLevel' });
