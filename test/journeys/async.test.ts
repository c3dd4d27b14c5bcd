import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldName } from '../../functions/actions/cities/find-cities.ts';
import { allCountries, citiesOf } from '../support/all-cities.ts';
import type { City } from '../support/all-cities.ts';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { openCallbackReceiver } from '../support/receiver.ts';
import type { CallbackReceiver } from '../support/receiver.ts';

const INPUTS = 500;
const PAGE_SIZE = 50;

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

async function launch(action: string, body: object): Promise<string> {
  return (await api.ask('runAsync', { params: { action }, body })).body.run_uid;
}

interface Search {
  readonly input: { readonly country: string; readonly name: string };
  readonly cities: readonly City[];
}

/** Searches by country and beginning of the name that take two pages, and a few that take many more. */
function searchesOfSeveralPages(): readonly Search[] {
  const found = allCountries().flatMap((country) => {
    const cities = citiesOf(country);
    return [1, 2, 3].flatMap((length) =>
      [...Map.groupBy(cities, (city) => foldName(city.name).slice(0, length))].flatMap(([name, cities]) =>
        cities.length > PAGE_SIZE && cities.length <= 500 && /^[a-z]+$/.test(name)
          ? [{ input: { country, name }, cities }]
          : [],
      ),
    );
  });
  const shortestFirst = found.toSorted((a, b) => a.cities.length - b.cities.length);
  return [...shortestFirst.slice(-2), ...shortestFirst.slice(0, INPUTS - 2)];
}

describe('an async run of 500 inputs of several pages', () => {
  let runUid = '';
  let searches: readonly Search[] = [];

  it('delivers every page exactly once, signed, and the manifest agrees', async () => {
    searches = searchesOfSeveralPages();
    expect(searches).toHaveLength(INPUTS);
    runUid = await launch('search-cities', {
      name: 'many',
      inputs: searches.map(({ input }, index) => ({ ...input, custom_data: { row: index } })),
      callback: { url: receiver.url },
    });
    const callbacks = await receiver.untilComplete(runUid);
    const pages = callbacks.filter(({ type }) => type === 'run.page');
    const outputs = searches.reduce((sum, { cities }) => sum + cities.length, 0);
    expect(callbacks.filter(({ type }) => type !== 'run.page')).toMatchObject([
      {
        type: 'run.finished',
        run: { status: 'SUCCEEDED', attempt: 1, action_name: 'search-cities' },
        results: null,
        manifest: { inputs: INPUTS, succeeded: INPUTS, failed: 0, outputs, callbacks: pages.length + 1 },
      },
    ]);
    const byInput = Map.groupBy(pages, ({ input_index: index }) => index ?? -1);
    for (const [index, { input, cities }] of searches.entries()) {
      const own = (byInput.get(index) ?? []).toSorted((a, b) => (a.page ?? 0) - (b.page ?? 0));
      expect(own.map(({ page }) => page)).toEqual(own.map((_, page) => page));
      expect(own.map(({ is_last_page: last }) => last)).toEqual(own.map((_, page) => page === own.length - 1));
      expect(own.flatMap(({ results }) => results)).toEqual(cities);
      for (const callback of own) {
        expect(callback).toMatchObject({ input, custom_data: { row: index }, error: null, run: { status: 'RUNNING' } });
      }
    }
  });

  it('reads the same by run, status, inputs and records', async () => {
    const params = { run_uid: runUid };
    const [run, status] = await Promise.all([api.ask('getRun', { params }), api.ask('getRunStatus', { params })]);
    const outputs = searches.reduce((sum, { cities }) => sum + cities.length, 0);
    const counts = { total: INPUTS, succeeded: INPUTS, failed: 0, stopped: 0, running: 0, pending: 0 };
    expect(run.body).toMatchObject({
      uid: runUid,
      name: 'many',
      status: 'SUCCEEDED',
      inputs: counts,
      output_count: outputs,
    });
    expect(status.body).toMatchObject({ uid: runUid, status: 'SUCCEEDED', inputs: counts, output_count: outputs });
    const inputs = await api.all('listRunInputs', { params, query: '?limit=500' });
    expect(
      inputs.map(({ index, input_data, custom_data, status, output_count }) => [
        index,
        input_data,
        custom_data,
        status,
        output_count,
      ]),
    ).toEqual(searches.map(({ input, cities }, index) => [index, input, { row: index }, 'SUCCEEDED', cities.length]));
    const ids = receiver.of(runUid).map(({ callback_ref_uid: id }) => id);
    const records = await api.all('listRunCallbacks', { params, query: '?limit=100' });
    expect(new Set(records.map(({ callback_ref_uid: id }) => id))).toEqual(new Set(ids));
    expect(records.at(-1)?.type).toBe('run.finished');
  });
});

it('on: final sends run.finished only; the outputs are read in input then page order', async () => {
  const countries = ['EE', 'MT', 'LU'];
  const runUid = await launch('search-cities', {
    inputs: countries.map((country) => ({ country, custom_data: { country } })),
    callback: { url: receiver.url, on: 'final' },
  });
  const callbacks = await receiver.untilComplete(runUid);
  const wanted = countries.flatMap((country) => citiesOf(country));
  expect(callbacks).toMatchObject([
    { type: 'run.finished', input: null, manifest: { inputs: 3, succeeded: 3, outputs: wanted.length, callbacks: 1 } },
  ]);
  const params = { run_uid: runUid };
  expect(await api.all('listRunOutputs', { params, query: '?limit=70' })).toEqual(wanted);
  const [first] = (await api.ask('listRunOutputs', { params, query: '?envelope=true&limit=1' })).body;
  expect(first).toMatchObject({ input_index: 0, page: 0, custom_data: { country: 'EE' }, result: wanted[0] });
});
