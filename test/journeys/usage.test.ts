import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Scope } from '../../shared/domain/scopes.ts';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { openCallbackReceiver } from '../support/receiver.ts';
import type { CallbackReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

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

async function newKey(workspace: string, scopes: readonly Scope[]): Promise<string> {
  return (await system.newKey({ workspace, scopes })).apiKey;
}

const cities = { params: { action: 'search-cities' } };

it('counts runs, live calls, pages, results and callbacks as callers and receivers saw them', async () => {
  const inputs = [{ country: 'LU' }, { country: 'MT' }, { country: 'AD' }];
  const body = { inputs, callback: { url: receiver.url } };
  const { uid, created_at: at } = (await api.ask('runAsync', { ...cities, body })).body;
  const live = (await api.ask('runLive', { ...cities, body: { input: { country: 'LU' } } })).body;
  const callbacks = await receiver.untilComplete(uid);
  const pages = callbacks.filter(({ type }) => type === 'run.page');
  const results = pages.reduce((sum, { results: some }) => sum + (some ?? []).length, 0);
  const expected = {
    action_name: 'search-cities',
    runs: 1,
    live_calls: 1,
    pages: pages.length + 1,
    outputs: results + (live as readonly unknown[]).length, // cast: the action gives lists
    callbacks: callbacks.length,
  };
  const read = async (by: string) => (await api.ask('getUsage', { query: `?by=${by}` })).body;
  // Each is counted once it is in the index of runs, which may lag.
  const counted = await until('the run and the live call to be counted', async () => {
    const [row] = await read('action');
    return row?.runs === 1 && row.live_calls === 1 ? row : null;
  });
  expect(counted).toMatchObject(expected);
  expect(counted.estimated_usd).toBeGreaterThan(0);
  const today = (await api.ask('getMe')).body.usage_today;
  expect(today).toMatchObject({ runs: 1, live_calls: 1, callbacks: callbacks.length });
  const [day] = await read('day');
  expect(day).toMatchObject({ ...expected, action_name: null, day: at.slice(0, 10) });
});

it('needs the scope read, and shows nothing of another workspace', async () => {
  const may = await newKey('others', ['read']);
  const mayNot = await newKey('others', ['run']);
  expect((await api.ask('getUsage', { apiKey: may })).body).toEqual([]);
  expect((await api.refused('getUsage', { apiKey: mayNot })).body).toMatchObject({
    error_label: 'FORBIDDEN',
    params: { scope: 'read' },
  });
});
