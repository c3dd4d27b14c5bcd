import type * as z from 'zod';
import type { notificationBody } from '../notifications/schemas.ts';
import { NOTIFICATION, RUN, SCHEDULE, WORKSPACE } from './example-objects.ts';

type NotificationBody = z.input<typeof notificationBody>;

const aboutEvent = { callback_ref_uid: NOTIFICATION, workspace_uid: WORKSPACE };
const occurredAt = { occurred_at: '2030-01-31T09:00:02.000Z' };

const notifiedRun = {
  run_uid: RUN,
  name: 'benelux',
  attempt: 1,
  action_name: 'search-cities',
  scheduled_run_uid: null,
  tags: ['nightly'],
};

const aboutSchedule = {
  schedule: { scheduled_run_uid: SCHEDULE, name: 'cities every morning', action_name: 'search-cities' },
};
const fire = { uid: '2f1a3c2b-1d00-4a0b-9a43-c6f1a3fe6f0c', nominal_at: '2030-01-31T08:00:00.000Z' };

const aboutReceiver = {
  receiver: { url: 'https://example.com/hook', is_host: false, away_since: '2030-01-31T09:00:02.000Z' },
};

/** What a receiver of notifications gets: one of each type. */
export const NOTIFICATION_EXAMPLES: {
  readonly [Type in NotificationBody['type']]: { readonly value: Extract<NotificationBody, { readonly type: Type }> };
} = {
  'run.failed': {
    value: {
      type: 'run.failed',
      ...aboutEvent,
      run: { ...notifiedRun, status: 'FAILED' },
      error: {
        error_label: 'UPSTREAM_TIMEOUT',
        error_scope: 'action',
        error_ref: '0f7c2a6e-3d0b-4a51-9a3c-5b1d2e3f4a5b',
        message: 'The action did not finish within 60 seconds.',
        status_code: 424,
        retryable: true,
        params: {},
        validation_errors: null,
      },
      ...occurredAt,
    },
  },
  'run.stopped_by_deadline': {
    value: {
      type: 'run.stopped_by_deadline',
      ...aboutEvent,
      run: { ...notifiedRun, status: 'STOPPED' },
      deadline_seconds: 86_400,
      ...occurredAt,
    },
  },
  'schedule.missed': {
    value: {
      type: 'schedule.missed',
      ...aboutEvent,
      ...aboutSchedule,
      fire: {
        ...fire,
        outcome: 'MISSED',
        reason: { code: 'TOO_LATE', message: 'The time was more than catch_up_seconds late.' },
      },
      ...occurredAt,
    },
  },
  'schedule.skipped': {
    value: {
      type: 'schedule.skipped',
      ...aboutEvent,
      ...aboutSchedule,
      fire: {
        ...fire,
        outcome: 'SKIPPED',
        reason: { code: 'OVERLAP', message: 'The last run of the schedule was unfinished.' },
      },
      ...occurredAt,
    },
  },
  'receiver.away': { value: { type: 'receiver.away', ...aboutEvent, ...aboutReceiver, ...occurredAt } },
  'receiver.back': {
    value: { type: 'receiver.back', ...aboutEvent, ...aboutReceiver, occurred_at: '2030-01-31T09:41:00.000Z' },
  },
  'quota.reached': {
    value: {
      type: 'quota.reached',
      ...aboutEvent,
      quota: { name: 'pages_per_day', limit: 10_000, resets_at: '2030-02-01T00:00:00.000Z' },
      ...occurredAt,
    },
  },
};
