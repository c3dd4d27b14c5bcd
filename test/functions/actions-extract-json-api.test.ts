import { describe, expect, test } from 'vitest';
import { extractJsonApi } from '../../functions/actions/extract-json-api.ts';
import { startUpstream } from '../support/start-upstream.ts';
import type { UpstreamRequest } from '../support/start-upstream.ts';
import { runPage, walkAction } from '../support/walk-action.ts';

const NOW = Date.UTC(2030, 0, 1);
const ITEMS = Array.from({ length: 23 }, (_, id) => ({ id, tags: [`t${id}`] }));

function slice(from: number, count = 5): unknown[] {
  return ITEMS.slice(from, from + count);
}

function numberOf({ url }: UpstreamRequest, name: string, otherwise = 0): number {
  return Number(url.searchParams.get(name) ?? otherwise);
}

test('a way of paging that there is not is refused with those there are', () => {
  expect(extractJsonApi.parseInput({ url: 'https://example.com', pagination: { kind: 'pages' } })).toMatchObject({
    ok: false,
    errors: [{ path: 'pagination.kind', message: expect.stringMatching(/^must be one of .*"link_header".*"page"/) }],
  });
});

describe('a paged list comes whole', () => {
  test('by Link header, among other links and relative', async () => {
    await using upstream = await startUpstream((request) => {
      const at = numberOf(request, 'at');
      const next =
        at + 5 < ITEMS.length ? `, <?q=a,b;c&at=${at + 5}>; title="x, <y>; rel=\\"next\\""; rel="last next"` : '';
      return { headers: { link: `</items?at=0>; rel="first"${next}` }, body: slice(at) };
    });
    const input = { url: `${upstream.origin}/items`, pagination: { kind: 'link_header' } };
    expect((await walkAction(extractJsonApi, input)).flat()).toEqual(ITEMS);
    expect(upstream.requests).toHaveLength(5);
  });

  test('by cursor, in the body beside the items, keeping the query', async () => {
    await using upstream = await startUpstream((request) => {
      const at = numberOf(request, 'after');
      const next = at + 5 < ITEMS.length ? at + 5 : null;
      return {
        body: request.url.searchParams.get('q') === 'x y' ? { data: { items: slice(at) }, meta: { next } } : [],
      };
    });
    const pagination = { kind: 'cursor', cursor_path: 'meta.next', cursor_param: 'after' };
    const input = { url: `${upstream.origin}/?q=x%20y`, items_path: 'data.items', pagination };
    expect((await walkAction(extractJsonApi, input)).flat()).toEqual(ITEMS);
  });

  test('by page number, from its start to the first empty page', async () => {
    await using upstream = await startUpstream((request) => ({ body: slice(numberOf(request, 'p', -1) * 5) }));
    const input = { url: upstream.origin, pagination: { kind: 'page', param: 'p', start: 0 } };
    expect((await walkAction(extractJsonApi, input)).flat()).toEqual(ITEMS);
    expect(upstream.requests.map((request) => numberOf(request, 'p'))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('by offset, even where the upstream gives fewer than the limit asks for', async () => {
    await using upstream = await startUpstream((request) => ({
      body: slice(numberOf(request, 'offset'), Math.min(numberOf(request, 'limit'), 7)),
    }));
    const pagination = { kind: 'offset', param: 'offset', limit_param: 'limit', limit: 10 };
    expect((await walkAction(extractJsonApi, { url: upstream.origin, pagination })).flat()).toEqual(ITEMS);
  });

  test('as one page when no pagination is named', async () => {
    await using upstream = await startUpstream(() => ({ body: ITEMS }));
    expect(await walkAction(extractJsonApi, { url: upstream.origin })).toEqual([ITEMS]);
  });
});

describe('an upstream that limits its rate is obeyed', () => {
  test.each<[string, number, Record<string, string>, number]>([
    ['Retry-After in seconds', 429, { 'retry-after': '30' }, 30],
    ['Retry-After as a date', 503, { 'retry-after': new Date(NOW + 90_000).toUTCString() }, 90],
    ['Retry-After before the others', 429, { 'retry-after': '5', 'ratelimit-reset': '50' }, 5],
    ['RateLimit as a structured field, the spent policy', 429, { ratelimit: '"day";r=7;t=9000, "min";r=0;t=40' }, 40],
    ['RateLimit of the older drafts', 429, { ratelimit: 'limit=100, remaining=0, reset=50' }, 50],
    ['RateLimit-Reset', 429, { 'ratelimit-reset': '15' }, 15],
    ['X-RateLimit-Reset as an instant in seconds', 429, { 'x-ratelimit-reset': String(NOW / 1000 + 60) }, 60],
    ['X-RateLimit-Reset as an instant in milliseconds', 429, { 'x-ratelimit-reset': String(NOW + 60_000) }, 60],
    ['X-RateLimit-Reset as a wait', 429, { 'x-ratelimit-reset': '45' }, 45],
    ['an instant that has passed', 429, { 'x-ratelimit-reset': String(NOW / 1000 - 60) }, 0],
    ['a 403 with nothing remaining', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '20' }, 20],
  ])('%s', async (_, status, headers, seconds) => {
    await using upstream = await startUpstream(() => ({ status, headers }));
    const page = runPage(extractJsonApi, { url: upstream.origin }, {}, { now: NOW });
    await expect(page).rejects.toMatchObject({ actionError: { kind: 'rate_limited', retryAt: NOW + seconds * 1000 } });
  });
});

describe('an upstream that fails', () => {
  test.each([
    [500, {}, 'retryable'],
    [502, {}, 'retryable'],
    [503, {}, 'retryable'],
    [408, {}, 'retryable'],
    [429, { 'retry-after': 'soon' }, 'rate_limited'],
    [403, { 'retry-after': '9', 'x-ratelimit-remaining': '10' }, 'rate_limited'],
    [403, { 'x-ratelimit-remaining': '10', 'x-ratelimit-reset': '20' }, 'permanent'],
    [404, {}, 'permanent'],
    [302, { location: '/elsewhere' }, 'permanent'],
  ])('with %i %o is %s', async (status, headers, kind) => {
    await using upstream = await startUpstream(() => ({ status, headers }));
    const page = runPage(extractJsonApi, { url: `${upstream.origin}/list?token=t` });
    await expect(page).rejects.toMatchObject({ actionError: { kind } });
    await expect(page).rejects.toThrow(`GET ${upstream.origin}/list answered ${status}`);
    expect(upstream.requests).toHaveLength(1);
  });

  test.each([
    ['gives no JSON', '<html>', undefined, 'gave no JSON'],
    ['has no list there', { data: { rows: [] } }, 'data.items', 'no list at data.items; there is an object with data'],
    ['gives items that are no objects', [{ id: 1 }, 2], undefined, 'item 1 of the body is a number'],
  ])('by what it %s ends the input', async (_, body, path, message) => {
    await using upstream = await startUpstream(() => ({ body }));
    const page = runPage(extractJsonApi, { url: upstream.origin, ...(path === undefined ? {} : { items_path: path }) });
    await expect(page).rejects.toMatchObject({
      actionError: { kind: 'permanent', message: expect.stringContaining(message) },
    });
  });

  test('by giving too much ends the input before it is read', async () => {
    await using upstream = await startUpstream(() => ({ body: [{ text: 'x'.repeat(2_000_000) }] }));
    await expect(runPage(extractJsonApi, { url: upstream.origin })).rejects.toMatchObject({
      actionError: { kind: 'permanent', label: 'PAYLOAD_TOO_LARGE' },
    });
  });
});

describe('secrets stay where the owner lets them go', () => {
  const header = (origin: string): string => JSON.stringify({ origins: [origin], value: 'Bearer s3cret' });

  test('a named secret is sent as the header the owner chose, on every page', async () => {
    await using upstream = await startUpstream((request) => ({ body: slice(numberOf(request, 'p') * 20, 20) }));
    const input = {
      url: upstream.origin,
      pagination: { kind: 'page', param: 'p', start: 0 },
      secret: 'EXTRACT_JSON_API_A',
    };
    await walkAction(extractJsonApi, input, { secrets: { EXTRACT_JSON_API_A: header(upstream.origin) } });
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill('Bearer s3cret'));
  });

  test('a next link to another origin is refused', async () => {
    await using other = await startUpstream(() => ({ body: [] }));
    await using upstream = await startUpstream(() => ({
      headers: { link: `<${other.origin}/>; rel=next` },
      body: [{ id: 1 }],
    }));
    const input = { url: upstream.origin, pagination: { kind: 'link_header' } };
    await expect(walkAction(extractJsonApi, input)).rejects.toThrow(`leads to ${other.origin}`);
    await expect(runPage(extractJsonApi, input, { cursor: other.origin })).rejects.toThrow(`leads to ${other.origin}`);
    expect(other.requests).toEqual([]);
  });

  test('a caller cannot have a secret sent to an origin of its own', async () => {
    await using upstream = await startUpstream(() => ({ body: [] }));
    const input = { url: upstream.origin, secret: 'EXTRACT_JSON_API_A' };
    const secrets = { EXTRACT_JSON_API_A: header('https://api.example.com') };
    await expect(walkAction(extractJsonApi, input, { secrets })).rejects.toThrow('may not be sent to');
    expect(upstream.requests).toEqual([]);
  });

  test('a secret that does not say its origins is refused without being told', async () => {
    const input = { url: 'http://127.0.0.1:9', secret: 'EXTRACT_JSON_API_A' };
    const secrets = { EXTRACT_JSON_API_A: 'plain-value' };
    await expect(walkAction(extractJsonApi, input, { secrets })).rejects.toThrow(/^(?!.*plain-value).*must hold JSON/);
  });

  test("another action's secret cannot be named", () => {
    const parsed = extractJsonApi.parseInput({ url: 'https://example.com', secret: 'HTTP_REQUEST_A' });
    expect(parsed).toMatchObject({ ok: false, errors: [{ path: 'secret' }] });
  });
});
