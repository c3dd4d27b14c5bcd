import * as z from 'zod';
import { fireOutcome, quotaName, runStatus } from '../enums.ts';
import { errorRecord } from '../error-schemas.ts';
import { actionName, count, instant, strict, uid } from '../fields.ts';
import { fireReason } from '../schedules/schemas.ts';

/* What receivers of notifications are sent. */

const aboutEvent = {
  callback_ref_uid: uid.describe(
    'Identifies the notification. It is the same on every delivery and replay: deduplicate by it',
  ),
  workspace_uid: uid,
};

const occurredAt = { occurred_at: instant.describe('When it happened') };

const notifiedRun = strict({
  run_uid: uid,
  name: z.string().nullable(),
  status: runStatus,
  attempt: z.int().min(1).describe('Starts at 1 and grows by 1 with each resume or retry of the run'),
  action_name: actionName,
  scheduled_run_uid: uid.nullable().describe('The schedule that started the run'),
  tags: z.array(z.string()),
}).meta({ id: 'NotifiedRun', description: 'The run at the time of the event.' });

const runFailed = strict({
  type: z.literal('run.failed'),
  ...aboutEvent,
  run: notifiedRun,
  error: errorRecord.nullable().describe('The `last_error` of the run'),
  ...occurredAt,
}).meta({ id: 'RunFailedNotification', description: 'An asynchronous run ended FAILED or INVALID.' });

const runStoppedByDeadline = strict({
  type: z.literal('run.stopped_by_deadline'),
  ...aboutEvent,
  run: notifiedRun,
  deadline_seconds: count.describe('The deadline of the run'),
  ...occurredAt,
}).meta({
  id: 'RunStoppedByDeadlineNotification',
  description: 'A run was stopped at its deadline. It can be resumed.',
});

const aboutFire = {
  ...aboutEvent,
  schedule: strict({ scheduled_run_uid: uid, name: z.string().nullable(), action_name: actionName }).meta({
    id: 'NotifiedSchedule',
  }),
  fire: strict({
    uid,
    nominal_at: instant.describe('The time of the schedule'),
    outcome: fireOutcome,
    reason: fireReason.nullable(),
  }).meta({ id: 'NotifiedFire', description: 'The time that started no run.' }),
  ...occurredAt,
};

const scheduleMissed = strict({ type: z.literal('schedule.missed'), ...aboutFire }).meta({
  id: 'ScheduleMissedNotification',
  description: 'A time of a schedule was missed.',
});

const scheduleSkipped = strict({ type: z.literal('schedule.skipped'), ...aboutFire }).meta({
  id: 'ScheduleSkippedNotification',
  description: 'A schedule skipped three times in a row; `fire` is the third.',
});

const aboutReceiver = {
  ...aboutEvent,
  receiver: strict({
    url: z.string().describe('The URL of the receiver without its query, or the origin of the host'),
    is_host: z.boolean().describe('Whether this is a whole host, several of whose receivers gave no answer'),
    away_since: instant,
  }).meta({ id: 'NotifiedReceiver' }),
  ...occurredAt,
};

const receiverAway = strict({ type: z.literal('receiver.away'), ...aboutReceiver }).meta({
  id: 'ReceiverAwayNotification',
  description: 'A receiver failed several times in a row. Its callbacks wait until it is back.',
});

const receiverBack = strict({ type: z.literal('receiver.back'), ...aboutReceiver }).meta({
  id: 'ReceiverBackNotification',
  description: 'A receiver that was away accepted a callback. Those that waited are being sent.',
});

const quotaReached = strict({
  type: z.literal('quota.reached'),
  ...aboutEvent,
  quota: strict({
    name: quotaName,
    limit: count,
    resets_at: instant.nullable().describe('When the quota resets by itself; null if it does not'),
  }).meta({ id: 'NotifiedQuota' }),
  ...occurredAt,
}).meta({
  id: 'QuotaReachedNotification',
  description: 'A quota of the workspace was reached. It is told once until the quota resets, at most once a UTC day.',
});

export const notificationBodies = [
  runFailed,
  runStoppedByDeadline,
  scheduleMissed,
  scheduleSkipped,
  receiverAway,
  receiverBack,
  quotaReached,
] as const;

/** The discriminator of a union of bodies, each a component. */
export function discriminatorOf(bodies: readonly z.ZodObject<{ readonly type: z.ZodLiteral<string> }>[]): {
  readonly propertyName: string;
  readonly mapping: Readonly<Record<string, string>>;
} {
  return {
    propertyName: 'type',
    mapping: Object.fromEntries(
      bodies.map((schema) => [schema.shape.type.value, `#/components/schemas/${schema.meta()?.id}`]),
    ),
  };
}

export const notificationBody = z.discriminatedUnion('type', notificationBodies).meta({
  id: 'Notification',
  description: 'The body of a notification, as the receiver gets it. `type` says which it is.',
  discriminator: discriminatorOf(notificationBodies),
});
