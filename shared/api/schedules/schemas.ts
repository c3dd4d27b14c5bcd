import { changedTermFields, shownTermFields, termFields } from '../launches/terms.ts';
import * as z from 'zod';
import { MAX_CRON_LENGTH } from '../../domain/cron/cron-expression.ts';
import { MAX_ZONE_LENGTH } from '../../domain/cron/time-zone.ts';
import { SCHEDULE_DEFAULTS } from '../../domain/schedule.ts';
import { fireCause, fireOutcome, fireReasonCode, overlapPolicy, scheduleStatus } from '../enums.ts';
import {
  actionName,
  anyOf,
  change,
  count,
  givenInstant,
  instant,
  jsonObject,
  paging,
  sort,
  strict,
  text,
  tag,
  uid,
} from '../fields.ts';
import { launchFields, MANY_INPUTS, NOT_HERE, oneOrOther } from '../launches/schemas.ts';
import { CRON_PATTERN, TIME_ZONE_PATTERN } from '../patterns.ts';
import { callbackTarget, statusReason } from '../runs/schemas.ts';

const REFUSED = {
  ...NOT_HERE,
  ...MANY_INPUTS,
  inputs_upload_uid: 'an upload can be used for one run only; use inputs',
  depends_on: 'runs of a schedule have no dependencies; POST …/run/async takes depends_on',
} as const;

const cron = z
  .string()
  .max(MAX_CRON_LENGTH, { error: `may have at most ${MAX_CRON_LENGTH} characters` })
  .meta({ format: 'cron', pattern: CRON_PATTERN })
  .describe(
    'A cron expression of five fields (minute, hour, day of month, month, day of week), or a macro such as `@daily`',
  );
const scheduleAt = givenInstant.describe(
  'Without `cron`: the time at which the schedule fires once. With `cron`: the time from which it counts',
);
const timezone = z
  .string()
  .max(100)
  .meta({ format: 'time-zone', pattern: TIME_ZONE_PATTERN, maxLength: MAX_ZONE_LENGTH })
  .describe('The time zone of the cron expression: an IANA name such as `Europe/Berlin`');
const catchUpSeconds = z
  .int()
  .min(0)
  .max(86_400)
  .describe('How late a time may still fire, for example after an outage');
const jitterSeconds = z
  .int()
  .min(0)
  .max(900)
  .describe('Delays each run by up to this many seconds. A schedule always has the same delay');

/** `POST …/run/schedule`. */
export const scheduleBody = strict(
  {
    inputs: launchFields.inputs,
    parameters: launchFields.parameters.optional(),
    callback: launchFields.callback.optional(),
    name: launchFields.name.optional(),
    ...termFields,
    cron: cron.optional(),
    schedule_at: scheduleAt.optional(),
    timezone: timezone.default(SCHEDULE_DEFAULTS.timezone),
    overlap: overlapPolicy.default(SCHEDULE_DEFAULTS.overlap),
    catch_up_seconds: catchUpSeconds.default(SCHEDULE_DEFAULTS.catchUpSeconds),
    jitter_seconds: jitterSeconds.default(SCHEDULE_DEFAULTS.jitterSeconds),
  },
  REFUSED,
).meta(oneOrOther('cron', 'schedule_at', 'string', true));

/**
 * `PATCH /v1/schedules/{scheduled_run_uid}` and `POST …/update`: an absent field keeps its value, null sets it back to
 * its default.
 */
export const scheduleUpdateBody = change(
  {
    inputs: launchFields.inputs.optional(),
    parameters: launchFields.parameters.nullable().optional(),
    callback: launchFields.callback.nullable().optional(),
    name: launchFields.name.nullable().optional(),
    ...changedTermFields,
    cron: cron.nullable().optional(),
    schedule_at: scheduleAt.nullable().optional(),
    timezone: timezone.nullable().optional(),
    overlap: overlapPolicy.nullable().optional(),
    catch_up_seconds: catchUpSeconds.nullable().optional(),
    jitter_seconds: jitterSeconds.nullable().optional(),
  },
  { ...REFUSED, action_name: 'the action of a schedule cannot be changed; create another schedule' },
);

/** `POST …/pause`. */
export const pauseBody = strict({
  note: text.min(1).max(500).optional().describe('Shown as `status_reason.message` while the schedule is paused'),
});

const scheduleFields = {
  uid,
  name: z.string().nullable(),
  action_name: actionName,
  status: scheduleStatus,
  status_reason: statusReason.nullable(),
  inputs: z.array(jsonObject).max(100).describe('The first 100 inputs of each run'),
  inputs_total: count.describe('Number of inputs of each run'),
  parameters: jsonObject.describe('Parameters of the action'),
  callback: callbackTarget.nullable().describe('Where callbacks are sent; null if there are none'),
  ...shownTermFields,
  cron: z.string().nullable().describe('The cron expression; null if the schedule fires once'),
  schedule_at: instant
    .nullable()
    .describe('Without `cron`: the time at which the schedule fires once. With `cron`: the time from which it counts'),
  timezone: z.string().describe('The time zone of the cron expression'),
  overlap: overlapPolicy,
  catch_up_seconds: count.describe('How late a time may still fire'),
  jitter_seconds: count.describe('The maximum delay of each run'),
  next_execution_at: instant.nullable().describe('The next time; null unless the schedule is ACTIVE'),
  last_executed_at: instant.nullable().describe('When the schedule last started a run'),
  last_run_uid: uid.nullable().describe('The run that the schedule started last'),
  counts: strict({ fired: count, skipped: count, missed: count })
    .meta({ id: 'FireCounts' })
    .describe('The past fires by outcome'),
  workspace_uid: uid,
  created_at: instant,
  updated_at: instant,
};

export const schedule = strict(scheduleFields).meta({
  id: 'Schedule',
  description: 'Starts runs at the times of a cron expression, or once.',
});

/** A schedule as its launch answers it. */
export const launchedSchedule = strict({
  ...scheduleFields,
  scheduled_run_uid: uid.describe('The same as `uid`'),
}).meta({ id: 'LaunchedSchedule' });

/** `GET /v1/schedules`. */
export const listSchedulesQuery = strict({
  ...paging(10, 100),
  sort,
  status: anyOf(scheduleStatus, 'schedules with this status'),
  action_name: anyOf(actionName, 'schedules of this action'),
  uid: anyOf(uid, 'the schedule with this uid'),
  name: anyOf(text.min(1).max(200), 'schedules with this name'),
  tag: anyOf(tag, 'schedules with this tag'),
});

/** `GET …/inputs`, `GET …/fires`. */
export const scheduleInputsQuery = strict({ ...paging(100, 500) });
export const scheduleInputs = z.array(jsonObject);
export const firesQuery = strict({ ...paging(10, 100) });

/** A past time of a schedule. */
export const fireReason = strict({ code: fireReasonCode, message: z.string() }).meta({ id: 'FireReason' });

export const fire = strict({
  uid,
  nominal_at: instant.describe('The time of the schedule'),
  at: instant.describe('When the time was carried out'),
  cause: fireCause,
  outcome: fireOutcome,
  reason: fireReason.nullable().describe('Why no run was started; null if one was'),
  run_uid: uid.nullable().describe('The run that was started'),
}).meta({ id: 'Fire', description: 'A past time of a schedule: it started a run, skipped one or missed one.' });

/** `POST /v1/schedules/preview`. */
export const previewBody = strict({
  cron,
  timezone: timezone.default(SCHEDULE_DEFAULTS.timezone),
  from: givenInstant.optional().describe('The time from which to count; by default now'),
  count: z.int().min(1).max(100).default(10).describe('The number of times to return'),
});

const local = z.iso.datetime({ offset: true });

export const preview = strict({
  fires: z
    .array(
      strict({ at: instant.describe('In UTC'), local: local.describe('In the time zone') }).meta({
        id: 'PreviewedFire',
      }),
    )
    .describe('The next times'),
  notes: z
    .array(strict({ local, note: z.string() }).meta({ id: 'ClockNote' }))
    .describe('Times of the cron expression that a clock change skips or repeats'),
}).meta({ id: 'Preview' });
