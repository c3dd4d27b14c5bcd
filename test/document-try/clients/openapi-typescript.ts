// The journey of the types that openapi-typescript makes, with openapi-fetch. Prints one line of JSON a step.
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

const { TRIREME_URL: baseUrl = '', TRIREME_KEY: key = '', TRIREME_INBOX: inbox = '' } = process.env;
const client = createClient<paths>({ baseUrl, headers: { 'X-API-Key': key } });
let finished = '';

async function live(): Promise<string> {
  const body = { input: { country: 'LU' } };
  const { data, response } = await client.POST('/v1/actions/search-cities/run/live', { body });
  const cursor = response.headers.get('x-pagination-cursor') ?? '';
  const next = await client.POST('/v1/actions/search-cities/run/live', { body, params: { query: { cursor } } });
  assert.ok(Array.isArray(data) && Array.isArray(next.data));
  return `${data.length} + ${next.data.length} cities`;
}

async function runAsync(): Promise<string> {
  const body = { inputs: [{ country: 'MT', custom_data: { row: 1 } }], callback: { url: inbox, on: 'all' as const } };
  const launched = await client.POST('/v1/actions/search-cities/run/async', { body: { ...body, name: null } });
  assert.ok(launched.data !== undefined && 'run_uid' in launched.data, JSON.stringify(launched.error));
  finished = launched.data.run_uid;
  const params = { path: { run_uid: finished }, query: { wait: 25 } };
  const { data: run } = await client.GET('/v1/runs/{run_uid}', { params });
  const status: components['schemas']['RunStatus'] | undefined = run?.status;
  assert.equal(status, 'SUCCEEDED');
  return `${run?.output_count} cities`;
}

async function callbackBodies(): Promise<string> {
  const { data: records = [] } = await client.GET('/v1/runs/{run_uid}/callbacks', {
    params: { path: { run_uid: finished } },
  });
  const types = new Set<string>();
  for (const { uid } of records) {
    const params = { path: { callback_uid: uid } };
    const { data: callback } = await client.GET('/v1/runs/callbacks/{callback_uid}/body', { params });
    if (callback?.type === 'run.finished') assert.equal(callback.manifest.inputs, 1);
    if (callback?.type === 'run.page') assert.ok(callback.results.length > 0);
    types.add(callback?.type ?? 'none');
  }
  assert.deepEqual(types, new Set(['run.page', 'run.finished']));
  return [...types].toSorted().join(', ');
}

async function filters(): Promise<string> {
  const created_after = new Date(Date.now() - 600_000).toISOString();
  const { data } = await client.GET('/v1/runs', { params: { query: { created_after, status: ['SUCCEEDED'] } } });
  assert.ok((data?.length ?? 0) > 0);
  return `${data?.length} runs since ${created_after}`;
}

async function exportResults(): Promise<string> {
  const params = { path: { run_uid: finished } };
  const { data } = await client.GET('/v1/runs/{run_uid}/outputs', {
    params,
    headers: { accept: 'text/csv' },
    parseAs: 'text',
  });
  const lines = String(data).trimEnd().split('\r\n');
  assert.match(lines[0] ?? '', /^name,country/);
  return `${lines.length - 1} lines of CSV`;
}

async function refusal(): Promise<string> {
  const params = { path: { run_uid: '00000000-0000-4000-8000-000000000000' } };
  const { error, response } = await client.GET('/v1/runs/{run_uid}', { params });
  assert.ok(error !== undefined && 'error_label' in error);
  return `${response.status} ${error.error_label}`;
}

const STEPS: Readonly<Record<string, () => Promise<string>>> = {
  live,
  async: runAsync,
  'callback bodies': callbackBodies,
  'filters by time': filters,
  export: exportResults,
  'a refusal': refusal,
};

for (const [step, act] of Object.entries(STEPS)) {
  const line = await act().then(
    (did) => ({ step, did }),
    (error: unknown) => ({ step, failed: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
