import {
  apiKey,
  type ExamplesOf,
  notificationRecord,
  notifications,
  times,
  URL,
  WORKSPACE,
} from './example-objects.ts';

const secret = { name: 'GITHUB_TOKEN', created_at: times.created_at, updated_at: times.created_at };

/** Examples of what a workspace reads and changes of itself. */
export const WORKSPACE_EXAMPLES: ExamplesOf<
  | 'getMe'
  | 'listKeys'
  | 'createKey'
  | 'updateKey'
  | 'deleteKey'
  | 'getSigningSecret'
  | 'rotateSigningSecret'
  | 'putNotifications'
  | 'getNotifications'
  | 'deleteNotifications'
  | 'listNotifications'
  | 'listSecrets'
  | 'putSecret'
  | 'deleteSecret'
  | 'getUsage'
> = {
  getMe: {
    response: {
      workspace: { uid: WORKSPACE, name: 'acme' },
      key: apiKey,
      limits: {
        live: { per_second: 20, burst: 40 },
        launch: { per_second: 10, burst: 20 },
        read: { per_second: 50, burst: 100 },
        runs_at_once: 10,
        callback_hosts: ['hooks.example.com', '*.example.org'],
        inputs_in_flight: 500,
        quotas: { runs_waiting: null, schedules: 100, uploads_open: 100, pages_per_day: 1_000_000 },
      },
      usage_today: { runs: 2, live_calls: 31, pages: 412, outputs: 20_600, callbacks: 383, estimated_usd: 0.00068 },
      version: '0.1.0',
      stage: 'prod',
    },
  },
  listKeys: { response: [apiKey] },
  createKey: {
    request: { label: 'billing service', expires_at: '2031-01-01T00:00:00Z' },
    response: {
      ...apiKey,
      expires_at: '2031-01-01T00:00:00.000Z',
      last_used_at: null,
      key: 'trk_0123456789abcdefghjkmnpqrstvwxyz0123456',
    },
  },
  updateKey: { request: { label: 'invoices' }, response: { ...apiKey, label: 'invoices' } },
  deleteKey: { response: apiKey },
  putNotifications: {
    request: { url: URL, headers: { authorization: 'Bearer 5ca1ab1e' }, on: ['run.failed', 'receiver.away'] },
    response: notifications,
  },
  getNotifications: { response: notifications },
  deleteNotifications: { response: notifications },
  listNotifications: { response: [notificationRecord] },
  listSecrets: { response: [secret] },
  putSecret: { request: { value: 'ghp_…' }, response: secret },
  deleteSecret: { response: secret },
  getUsage: {
    response: [
      {
        day: '2030-01-31',
        action_name: 'search-cities',
        runs: 12,
        live_calls: 40,
        pages: 4_040,
        outputs: 180_300,
        callbacks: 4_012,
        estimated_usd: 0.005863,
      },
    ],
  },
  getSigningSecret: {
    response: {
      secrets: [
        {
          secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
          created_at: '2030-01-01T00:00:00.000Z',
          expires_at: null,
        },
      ],
    },
  },
  rotateSigningSecret: {
    request: { overlap_hours: 48 },
    response: {
      secrets: [
        {
          secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
          created_at: '2030-01-31T09:00:00.000Z',
          expires_at: null,
        },
        {
          secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
          created_at: '2030-01-01T00:00:00.000Z',
          expires_at: '2030-02-02T09:00:00.000Z',
        },
      ],
    },
  },
};
