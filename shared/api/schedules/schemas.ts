import * as z from 'zod';
import { MAX_CRON_LENGTH } from '../../domain/cron/cron-expression.ts';
import { FIRE_REASONS } from '../../domain/fire.ts';
import { SCHEDULE_DEFAULTS, SCHEDULE_STATUSES } from '../../domain/schedule.ts';
import { actionName, anyOf, count, givenInstant, instant, jsonObject, paging, sort, strict, uid } from '../fields.ts';
import { launchFields, MANY_INPUTS, NOT_HERE } from '../launches/schemas.ts';
import { statusReason } from '../runs/schemas.ts';

const REFUSED = {
  ...NOT_HERE,
  ...MANY_INPUTS,
  inputs_upload_uid: 'an upload is good for one launch, and a schedule launches again and again; give inputs',
  depends_on: 'a schedule’s runs wait for no others; POST …/run/async takes depends_on',
} as const;

const cron = z
  .string()
  .max(MAX_CRON_LENGTH, { error: `may have at most ${MAX_CRON_LENGTH} characters` })
  .describe('minute hour day-of-month month day-of-week, or a macro such as @daily');
const scheduleAt = givenInstant.describe(
  'With cron the moment from which it counts, alone the one time at which it fires',
);
const timezone = z.string().max(100).describe('A tz database name such as Europe/Berlin');
const overlap = z
  .enum(['skip', 'allow', 'cancel_previous'])
  .describe('What happens at a time at which the last run is unfinished');
const catchUpSeconds = z.int().min(0).max(86_400).describe('How late a time may still fire after an outage');
const jitterSeconds = z.int().min(0).max(900).describe('Runs start up to so much late, each schedule always the same');

/** `POST …/run/schedule`. */
export const scheduleBody = strict(
  {
    inputs: launchFields.inputs,
    parameters: launchFields.parameters.optional(),
    callback: launchFields.callback.optional(),
    name: launchFields.name.optional(),
    deadline_seconds: launchFields.deadlineSeconds.default(SCHEDULE_DEFAULTS.deadlineSeconds),
    on_invalid_input: launchFields.onInvalidInput.default(SCHEDULE_DEFAULTS.onInvalidInput),
    cron: cron.optional(),
    schedule_at: scheduleAt.optional(),
    timezone: timezone.default(SCHEDULE_DEFAULTS.timezone),
    overlap: overlap.default(SCHEDULE_DEFAULTS.overlap),
    catch_up_seconds: catchUpSeconds.default(SCHEDULE_DEFAULTS.catchUpSeconds),
    jitter_seconds: jitterSeconds.default(SCHEDULE_DEFAULTS.jitterSeconds),
  },
  REFUSED,
);

/** `PATCH /v1/schedules/{scheduled_run_uid}` and `POST …/update`: absent stays, null goes back to the default. */
export const scheduleUpdateBody = strict(
  {
    inputs: launchFields.inputs.optional(),
    parameters: launchFields.parameters.nullable().optional(),
    callback: launchFields.callback.nullable().optional(),
    name: launchFields.name.nullable().optional(),
    deadline_seconds: launchFields.deadlineSeconds.nullable().optional(),
    on_invalid_input: launchFields.onInvalidInput.nullable().optional(),
    cron: cron.nullable().optional(),
    schedule_at: scheduleAt.nullable().optional(),
    timezone: timezone.nullable().optional(),
    overlap: overlap.nullable().optional(),
    catch_up_seconds: catchUpSeconds.nullable().optional(),
    jitter_seconds: jitterSeconds.nullable().optional(),
  },
  { ...REFUSED, action_name: 'the action of a schedule stays; make another schedule for another action' },
);

/** `POST …/pause`. */
export const pauseBody = strict({ note: z.string().min(1).max(500).optional().describe('Kept in status_reason') });

const scheduleStatus = z.enum(SCHEDULE_STATUSES);

const scheduleFields = {
  uid,
  name: z.string().nullable(),
  action_name: actionName,
  status: scheduleStatus,
  status_reason: statusReason.nullable(),
  inputs: z.array(jsonObject).max(100).describe('The first 100'),
  inputs_total: count,
  parameters: jsonObject,
  callback: strict({ url: z.string(), on: z.enum(['all', 'final']) }).nullable(),
  deadline_seconds: z.int(),
  on_invalid_input: z.enum(['reject', 'skip']),
  cron: z.string().nullable(),
  schedule_at: instant.nullable(),
  timezone: z.string(),
  overlap: z.enum(['skip', 'allow', 'cancel_previous']),
  catch_up_seconds: count,
  jitter_seconds: count,
  next_execution_at: instant.nullable().describe('Null unless ACTIVE'),
  last_executed_at: instant.nullable(),
  last_run_uid: uid.nullable(),
  counts: strict({ fired: count, skipped: count, missed: count }),
  workspace_uid: uid,
  created_at: instant,
  updated_at: instant,
};

export const schedule = strict(scheduleFields).meta({ id: 'Schedule' });

/** A schedule as its launch answers it. */
export const launchedSchedule = strict({
  ...scheduleFields,
  scheduled_run_uid: uid.describe('The same as uid'),
}).meta({ id: 'LaunchedSchedule' });

/** `GET /v1/schedules`. */
export const listSchedulesQuery = strict({
  ...paging(10, 100),
  sort,
  status: anyOf(scheduleStatus),
  action_name: anyOf(actionName),
  uid: anyOf(uid),
  name: anyOf(z.string().min(1).max(200)),
});

/** `GET …/inputs`, `GET …/fires`. */
export const scheduleInputsQuery = strict({ ...paging(100, 500) });
export const scheduleInputs = z.array(jsonObject);
export const firesQuery = strict({ ...paging(10, 100) });

/** A time of a schedule and what came of it. */
export const fire = strict({
  uid,
  nominal_at: instant,
  at: instant,
  cause: z.enum(['cron', 'once', 'trigger']),
  outcome: z.enum(['FIRED', 'SKIPPED', 'MISSED']),
  reason: strict({ code: z.enum(Object.keys(FIRE_REASONS)), message: z.string() }).nullable(),
  run_uid: uid.nullable(),
}).meta({ id: 'Fire' });

/** `POST /v1/schedules/preview`. */
export const previewBody = strict({
  cron,
  timezone: timezone.default(SCHEDULE_DEFAULTS.timezone),
  from: givenInstant.optional().describe('Now unless given'),
  count: z.int().min(1).max(100).default(10),
});

const local = z.iso.datetime({ offset: true });

export const preview = strict({
  fires: z.array(strict({ at: instant, local })),
  notes: z.array(strict({ local, note: z.string() })).describe('Local times that the clocks skip or read twice'),
}).meta({ id: 'Preview' });
