import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { citiesOf } from '../support/all-cities.ts';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';

let system: LocalTestSystem;
let api: ApiClient;

beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
});
afterAll(() => system.close());

const live = (action: string, input: object, more: object = {}) => ({
  params: { action },
  body: { input, ...more },
});

describe('live paging', () => {
  it('by X-Pagination-Next gives all cities of a country, each once, in order', async () => {
    expect(await api.all('runLive', live('search-cities', { country: 'CO' }))).toEqual(citiesOf('CO'));
  });

  it('by page number gives the same, and leads back and forth', async () => {
    const wanted = citiesOf('EE');
    const asked = live('search-cities', { country: 'EE' });
    const first = await api.ask('runLive', { ...asked, query: '?page=1' });
    expect(first.headers.get('x-pagination-page-size')).toBe('50');
    expect(first.headers.has('x-pagination-previous')).toBe(false);
    expect(await api.all('runLive', { ...asked, query: '?page=1' })).toEqual(wanted);
    const second = await api.ask('runLive', { ...asked, url: first.headers.get('x-pagination-next') ?? '' });
    expect(second.body).toEqual(wanted.slice(50, 100));
    const back = await api.ask('runLive', { ...asked, url: second.headers.get('x-pagination-previous') ?? '' });
    expect(back.body).toEqual(first.body);
  });

  it('past the last page is an empty page', async () => {
    const asked = live('search-cities', { country: 'EE' });
    const past = await api.ask('runLive', { ...asked, query: '?page=100' });
    expect([past.body, past.headers.has('x-pagination-next')]).toEqual([[], false]);
  });
});
