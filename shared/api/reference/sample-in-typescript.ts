import type { Operation } from '../routes.ts';
import { literal } from './literal.ts';
import { needsKey, type SampledCall, urlWith, variablesOf } from './sampled-call.ts';

/** A call by the client, as infra/client-package packs it; by `fetch` where the client has no method for it. */
export function sampleInTypescript(sampled: SampledCall): string {
  const { call, url } = sampled;
  const write = BY_CLIENT[templateOf(sampled)];
  const names = ['KEY', ...variablesOf(call.path)];
  const environment = `const { ${names.map((name) => `${name} = ''`).join(', ')} } = process.env;`;
  if (write === null) return sampleByFetch(sampled, environment);
  return [
    "import { Trireme } from 'trireme';",
    '',
    environment,
    `const trireme = new Trireme({ url: '${url}', apiKey: KEY });`,
    write(sampled),
  ].join('\n');
}

const MODES: Readonly<Record<string, Operation>> = { live: 'runLive', async: 'runAsync', schedule: 'runSchedule' };

/** The operation on the templated path. */
function templateOf({ call }: SampledCall): Operation {
  const mode = call.path.slice(call.path.lastIndexOf('/') + 1);
  const template = call.action === null ? undefined : MODES[mode];
  return template ?? (call.operationId as Operation); // cast: all others are of the route table
}

type Write = (sampled: SampledCall) => string;

const body: Write = (sampled) => literal(sampled.body, 'typescript');
const print =
  (expression: string): Write =>
  () =>
    `console.log(await ${expression});`;
const printWith =
  (expression: string): Write =>
  (sampled) =>
    `console.log(await ${expression.replace('BODY', () => body(sampled))});`;
const each =
  (name: string, list: string): Write =>
  () =>
    `for await (const ${name} of ${list}) console.log(${name});`;
const launch =
  (call: string, ...then: readonly string[]): Write =>
  (sampled) =>
    [call.replace('BODY', () => body(sampled)), ...then].join('\n').replace('ACTION', sampled.action);

const RUN = 'const run = await trireme.runs.get(RUN_UID);\n';
const SCHEDULE = 'const schedule = await trireme.schedules.get(SCHEDULED_RUN_UID);\n';
const run =
  (write: Write): Write =>
  (sampled) =>
    RUN + write(sampled);
const schedule =
  (write: Write): Write =>
  (sampled) =>
    SCHEDULE + write(sampled);

/** The client's way to do what an operation does; null: it has none. */
const BY_CLIENT: Readonly<Record<Operation, Write | null>> = {
  listActions: print('trireme.actions.list()'),
  getAction: ({ action }) => `console.log(await trireme.action('${action}').describe());`,
  runLive: launch(
    "const results = trireme.action('ACTION').live(BODY);",
    'for await (const result of results) console.log(result); // page by page, as far as you read',
  ),
  runAsync: launch(
    "const run = await trireme.action('ACTION').start(BODY);",
    'await run.wait();',
    'for await (const result of run.outputs()) console.log(result);',
  ),
  runSchedule: launch(
    "const schedule = await trireme.action('ACTION').schedule(BODY);",
    'console.log(schedule.state.next_execution_at);',
  ),
  createUpload: launch(
    'const file = new Blob([\'{"country":"MT"}\\n{"country":"LU"}\\n\']);',
    "const run = await trireme.action('ACTION').startFile(file); // opens the upload, puts the file, launches",
    'console.log(run.uid);',
  ),
  listRuns: each('run', "trireme.runs.list({ status: ['FAILED'] })"),
  getRun: run(print('run.wait()')),
  getRunStatus: () => `${RUN}console.log(run.state.status, run.state.status_reason);`,
  listRunInputs: run(each('input', "run.inputs({ status: ['FAILED'] })")),
  listRunOutputs: run(each('result', 'run.outputs()')),
  listRunLogs: run(each('line', 'run.logs()')),
  cancelRun: run(print('run.cancel()')),
  resumeRun: run(print('run.resume()')),
  retryRun: run(print('run.retry()')),
  deleteRun: () => `${RUN}await run.delete();`,
  createBulk: printWith('trireme.bulk.start(BODY)'),
  getBulk: print('trireme.bulk.get(BULK_UID)'),
  cancelBulk: print('trireme.bulk.cancel(BULK_UID)'),
  listCallbacks: each('callback', "trireme.callbacks.list({ status: ['FAILED'] })"),
  listRunCallbacks: run(each('callback', 'run.callbacks()')),
  getCallback: print('trireme.callbacks.get(CALLBACK_UID)'),
  getCallbackBody: print('trireme.callbacks.body(CALLBACK_UID)'),
  listCallbackAttempts: print('trireme.callbacks.attempts(CALLBACK_UID)'),
  replayCallback: print('trireme.callbacks.replay(CALLBACK_UID)'),
  replayRunCallbacks: run(printWith('run.replayCallbacks(BODY)')),
  testCallback: printWith('trireme.callbacks.test(BODY)'),
  getSigningSecret: print('trireme.signingSecrets()'),
  rotateSigningSecret: printWith('trireme.rotateSigningSecret(BODY)'),
  previewSchedule: printWith('trireme.schedules.preview(BODY)'),
  listSchedules: each('schedule', 'trireme.schedules.list()'),
  getSchedule: () => `${SCHEDULE}console.log(schedule.state);`,
  listScheduleInputs: schedule(each('input', 'schedule.inputs()')),
  listFires: schedule(each('fire', 'schedule.fires()')),
  updateSchedule: schedule(printWith('schedule.update(BODY)')),
  patchSchedule: schedule(printWith('schedule.update(BODY)')),
  pauseSchedule: schedule(printWith('schedule.pause(BODY)')),
  resumeSchedule: schedule(print('schedule.resume()')),
  triggerSchedule: () => `${SCHEDULE}const run = await schedule.trigger();\nconsole.log(run.uid);`,
  cancelSchedule: schedule(print('schedule.cancel()')),
  deleteSchedule: schedule(print('schedule.cancel()')),
  removeSchedule: schedule(print('schedule.cancel()')),
  getMe: print('trireme.me()'),
  listKeys: print('trireme.keys.list()'),
  createKey: printWith('trireme.keys.create(BODY)'),
  updateKey: ({ body: change }) =>
    `console.log(await trireme.keys.rename(KEY_UID, ${literal(Object(change).label, 'typescript')}));`,
  deleteKey: print('trireme.keys.delete(KEY_UID)'),
  listSecrets: print('trireme.secrets.list()'),
  putSecret: ({ body: change }) =>
    `console.log(await trireme.secrets.put(SECRET_NAME, ${literal(Object(change).value, 'typescript')}));`,
  deleteSecret: () => 'await trireme.secrets.delete(SECRET_NAME);',
  putNotifications: printWith('trireme.notifications.put(BODY)'),
  getNotifications: print('trireme.notifications.get()'),
  deleteNotifications: print('trireme.notifications.delete()'),
  listNotifications: each('notification', 'trireme.notifications.list()'),
  getOpenapi: null,
  getUsage: print("trireme.usage({ by: 'day' })"),
};

function sampleByFetch(sampled: SampledCall, environment: string): string {
  const { call, body } = sampled;
  const url = urlWith(sampled, (name) => `\${${name}}`);
  const options = {
    ...(call.method === 'GET' ? {} : { method: `'${call.method}'` }),
    ...(needsKey(sampled) ? { headers: "{ 'X-API-Key': KEY, 'Content-Type': 'application/json' }" } : {}),
    ...(body === undefined ? {} : { body: `JSON.stringify(${literal(body, 'typescript', '  ')})` }),
  };
  const lines = Object.entries(options).map(([name, value]) => `  ${name}: ${value},`);
  return [
    ...(needsKey(sampled) ? [environment] : []),
    ...(lines.length === 0
      ? [`const response = await fetch('${url}');`]
      : [`const response = await fetch(\`${url}\`, {`, ...lines, '});']),
    call.responses['204'] === undefined ? 'console.log(await response.json());' : 'console.log(response.status);',
  ].join('\n');
}
