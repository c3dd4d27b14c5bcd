import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { extractJsonApi } from '../../functions/actions/extract-json-api.ts';
import { startUpstream } from '../support/start-upstream.ts';
import type { UpstreamAnswer, UpstreamRequest } from '../support/start-upstream.ts';
import { runPage, walkAction } from '../support/walk-action.ts';

const PAGE = { kind: 'page', param: 'p', start: 0 };
const CURSOR = { kind: 'cursor', cursor_path: 'next', cursor_param: 'c' };
const NEXT_URL = { kind: 'next_url', url_path: 'next' };
const LINK = { kind: 'link_header' };

const A = [{ id: 1 }, { id: 2 }];
const B = [{ id: 3 }, { id: 4 }];

/** An upstream that gives these answers one after another, then the last for ever. */
function answering(...answers: UpstreamAnswer[]): (request: UpstreamRequest) => UpstreamAnswer {
  let calls = 0;
  return () => answers[Math.min(calls++, answers.length - 1)] ?? {};
}

async function walk(answers: UpstreamAnswer[], input: Readonly<Record<string, unknown>>, query = ''): Promise<unknown> {
  await using upstream = await startUpstream(answering(...answers));
  return await walkAction(extractJsonApi, { url: `${upstream.origin}/list${query}`, ...input });
}

const items = (list: unknown, more: object = {}): UpstreamAnswer => ({ body: { items: list, ...more } });
const IN = { items_path: 'items' };

describe('a list ends', () => {
  test.each<[string, UpstreamAnswer[], Record<string, unknown>]>([
    ['at a status that stop names', [items(A), items(B), { status: 404 }], { ...IN, stop: { statuses: [400, 404] } }],
    ['at a 416 without a body', [items(A), items(B), { status: 416 }], { ...IN, stop: { statuses: [416] } }],
    ['at a 204', [items(A), items(B), { status: 204 }], IN],
    ['at an empty body', [items(A), items(B), { body: '' }], IN],
    ['at a body of white space', [items(A), items(B), { body: ' \n' }], IN],
    ['at a body of null', [items(A), items(B), { body: 'null' }], IN],
    ['at a null list', [items(A), items(B), items(null)], IN],
    ['at a null where the body is the list', [{ body: A }, { body: B }, { body: 'null' }], {}],
    ['at has_more: false', [items(A, { more: true }), items(B, { more: false })], has('more')],
    ['at has_more: "false"', [items(A, { more: 'true' }), items(B, { more: 'FALSE' })], has('more')],
    ['at none remaining', [items(A, { left: 2 }), items(B, { left: 0 })], has('left')],
    ['at has_more: 0', [items(A, { m: { ore: 1 } }), items(B, { m: { ore: 0 } })], has('m.ore')],
    ['at page 1 again, if stop says so', [items(A), items(B), items(A)], { ...IN, stop: { repeated_page: true } }],
    [
      'at a page that repeats, if stop says so',
      [items(A), items(B), items(B)],
      { ...IN, stop: { repeated_page: true } },
    ],
  ])('by page number %s', async (_, answers, input) => {
    expect(await walk(answers, { pagination: PAGE, ...input })).toEqual(answers.length === 2 ? [A, B] : [A, B, []]);
  });

  test.each<[string, unknown]>([
    ['absent', undefined],
    ['null', null],
    ['false', false],
    ['empty', ''],
  ])('where cursor or next URL is %s', async (_, next) => {
    for (const pagination of [CURSOR, NEXT_URL]) {
      expect(await walk([items(A, { next: '?c=1' }), items(B, { next })], { ...IN, pagination })).toEqual([A, B]);
      expect(await walk([items(A, { next })], { ...IN, pagination })).toEqual([A]);
    }
  });

  test.each<[string, UpstreamAnswer[], object]>([
    [
      'has_more: false beside a cursor',
      [items(A, { next: 'x', more: true }), items(B, { next: 'y', more: false })],
      has('more'),
    ],
    ['the last cursor repeated', [items(A, { next: 'x' }), items(B, { next: 'x' }), items(B, { next: 'x' })], IN],
    [
      'the last cursor repeated on an empty page',
      [items(A, { next: 'x' }), items(B, { next: 'y' }), items([], { next: 'y' })],
      IN,
    ],
    [
      'an empty page, if stop says so',
      [items(A, { next: 'x' }), items(B, { next: 'y' }), items([], { next: 'z' })],
      { ...IN, stop: { empty_page: true } },
    ],
    ['a 204', [items(A, { next: 'x' }), items(B, { next: 'y' }), { status: 204 }], IN],
    [
      'a status that stop names',
      [items(A, { next: 'x' }), items(B, { next: 'y' }), { status: 410 }],
      { ...IN, stop: { statuses: [410] } },
    ],
  ])('by cursor at %s', async (_, answers, input) => {
    expect(await walk(answers, { pagination: CURSOR, ...input })).toEqual(answers.length === 2 ? [A, B] : [A, B, []]);
  });

  test('where a page that names its own URL as the next gives the same once more, or nothing', async () => {
    const answers = [items(A, { next: '?at=2' }), items(B, { next: '/list?at=2#top' })];
    expect(await walk(answers, { ...IN, pagination: NEXT_URL })).toEqual([A, B, []]);
    expect(await walk([...answers, items([])], { ...IN, pagination: NEXT_URL })).toEqual([A, B, []]);
  });

  test('on page 1 where its path is right and there is nothing', async () => {
    expect(await walk([{ status: 204 }], { ...IN, pagination: PAGE })).toEqual([[]]);
    expect(await walk([items([])], { ...IN, pagination: PAGE })).toEqual([[]]);
    expect(await walk([items(A, { next: null, has_more: false })], { ...IN, pagination: CURSOR }, '?limit=2')).toEqual([
      A,
    ]);
    expect(await walk([items(A, { hasNextPage: false, next_page: 2 })], { ...IN, pagination: CURSOR })).toEqual([A]);
    expect(await walk([items(A, { has_more: false })], { ...IN, pagination: CURSOR }, '?limit=2')).toEqual([A]);
    expect(await walk([items(A)], { ...IN, pagination: CURSOR }, '?limit=3')).toEqual([A]);
    expect(await walk([items(A)], { ...IN, pagination: CURSOR }, '?$top=2')).toEqual([A]);
    expect(await walk([items(A)], { ...IN, pagination: CURSOR, stop: { no_next: true } }, '?limit=2')).toEqual([A]);
  });
});

describe('a list goes on', () => {
  test.each<[string, unknown, string]>([
    ['0', 0, '?c=0'],
    ['a number', 17, '?c=17'],
    ['text that must be encoded', 'a+b/c= &?é', '?c=a%2Bb%2Fc%3D%20%26%3F%C3%A9'],
    ['space', ' ', '?c=%20'],
  ])('at a cursor that is %s', async (_, next, search) => {
    await using upstream = await startUpstream(answering(items(A, { next }), items(B)));
    const input = { url: upstream.origin, ...IN, pagination: CURSOR };
    expect(await walkAction(extractJsonApi, input)).toEqual([A, B]);
    expect(upstream.requests[1]?.url.search).toBe(search);
  });

  test.each([
    ['?page=2', '/v1/list?page=2'],
    ['more', '/v1/more'],
    ['/other?x#frag', '/other?x'],
    ['https://HOST/abs', '/abs'],
    ['//HOST/abs', '/abs'],
    [{ href: 'more' }, '/v1/more'],
  ])('at the next URL %o', async (link, asked) => {
    let origin = '';
    const put = (text: string): string => text.replace(/^(?:https:)?\/\/HOST/, origin);
    await using upstream = await startUpstream(({ url }) => {
      const next = typeof link === 'string' ? put(link) : link;
      return url.pathname === '/v1/list' && url.search === '' ? items(A, { next }) : items(B);
    });
    origin = upstream.origin;
    const input = { url: `${origin}/v1/list`, ...IN, pagination: NEXT_URL };
    expect(await walkAction(extractJsonApi, input)).toEqual([A, B]);
    expect(upstream.requests[1]?.url.href).toBe(origin + asked);
  });

  test('over two empty pages in a row, and over empty pages apart', async () => {
    const page = (list: unknown, next: string): UpstreamAnswer => items(list, { next });
    const answers = [
      page(A, 'b'),
      page([], 'c'),
      page([], 'd'),
      page(B, 'e'),
      page([], 'f'),
      page([], 'g'),
      items([{ id: 5 }]),
    ];
    expect(await walk(answers, { ...IN, pagination: CURSOR })).toEqual([A, [], [], B, [], [], [{ id: 5 }]]);
  });

  test('by number over an empty page that says that more follows', async () => {
    const answers = [items(A, { more: true }), items([], { more: true }), items(B, { more: false })];
    expect(await walk(answers, { ...has('more'), pagination: PAGE })).toEqual([A, [], B]);
  });

  test('where a cursor of release 0.1.0 left it', async () => {
    await using upstream = await startUpstream(answering(items(B)));
    const at = { url: `${upstream.origin}/list`, ...IN };
    await runPage(extractJsonApi, { ...at, pagination: PAGE }, { cursor: '7', page: 7 });
    await runPage(extractJsonApi, { ...at, pagination: CURSOR }, { cursor: '{"v":2,"mine":1}', page: 1 });
    await runPage(extractJsonApi, { ...at, pagination: LINK }, { cursor: `${upstream.origin}/next`, page: 1 });
    expect(upstream.requests.map(({ url }) => url.pathname + decodeURIComponent(url.search))).toEqual([
      '/list?p=7',
      '/list?c={"v":2,"mine":1}',
      '/next',
    ]);
  });
});

describe('a list that would never end, or end too soon, ends the input with an error', () => {
  const wrong = { kind: 'cursor', cursor_path: 'meta.nxt', cursor_param: 'c' };
  test.each<[string, UpstreamAnswer[], Record<string, unknown>, RegExp, string?]>([
    ['the page is ignored', [items(A)], { pagination: PAGE }, /identical to the one before/],
    [
      'the offset is ignored',
      [items(A)],
      { pagination: { kind: 'offset', param: 'o', limit_param: 'l', limit: 2 } },
      /identical/,
    ],
    ['the cursor is ignored', [items(A, { next: 'x' })], { pagination: CURSOR }, /identical/],
    ['the first page is its own next', [items(A, { next: '/list' })], { pagination: NEXT_URL }, /identical/],
    [
      'page numbers wrap',
      [items(A), items(B), items([{ id: 5 }]), items(A)],
      { pagination: PAGE },
      /identical to the first/,
    ],
    [
      'a Link header names the next without brackets',
      [{ ...items(A), headers: { link: 'http://u:pw@h/list?token=t; rel="next"' } }],
      { pagination: LINK },
      /cannot be read: http:\/\/h\/list\?…; rel="next"; <URL>/,
    ],
    [
      'a Link header names the next after what no header has',
      [{ ...items(A), headers: { link: '</a>; rel="prev", </b>; title="x; rel=next' } }],
      { pagination: LINK },
      /cannot be read/,
    ],
    [
      'a Link header quotes twice',
      [{ ...items(A), headers: { link: `</b>; rel="'next'"` } }],
      { pagination: LINK },
      /cannot be read/,
    ],
    ['the path is wrong and there is total', [items(A, { total: 3 })], { pagination: wrong }, /though its total shows/],
    [
      'the path is wrong and there is meta.total_count',
      [items(A, { meta: { total_count: '9' } })],
      { pagination: wrong },
      /though its meta\.total_count shows/,
    ],
    [
      'the path is wrong and there is @odata.count',
      [items(A, { '@odata.count': 3 })],
      { pagination: wrong },
      /though its @odata\.count shows/,
    ],
    ['the path is wrong and there is count', [items(A, { count: 3 })], { pagination: wrong }, /though its count shows/],
    ['the path is wrong and there is pages', [items(A, { pages: 2 })], { pagination: wrong }, /though its pages shows/],
    [
      'the path is wrong and there is last_page',
      [items(A, { last_page: 2 })],
      { pagination: wrong },
      /though its last_page shows/,
    ],
    [
      'the path is wrong and there is page.totalPages',
      [items(A, { page: { totalPages: 2 } })],
      { pagination: wrong },
      /though its page\.totalPages shows/,
    ],
    [
      'the path is wrong and there is links.next',
      [items(A, { links: [{ rel: 'next', href: '/b' }] })],
      { pagination: wrong },
      /though its links\.next shows/,
    ],
    [
      'a next URL has a password',
      [items(A, { next: 'http://u:p@example.com/' })],
      { pagination: NEXT_URL },
      /the next link carries a user name or password/,
    ],
    ['page 1 is gzip that says not so', [{ body: gzipSync('[]') }], { pagination: PAGE }, /gave gzip/],
    ['page 1 is not modified', [{ status: 304 }], { pagination: PAGE }, /answered 304 \(not modified\)/],
    [
      'no pagination is given and a Link header is there',
      [{ ...items(A), headers: { link: '</x>; rel=next' } }],
      {},
      /its Link header shows that the list goes on/,
    ],
    [
      'no pagination is given and a next URL is there',
      [items(A, { next: '/x' })],
      {},
      /its next shows that the list goes on/,
    ],
    [
      'no pagination is given and has_more is true',
      [items(A, { has_more: true })],
      {},
      /its has_more shows that the list/,
    ],
    [
      'no pagination is given and more are counted',
      [items(A, { total: 3 })],
      {},
      /its total shows that the list.*"kind":"none"/,
    ],
    [
      'cursors go in circles',
      Array.from('bcabcabc').map((next, at) => items([{ at }], { next })),
      { pagination: CURSOR },
      /read before/,
    ],
    [
      'empty pages go on',
      [items(A, { next: 'a' }), ...Array.from('bcd').map((next) => items([], { next })), items(B)],
      { pagination: CURSOR },
      /three empty pages in a row/,
    ],
    [
      'more is said but not named',
      [items(A, { more: true })],
      { ...has('more'), pagination: CURSOR },
      /says at more that more follows/,
    ],
    [
      'more is said beside a repeated cursor',
      [items(A, { next: 'x' }), items(B, { next: 'x', more: true })],
      { ...has('more'), pagination: CURSOR },
      /says at more that more/,
    ],
    [
      'one cursor stands for several pages',
      [items(A, { next: 'x' }), items(B, { next: 'x' }), items([{ id: 5 }], { next: 'x' })],
      { pagination: CURSOR },
      /another page where it was asked for the same one again/,
    ],
    [
      'whether there is more is a riddle',
      [items(A, { more: 'maybe' })],
      { ...has('more'), pagination: CURSOR },
      /neither true, false nor a number at more/,
    ],
    [
      'the path is wrong and a cursor is there',
      [items(A, { meta: { next: 'x' } })],
      { pagination: wrong },
      /nothing at meta\.nxt, though its meta\.next shows/,
    ],
    [
      'the path is wrong and has_more is true',
      [items(A, { has_more: true })],
      { pagination: wrong },
      /though its has_more shows/,
    ],
    [
      'the path is wrong and done is false',
      [items(A, { done: false })],
      { pagination: wrong },
      /though its done shows/,
    ],
    [
      'the path is wrong and the page is full',
      [items(A)],
      { pagination: wrong },
      /the page is full \(per_page=2\)/,
      '?per_page=2',
    ],
    [
      'the path is wrong and OData names a next link',
      [items(A, { '@odata.nextLink': 'x' })],
      { pagination: { kind: 'next_url', url_path: 'odata.nextLink' } },
      /its @odata\.nextLink shows/,
    ],
    [
      'the path is wrong and a Link header is there',
      [{ ...items(A), headers: { link: '</x>; rel=next' } }],
      { pagination: NEXT_URL },
      /its Link header shows/,
    ],
    [
      'the next page is in the body, not the header',
      [items(A, { next: '/x' })],
      { pagination: LINK },
      /no Link header with rel="next", though its next shows/,
    ],
    ['a cursor is true', [items(A, { next: true })], { pagination: CURSOR }, /the cursor at next is of type boolean/],
    [
      'a cursor is an object',
      [items(A, { next: { a: 1 } })],
      { pagination: CURSOR },
      /the cursor at next is of type object/,
    ],
    [
      'a next URL is a number',
      [items(A, { next: 3 })],
      { pagination: NEXT_URL },
      /the next URL at next is of type number/,
    ],
    ['a next URL is none', [items(A, { next: 'http://[' })], { pagination: NEXT_URL }, /is not a URL/],
    [
      'a next URL leads elsewhere',
      [items(A, { next: 'https://example.com/' })],
      { pagination: NEXT_URL },
      /leads to https:\/\/example\.com; only/,
    ],
    [
      'a next URL is too long',
      [items(A, { next: `?c=${'x'.repeat(16_384)}` })],
      { pagination: NEXT_URL },
      /URL has 164\d\d characters; 16384 are allowed/,
    ],
    [
      'a cursor is too long',
      [items(A, { next: 'x'.repeat(16_384) })],
      { pagination: CURSOR },
      /URL has 164\d\d characters; 16384 are allowed/,
    ],
    [
      'a later page fails',
      [items(A), { status: 404 }],
      { pagination: PAGE },
      /answered 404; if no page is left then, name the status/,
    ],
    ['a later page is forbidden', [items(A), { status: 403 }], { pagination: PAGE }, /answered 403$/],
    [
      'page 1 fails, whatever stop says',
      [{ status: 404 }],
      { pagination: PAGE, stop: { statuses: [404] } },
      /answered 404$/,
    ],
    ['page 1 is empty', [{ body: '' }], { pagination: PAGE }, /its body is empty/],
    ['the list of page 1 is null', [items(null)], { pagination: PAGE }, /no list at items; there is a null/],
    [
      'a later page has no list',
      [items(A), { body: { error: 'x' } }],
      { pagination: PAGE },
      /no list at items; there is an object with error/,
    ],
  ])('where %s', async (_, answers, input, message, query = '') => {
    const walked = walk(answers, { ...IN, ...input }, query);
    await expect(walked).rejects.toThrow(message);
    await expect(walked).rejects.toMatchObject({ actionError: { kind: 'permanent', label: 'ACTION_FAILED' } });
  });
});

test.each([
  [{ total: 2, pages: 1, page: 7 }, {}],
  [{ total: 9, has_more: false }, {}],
  [{ total: 9, next: '/x' }, { pagination: { kind: 'none' } }],
  [{ total: 9, next: null }, { pagination: NEXT_URL }],
  [{ total: 9 }, { pagination: CURSOR, stop: { no_next: true } }],
])('a page beside which stands %j is the whole list by %j', async (more, input) => {
  expect(await walk([items(A, more)], { ...IN, ...input })).toEqual([A]);
});

test.each([
  [
    'links.next',
    {
      links: [
        { rel: 'self', href: '/a' },
        { rel: 'next', href: '/b' },
      ],
    },
  ],
  ['links.next.href', { links: [{ rel: 'next', href: '/b' }] }],
  [
    'link.next',
    {
      link: [
        { relation: 'self', url: '/a' },
        { relation: 'next', url: '/b' },
      ],
    },
  ],
])('a list of links is looked into by rel: %s of %j', async (url_path, more) => {
  const answers = [items(A, more), items(B, { links: [], link: [] })];
  expect(await walk(answers, { ...IN, pagination: { kind: 'next_url', url_path } })).toEqual([A, B]);
});

describe('a Link header names the next page', () => {
  test.each([`rel='next'`, `rel=next`, `rel = "next"`, `rel='last next'`, `rel="next last"`, `REL='NEXT'; title=it's`])(
    'by %s',
    async (rel) => {
      const answers = [{ body: A, headers: { link: `</a>; rel='first', <?page=2>; ${rel}` } }, { body: B }];
      expect(await walk(answers, { pagination: LINK })).toEqual([A, B]);
    },
  );

  test.each([
    `</a>; rel="next-archive"`,
    `</a>; rel='prev'; title="rel=next"`,
    `</next>; rel="https://x.example/next"`,
  ])('not by %s', async (link) =>
    expect(await walk([{ body: A, headers: { link } }], { pagination: LINK })).toEqual([A]),
  );
});

describe('the first page is', () => {
  const page = { kind: 'page', param: 'page' };
  const offset = { kind: 'offset', param: 'o', limit_param: 'l', limit: 2 };
  test.each<[string, object, string, string[]]>([
    ['1', page, '', ['?page=1', '?page=2']],
    ["the URL's", page, '?page=0', ['?page=0', '?page=1']],
    ["the URL's, beside others", page, '?page=5&x=1', ['?page=5&x=1', '?page=6&x=1']],
    ['the start', { ...page, start: 3 }, '', ['?page=3', '?page=4']],
    ['both', { ...page, start: 5 }, '?page=05', ['?page=5', '?page=6']],
    ['1 where the URL has no number', page, '?page=', ['?page=1', '?page=2']],
    ['at offset 0', offset, '', ['?o=0&l=2', '?o=2&l=2']],
    ["at the URL's offset", offset, '?o=4', ['?o=4&l=2', '?o=6&l=2']],
  ])('%s', async (_, pagination, query, asked) => {
    await using upstream = await startUpstream(answering({ body: A }, { body: [] }));
    await walkAction(extractJsonApi, { url: `${upstream.origin}/${query}`, pagination });
    expect(upstream.requests.map(({ url }) => url.search)).toEqual(asked);
  });

  test.each([
    [{ ...page, start: 1 }, '?page=0'],
    [{ ...offset, start: 0 }, '?o=4'],
  ])('not two at once: %j beside %s', (pagination, query) => {
    const parsed = extractJsonApi.parseInput({ url: `https://example.com/${query}`, pagination });
    expect(parsed).toMatchObject({ ok: false, errors: [{ path: 'pagination.start' }] });
  });
});

test('a next page that cannot be asked for fails the page that names it, so that no cursor outgrows its message', async () => {
  await using upstream = await startUpstream(() => items(A, { next: 'x'.repeat(100_000) }));
  const page = runPage(extractJsonApi, { url: upstream.origin, ...IN, pagination: CURSOR });
  await expect(page).rejects.toThrow('16384 are allowed');
});

describe('what an input may say of the end', () => {
  test.each([
    [{ statuses: [404, 429] }, 'stop.statuses[1]'],
    [{ statuses: [500] }, 'stop.statuses[0]'],
    [{ statuses: 404 }, 'stop.statuses'],
    [{ has_more_path: '' }, 'stop.has_more_path'],
    [{ has_more: 'x' }, 'stop.has_more'],
  ])('%j is refused by path', (stop, path) => {
    const parsed = extractJsonApi.parseInput({ url: 'https://example.com', stop });
    expect(parsed).toMatchObject({ ok: false, errors: [{ path }] });
  });
});

function has(path: string): { readonly items_path: string; readonly stop: object } {
  return { ...IN, stop: { has_more_path: path } };
}
