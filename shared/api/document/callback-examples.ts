import type * as z from 'zod';
import type { callbackBody } from '../callbacks/schemas.ts';
import { CALLBACK, city, INPUT, RUN } from './example-objects.ts';

type CallbackBody = z.input<typeof callbackBody>;

const callbackRun = {
  run_uid: RUN,
  batch_uid: RUN,
  status: 'RUNNING',
  attempt: 1,
  action_name: 'search-cities',
  scheduled_run_uid: null,
  tags: ['nightly'],
} satisfies CallbackBody['run'];

export const pageCallback = {
  type: 'run.page',
  callback_ref_uid: CALLBACK,
  run: callbackRun,
  input: { country: 'NL' },
  custom_data: null,
  input_uid: INPUT,
  input_index: 0,
  page: 0,
  is_last_page: false,
  part: 1,
  parts: 1,
  error: null,
  results: [city],
  occurred_at: '2030-01-31T09:00:02.000Z',
} as const satisfies CallbackBody;

/** What a receiver gets: a callback of each type. */
export const CALLBACK_EXAMPLES: { readonly [Type in CallbackBody['type']]: { readonly value: CallbackBody } } = {
  'run.page': { value: pageCallback },
  'run.input_failed': {
    value: {
      ...pageCallback,
      type: 'run.input_failed',
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
      results: null,
    },
  },
  'run.finished': {
    value: {
      ...pageCallback,
      type: 'run.finished',
      run: { ...callbackRun, batch_uid: null, status: 'SUCCEEDED' },
      input: null,
      input_uid: null,
      input_index: null,
      page: null,
      results: null,
      manifest: { inputs: 2, succeeded: 2, failed: 0, outputs: 200, callbacks: 5 },
    },
  },
};
