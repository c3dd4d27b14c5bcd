import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { openCallbackReceiver } from '../support/receiver.ts';
import type { CallbackReceiver } from '../support/receiver.ts';

const ASYNC = '/v1/actions/search-cities/run/async';

let system: LocalTestSystem;
let api: ApiClient;
let receiver: CallbackReceiver;

beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  receiver = await openCallbackReceiver(system.signingSecret);
});
afterAll(async () => {
  await receiver.close();
  await system.close();
});

it('a dry run says what a launch would do, and leaves nothing behind', async () => {
  const body = {
    inputs: [{ country: 'MT' }, { country: 'malta' }],
    parameters: { max_results: 100 },
    callback: { url: receiver.url },
  };
  const dry = await api.send('POST', `${ASYNC}?dry_run=true`, { body });
  expect([dry.status, dry.body]).toEqual([
    200,
    {
      valid: 1,
      invalid: 1,
      validation_errors: [{ path: 'inputs[1].country', message: expect.any(String) }],
      estimate: { pages: 2, seconds: 1, usd: expect.any(Number) },
      would_wait: null,
    },
  ]);
  const schedule = await api.send('POST', '/v1/actions/search-cities/run/schedule?dry_run=true', {
    body: { ...body, cron: '@hourly' },
  });
  expect([schedule.status, schedule.body]).toEqual([
    200,
    expect.objectContaining({ valid: 1, would_wait: expect.objectContaining({ code: 'SCHEDULED_START' }) }),
  ]);
  for (const path of ['/v1/runs', '/v1/schedules']) expect((await api.send('GET', path)).body).toEqual([]);
  const refused = await api.send('POST', `${ASYNC}?dry_run=true`, {
    body: { ...body, callback: { url: 'http://169.254.169.254/' } },
  });
  expect([refused.status, refused.body]).toEqual([400, expect.objectContaining({ error_label: 'BAD_INPUT' })]);
});

it('a dry run of an upload leaves it to the launch that follows', async () => {
  const { body: ticket } = await api.ask('createUpload', { body: {} });
  await fetch(ticket.url, { method: ticket.method, headers: ticket.headers, body: '{"country":"MT"}' });
  const body = { inputs_upload_uid: ticket.uid, callback: { url: receiver.url, on: 'final' } };
  const dry = await api.send('POST', `${ASYNC}?dry_run=true`, { body });
  expect([dry.status, dry.body]).toEqual([
    200,
    expect.objectContaining({ valid: null, invalid: null, estimate: { pages: null, seconds: null, usd: null } }),
  ]);
  const run = await api.ask('runAsync', { params: { action: 'search-cities' }, body });
  const ended = await api.ask('getRun', { params: { run_uid: run.body.uid }, query: '?wait=25' });
  expect(ended.body).toMatchObject({ status: 'SUCCEEDED', inputs: { total: 1 } });
});
