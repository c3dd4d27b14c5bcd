import { afterAll, beforeAll, expect, it } from 'vitest';
import { citiesOf } from '../support/all-cities.ts';
import { type ApiClient, openApiClient } from '../support/api-client.ts';
import { type LocalTestSystem, startLocalSystem } from '../support/local-system.ts';
import { type CallbackReceiver, openCallbackReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

let system: LocalTestSystem;
let api: ApiClient;
let receiver: CallbackReceiver;
let aheadMs = 0;

beforeAll(async () => {
  system = await startLocalSystem({ now: () => Date.now() + aheadMs });
  api = openApiClient(system.url, system.apiKey);
  receiver = await openCallbackReceiver(system.signingSecret);
});
afterAll(async () => {
  await receiver.close();
  await system.close();
});

/** Denies a function an operation of the table, as a broken deployment would; gives what takes that back. */
function breakFunction(name: string, operation: string): () => void {
  const { runtime } = system;
  const key = runtime.accessKeyIdOf(`trireme-local-${name}`);
  const fn = runtime.plan.functions.find((one) => one.name === `trireme-local-${name}`);
  const statements = runtime.plan.roles.find(({ arn }) => arn === fn?.roleArn)?.statements ?? [];
  const denied = { Effect: 'Deny', Action: `dynamodb:${operation}`, Resource: '*' } as const;
  runtime.gateway.setStatements(key, [...statements, denied]);
  return () => runtime.gateway.setStatements(key, statements);
}

/** Looks until there is something to see, while the queues' clock passes one visibility timeout after the other. */
function untilItDied<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  return until(what, () => {
    aheadMs += 180_000;
    return look();
  });
}

const launch = async (countries: readonly string[]): Promise<{ readonly run_uid: string }> => {
  const body = { inputs: countries.map((country) => ({ country })), callback: { url: receiver.url } };
  const { run_uid } = (await api.ask('runAsync', { params: { action: 'search-cities' }, body })).body;
  return { run_uid };
};
const ended = async (params: { readonly run_uid: string }, status: string) => {
  const { body } = await api.ask('getRun', { params });
  return body.status === status ? body : null;
};
const logged = (...parts: readonly string[]): boolean =>
  system.logs.some((line) => parts.every((part) => JSON.stringify(line).includes(part)));

it('a run whose page function is broken ends FAILED with an INTERNAL_ERROR, and a retry makes it good', async () => {
  const repair = breakFunction('page', 'GetItem');
  const params = await launch(['LU']);
  const failed = await untilItDied('a failed run', () => ended(params, 'FAILED'));
  repair();
  const ref = failed.last_error?.error_ref ?? '';
  expect(failed.last_error).toMatchObject({ error_label: 'INTERNAL_ERROR', retryable: true });
  expect(logged('dead-letters', ref, params.run_uid, 'message_id')).toBe(true);
  const told = await receiver.untilComplete(params.run_uid);
  expect(told.find(({ type }) => type === 'run.finished')).toMatchObject({
    run: { status: 'FAILED', attempt: 1 },
    error: { error_ref: ref },
  });
  await api.ask('retryRun', { params });
  await until('the run done', () => ended(params, 'SUCCEEDED'));
  expect(await api.all('listRunOutputs', { params })).toEqual(citiesOf('LU'));
});

it('a run whose control function is broken is not failed; once that is mended it can be begun anew at once', async () => {
  const repair = breakFunction('control', 'PutItem');
  const params = await launch(['LU', 'IS']);
  const told = (): boolean => logged(params.run_uid, 'a dead letter was seen to', 'dispatch');
  await untilItDied('its start among the dead letters', async () => (told() ? true : null));
  expect(await ended(params, 'CREATED')).toMatchObject({ last_error: null });
  repair();
  // The watch would send its start again within minutes; who does not want to wait begins it anew.
  await api.ask('cancelRun', { params });
  await api.ask('resumeRun', { params });
  await until('the run done', () => ended(params, 'SUCCEEDED'));
  expect(await api.all('listRunOutputs', { params })).toEqual([...citiesOf('LU'), ...citiesOf('IS')]);
});

it('a callback whose function is broken is FAILED, shown as undelivered, and can be replayed', async () => {
  const repair = breakFunction('callback', 'PutItem');
  const params = await launch(['LU']);
  const records = await untilItDied('a failed callback', async () => {
    const { body } = await api.ask('listRunCallbacks', { params, query: '?undelivered=true' });
    return body.some(({ status }) => status === 'FAILED') ? body : null;
  });
  repair();
  const failed = records.filter(({ status }) => status === 'FAILED');
  for (const { error } of failed) expect(error).toMatchObject({ error_label: 'INTERNAL_ERROR' });
  const replay = await api.ask('replayRunCallbacks', { params, body: {} });
  expect(replay.body.replayed).toBeGreaterThan(0);
  const undelivered = async () => {
    const { body } = await api.ask('listRunCallbacks', { params, query: '?undelivered=true' });
    return body.every(({ parent_uid, status }) => parent_uid === null || status === 'SUCCESS') ? body : null;
  };
  await until('the replay delivered', undelivered);
  expect((await api.ask('getRun', { params })).body).toMatchObject({ status: 'SUCCEEDED', last_error: null });
});

it('nothing of all this was beyond what dead-letters may do', () => {
  expect(system.notices.filter((notice) => notice.includes('dead-letters'))).toEqual([]);
});
