import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient, Asked } from '../support/api-client.ts';
import { shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { startUpstream } from '../support/start-upstream.ts';
import type { Upstream, UpstreamAnswer, UpstreamRequest } from '../support/start-upstream.ts';
import { until } from '../support/until.ts';

let system: LocalTestSystem;
let api: ApiClient;
let upstream: Upstream;

/** Three pages of one item each; `/links?long=N` names the next by a URL of N characters. */
function answer({ url }: UpstreamRequest): UpstreamAnswer {
  const page = Number(url.searchParams.get('page') ?? 1);
  const items = page > 3 ? [] : [{ id: page }];
  const json = { 'content-type': 'application/json' };
  switch (url.pathname) {
    case '/links': {
      const start = `${url.origin}/links?long=${url.searchParams.get('long')}&page=${page + 1}&after=`;
      const next = start + 'x'.repeat(Number(url.searchParams.get('long')) - start.length);
      return { headers: page < 3 ? { link: `<${next}>; rel="next"` } : {}, body: items };
    }
    case '/ids': {
      const next = ['9007199254740993', '9007199254740995', 'null'];
      const at = next.indexOf(url.searchParams.get('after') ?? '') + 1;
      return { headers: json, body: `{"items":[{"id":73852952793126942${at}}],"next":${next[at]}}` };
    }
    case '/missing':
      return page > 3 ? { status: 404 } : { body: items };
    case '/same':
      return { body: [{ id: 1 }] };
    default:
      return { status: 500 };
  }
}

beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  upstream = await startUpstream(answer);
});
afterAll(async () => {
  await system.close();
  await upstream[Symbol.asyncDispose]();
});

const PAGE = { kind: 'page', param: 'page' };
const LINK = { kind: 'link_header' };
const IDS = { kind: 'cursor', cursor_path: 'next', cursor_param: 'after' };
const live = (path: string, input: object): Asked => ({
  params: { action: 'extract-json-api' },
  body: { input: { url: upstream.origin + path, ...input } },
});

async function run(path: string, input: object) {
  const body = { inputs: [{ url: upstream.origin + path, ...input }] };
  const { run_uid } = (await api.ask('runAsync', { params: { action: 'extract-json-api' }, body })).body;
  const ended = await until('the end of the run', async () => {
    const { body: now } = await api.ask('getRun', { params: { run_uid } });
    return now.finished_at === null ? null : now;
  });
  return { ...ended, outputs: (await api.ask('listRunOutputs', { params: { run_uid } })).text.trim() };
}

describe('a paged API is read', () => {
  it('by links of 16 KB in an async run, of 5,000 characters live', async () => {
    expect(await run('/links?long=16384', { pagination: LINK })).toMatchObject({
      status: 'SUCCEEDED',
      outputs: '[{"id":1},{"id":2},{"id":3}]',
    });
    expect(await api.all('runLive', live('/links?long=5000', { pagination: LINK }))).toEqual(
      [1, 2, 3].map((id) => ({ id })),
    );
    const refused = await api.refused('runLive', live('/links?long=9000', { pagination: LINK }));
    expect(refused.body).toMatchObject({
      error_label: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining('async run'),
    });
  });

  it('by cursors past 2^53, and its ids come as they were written', async () => {
    expect(await run('/ids', { items_path: 'items', pagination: IDS })).toMatchObject({
      status: 'SUCCEEDED',
      outputs: '[{"id":738529527931269420},{"id":738529527931269421},{"id":738529527931269422}]',
    });
  });

  it('to the status that its input names as the end', async () => {
    expect(await run('/missing', { pagination: PAGE, stop: { statuses: [404] } })).toMatchObject({
      status: 'SUCCEEDED',
      output_count: 3,
    });
    expect(await run('/missing', { pagination: PAGE })).toMatchObject({ status: 'PARTIAL_SUCCEEDED', output_count: 3 });
  });

  it('to the page that repeats', async () => {
    expect(await run('/same', { pagination: PAGE })).toMatchObject({
      status: 'PARTIAL_SUCCEEDED',
      output_count: 1,
      last_error: { error_label: 'ACTION_FAILED', message: expect.stringContaining('identical to the one before') },
    });
  });
});
