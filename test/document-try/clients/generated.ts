// The journey of the client that openapi-generator makes for TypeScript (typescript-fetch). Prints one line of JSON a step.
import { randomUUID } from 'node:crypto';
import assert from 'node:assert/strict';
import * as trireme from './client/index';

const {
  TRIREME_URL: basePath = '',
  TRIREME_KEY: apiKey = '',
  TRIREME_INBOX: inbox = '',
  TRIREME_UPSTREAM: upstream = '',
} = process.env;
const configuration = new trireme.Configuration({ basePath, apiKey });
const launches = new trireme.LaunchesApi(configuration);
const runs = new trireme.RunsApi(configuration);
const schedules = new trireme.SchedulesApi(configuration);
const callbacks = new trireme.CallbacksApi(configuration);
let finished = '';

async function waitFor(runUid: string) {
  for (let tries = 0; tries < 12; tries += 1) {
    const run = await runs.getRun({ runUid, wait: 25 });
    if (run.finishedAt !== null) return run;
  }
  throw new Error(`the run ${runUid} did not end`);
}

async function live(): Promise<string> {
  const runSearchCitiesLiveBody = { input: { country: 'LU' } };
  const first = await launches.runSearchCitiesLiveRaw({ runSearchCitiesLiveBody });
  const cursor = first.raw.headers.get('x-pagination-cursor') ?? '';
  const [cities, second] = [
    await first.value(),
    await launches.runSearchCitiesLive({ runSearchCitiesLiveBody, cursor }),
  ];
  assert.notDeepEqual(cities[0], second[0]);
  assert.equal(typeof cities[0]?.adminCode, 'string');
  return `${cities.length} + ${second.length} cities`;
}

async function runAsync(): Promise<string> {
  const runSearchCitiesAsyncBody = {
    inputs: [{ country: 'MT' }, { country: 'AD', customData: { row: 2 } }],
    callback: { url: inbox, headers: { 'x-mine': '1' } },
    inputsUploadUid: null,
    parameters: null,
    name: null,
    deadlineSeconds: null,
    scheduleAt: null,
    dependsOn: null,
  };
  const launched = await launches.runSearchCitiesAsync({ runSearchCitiesAsyncBody, idempotencyKey: randomUUID() });
  const run = await waitFor(launched.runUid);
  assert.equal(run.status, trireme.RunStatus.Succeeded);
  finished = run.uid;
  return `${run.outputCount} cities, ${run.callbacks.total} callbacks`;
}

async function callbackBodies(): Promise<string> {
  const types = new Set<string>();
  for (const { uid } of await callbacks.listRunCallbacks({ runUid: finished })) {
    const { raw } = await callbacks.getCallbackBodyRaw({ callbackUid: uid });
    const body = trireme.CallbackFromJSON(await raw.clone().json());
    types.add(body.type);
    if (body.type === 'run.finished') assert.equal(body.manifest.inputs, 2);
  }
  assert.deepEqual(types, new Set(['run.page', 'run.finished']));
  return [...types].toSorted().join(', ');
}

async function filters(): Promise<string> {
  const since = new Date(Date.now() - 600_000);
  const found = await runs.listRuns({ createdAfter: since, status: [trireme.RunStatus.Succeeded], limit: 5 });
  const none = await runs.listRuns({ createdBefore: new Date(since.getTime() - 86_400_000) });
  assert.ok(found.length > 0 && none.length === 0);
  return `${found.length} runs since ${since.toISOString()}`;
}

async function schedule(): Promise<string> {
  const runSearchCitiesScheduleBody = {
    inputs: [{ country: 'LI' }],
    cron: '0 9 * * MON-FRI',
    timezone: 'Europe/Amsterdam',
  };
  const { uid: scheduledRunUid } = await schedules.runSearchCitiesSchedule({ runSearchCitiesScheduleBody });
  const paused = await schedules.pauseSchedule({ scheduledRunUid, pauseScheduleBody: { note: 'for now' } });
  const triggered = await schedules.triggerSchedule({ scheduledRunUid });
  await waitFor(triggered.uid);
  const change = { cron: '0 10 * * *', name: 'later' };
  const updated = await schedules.updateSchedule({ scheduledRunUid, updateScheduleBody: change });
  const cancelled = await schedules.cancelSchedule({ scheduledRunUid });
  assert.deepEqual([paused.status, updated.cron, cancelled.status], ['PAUSED', change.cron, 'CANCELLED']);
  return 'made, paused, triggered, updated, cancelled';
}

async function cancel(): Promise<string> {
  const scheduleAt = new Date(Date.now() + 3_600_000);
  const runSearchCitiesAsyncBody = { inputs: [{ country: 'LI' }], scheduleAt };
  const { runUid } = await launches.runSearchCitiesAsync({ runSearchCitiesAsyncBody });
  const stopped = await runs.cancelRun({ runUid });
  assert.equal(stopped.status, trireme.RunStatus.Stopped);
  const resumed = await runs.resumeRun({ runUid, resumeRunBody: { action: 'resume' } });
  return `${stopped.status}, then ${resumed.status}`;
}

async function retry(): Promise<string> {
  const runExtractJsonApiAsyncBody = { inputs: [{ url: `${upstream}/typescript` }] };
  const { runUid } = await launches.runExtractJsonApiAsync({ runExtractJsonApiAsyncBody });
  const failed = await waitFor(runUid);
  assert.equal(failed.status, trireme.RunStatus.Failed);
  await runs.retryRun({ runUid });
  const again = await waitFor(runUid);
  assert.deepEqual([again.status, again.retryCount], ['SUCCEEDED', 1]);
  return `${failed.status}, then ${again.status}`;
}

async function exportResults(): Promise<string> {
  const asCsv: trireme.InitOverrideFunction = async ({ init }) => ({
    headers: { ...init.headers, accept: 'text/csv' },
  });
  const { raw } = await runs.listRunOutputsRaw({ runUid: finished }, asCsv);
  const lines = (await raw.text()).trimEnd().split('\r\n');
  assert.match(lines[0] ?? '', /^name,country/);
  return `${lines.length - 1} lines of CSV`;
}

async function refusal(): Promise<string> {
  const error: unknown = await runs.getRun({ runUid: randomUUID() }).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof trireme.ResponseError);
  const body = trireme.ModelErrorFromJSON(await error.response.json());
  assert.equal(body.errorLabel, trireme.ErrorLabel.NotFound);
  return `${error.response.status} ${body.errorLabel}`;
}

const STEPS: Readonly<Record<string, () => Promise<string>>> = {
  live,
  async: runAsync,
  'callback bodies': callbackBodies,
  'filters by time': filters,
  schedule,
  'cancel, resume': cancel,
  retry,
  export: exportResults,
  'a refusal': refusal,
};

async function messageOf(error: unknown): Promise<string> {
  return error instanceof trireme.ResponseError ? await error.response.text() : String(error);
}

for (const [step, act] of Object.entries(STEPS)) {
  const line = await act().then(
    (did) => ({ step, did }),
    async (error: unknown) => ({ step, failed: await messageOf(error) }),
  );
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
