import type * as z from 'zod';
import type { Operation } from '../routes.ts';
import type { launchedRun } from '../runs/schemas.ts';
import { pageCallback } from './callback-examples.ts';
import {
  RUN,
  bulk,
  INPUT,
  CALLBACK,
  SCHEDULE,
  UPLOAD,
  URL,
  city,
  inputs,
  times,
  run,
  queued,
  stopped,
  callbackRecord,
  replay,
  schedule,
  paused,
  cancelled,
  action,
  type ExamplesOf,
} from './example-objects.ts';
import { WORKSPACE_EXAMPLES } from './workspace-examples.ts';

/** An example of every operation; the tests hold them against the schemas. */
export const EXAMPLES: ExamplesOf<Operation> = {
  listActions: { response: [action] },
  getAction: { response: action },
  runLive: { request: { input: { country: 'NL', min_population: 500_000 } }, response: [city] },
  runAsync: {
    request: {
      inputs: [{ country: 'NL' }, { country: 'BE', custom_data: { row: 2 } }],
      parameters: { max_results: 100 },
      callback: { url: URL },
      name: 'benelux',
      tags: ['nightly'],
    },
    response: { ...queued, run_uid: RUN },
  },
  createUpload: {
    request: { content_encoding: 'gzip' },
    response: {
      uid: UPLOAD,
      method: 'PUT',
      url: `https://bucket.example.com/uploads/${UPLOAD}?X-Amz-Signature=0123456789abcdef`,
      headers: { 'if-none-match': '*' },
      max_bytes: 500_000_000,
      expires_at: '2030-01-31T10:00:00.000Z',
    },
  },
  listRuns: { response: [run] },
  getRun: {
    response: {
      ...run,
      callbacks: { total: 5, delivered: 5, pending: 0, failed: 0 },
      history: [
        { status: 'CREATED', at: times.created_at, reason: null },
        { status: 'QUEUED', at: times.created_at, reason: null },
        { status: 'RUNNING', at: times.started_at, reason: null },
        { status: 'SUCCEEDED', at: times.finished_at, reason: null },
      ],
    },
  },
  getRunStatus: {
    response: {
      uid: RUN,
      status: 'SUCCEEDED',
      status_reason: null,
      postponed_until: null,
      inputs,
      output_count: 200,
      ...times,
    },
  },
  listRunInputs: {
    response: [
      {
        uid: INPUT,
        index: 0,
        status: 'SUCCEEDED',
        input_data: { country: 'NL' },
        custom_data: null,
        last_error: null,
        last_info: null,
        output_count: 100,
        retry_count: 0,
        postponed_until: null,
        ...times,
      },
    ],
  },
  listRunOutputs: { response: [city] },
  listRunLogs: {
    response: [
      {
        at: '2030-01-31T09:00:01.500Z',
        input_index: 0,
        page: 0,
        attempt: 1,
        level: 'info',
        message: 'read a page',
        data: { cities: 50 },
        error: null,
      },
      {
        at: '2030-01-31T09:00:02.000Z',
        input_index: 0,
        page: 1,
        attempt: 1,
        level: 'error',
        message: 'the upstream answered 502',
        data: null,
        error: { error_label: 'UPSTREAM_ERROR', error_ref: CALLBACK },
      },
    ],
  },
  cancelRun: { request: { action: 'cancel' }, response: stopped },
  resumeRun: { request: { action: 'resume' }, response: { ...queued, status: 'QUEUED', attempt: 2 } },
  retryRun: { request: { action: 'retry' }, response: { ...queued, status: 'QUEUED', attempt: 2, retry_count: 1 } },
  deleteRun: { response: undefined },
  createBulk: {
    request: { action: 'retry', filter: { status: ['FAILED'], created_after: '2030-01-30T00:00:00Z' } },
    response: { ...bulk, status: 'QUEUED', matched: null, done: 0, failed: 0, failures: [], finished_at: null },
  },
  getBulk: { response: bulk },
  cancelBulk: { response: { ...bulk, status: 'CANCELLED', done: 75 } },
  listCallbacks: { response: [callbackRecord] },
  listRunCallbacks: { response: [callbackRecord] },
  getCallback: { response: callbackRecord },
  listCallbackAttempts: {
    response: [
      {
        attempt: 1,
        at: '2030-01-31T09:00:02.100Z',
        duration_ms: 210,
        http_status: 200,
        http_response: null,
        error: null,
      },
    ],
  },
  getCallbackBody: { response: pageCallback },
  replayCallback: { response: replay },
  replayRunCallbacks: { request: { status: ['FAILED'] }, response: { replayed: 12 } },
  testCallback: {
    request: { url: URL, headers: { authorization: 'Bearer 5ca1ab1e' } },
    response: {
      request: {
        headers: {
          'user-agent': 'Trireme/0.1.0 (+https://api.example.com)',
          authorization: '[hidden]',
          'content-type': 'application/json',
          'webhook-id': CALLBACK,
          'webhook-timestamp': '1896080402',
          'webhook-signature': 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
        },
        body: JSON.stringify(pageCallback),
      },
      response: { http_status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok', duration_ms: 210 },
      error: null,
    },
  },
  runSchedule: {
    request: {
      inputs: [{ country: 'NL' }],
      parameters: { max_results: 100 },
      callback: { url: URL, on: 'final' },
      name: 'cities every morning',
      tags: ['nightly'],
      cron: '0 9 * * *',
      timezone: 'Europe/Amsterdam',
    },
    response: { ...schedule, scheduled_run_uid: SCHEDULE },
  },
  previewSchedule: {
    request: { cron: '0 9 * * *', timezone: 'Europe/Amsterdam', from: '2030-01-31T12:00:00Z', count: 1 },
    response: { fires: [{ at: '2030-02-01T08:00:00.000Z', local: '2030-02-01T09:00:00+01:00' }], notes: [] },
  },
  listSchedules: { response: [schedule] },
  getSchedule: { response: schedule },
  listScheduleInputs: { response: [{ country: 'NL' }] },
  listFires: {
    response: [
      {
        uid: '2f1a3c2b-1d00-4a0b-9a43-c6f1a3fe6f0c',
        nominal_at: '2030-01-31T08:00:00.000Z',
        at: '2030-01-31T08:00:01.500Z',
        cause: 'cron',
        outcome: 'FIRED',
        reason: null,
        run_uid: RUN,
      },
    ],
  },
  updateSchedule: {
    request: { cron: '0 10 * * *', name: null },
    response: { ...schedule, cron: '0 10 * * *', name: null },
  },
  patchSchedule: {
    request: { cron: '0 10 * * *', name: null },
    response: { ...schedule, cron: '0 10 * * *', name: null },
  },
  pauseSchedule: { request: { note: 'maintenance until Friday' }, response: paused },
  resumeSchedule: { response: schedule },
  triggerSchedule: { response: { ...queued, scheduled_run_uid: SCHEDULE, scheduled_run_name: 'cities every morning' } },
  cancelSchedule: { response: cancelled },
  deleteSchedule: { response: cancelled },
  removeSchedule: { response: cancelled },
  ...WORKSPACE_EXAMPLES,
  getOpenapi: { response: { openapi: '3.1.0' } },
};

/** What a live call is answered with where it goes on in the background. */
export const LATER_EXAMPLE: z.input<typeof launchedRun> = { ...queued, status: 'QUEUED', run_uid: RUN };
