import { describe, expect, test } from 'vitest';
import { extractJsonApi } from '../../functions/actions/extract-json-api.ts';
import { httpRequest } from '../../functions/actions/http-request.ts';
import { findMoreSign } from '../../functions/actions/upstream/find-more-sign.ts';
import { readPath } from '../../functions/actions/upstream/read-path.ts';
import { startUpstream } from '../support/start-upstream.ts';
import { runPage, walkAction } from '../support/walk-action.ts';

test.each<[path: string, body: unknown, found: unknown]>([
  ['a.b', { a: { b: 1 } }, 1],
  ['a.b', { 'a.b': 1, a: { b: 2 } }, 1],
  ['@odata.nextLink', { '@odata.nextLink': 'x' }, 'x'],
  ['d.@odata.nextLink', { d: { '@odata.nextLink': 'x' } }, 'x'],
  ['["@odata.nextLink"]', { '@odata.nextLink': 'x' }, 'x'],
  ['["@odata.meta"].next', { '@odata.meta': { next: 'x' } }, 'x'],
  ["d['a.b'][0].c", { d: { 'a.b': [{ c: 1 }] } }, 1],
  [String.raw`["a\"b"]`, { 'a"b': 1 }, 1],
  ['pages.0.next', { pages: [{ next: 1 }] }, 1],
  ['pages[1]', { pages: [1, 2] }, 2],
  ['[0].id', [{ id: 7 }], 7],
  ['data[-1].id', { data: [{ id: 1 }, { id: 2 }] }, 2],
  ['data[-1].id', { data: [] }, undefined],
  ['data[-3]', { data: [1] }, undefined],
  ['items[]', { 'items[]': 1 }, 1],
  ['a..b', { a: { '': { b: 1 } } }, 1],
  ['a b.ü', { 'a b': { ü: 1 } }, 1],
  ['a.b', { a: null }, undefined],
  ['a.b', { a: 'text' }, undefined],
  ['a', null, undefined],
  ['constructor', {}, undefined],
  ['__proto__.toString', {}, undefined],
])('%s of %j is %j', (path, body, found) => {
  expect(readPath(body, path)).toEqual(found);
});

test.each<[body: unknown, sign: string | false | null]>([
  [{ next: null, previous: null }, null],
  [{ links: { self: 'x', first: 'x', last: 'x' } }, null],
  [{ paging: { next: { after: 'x' } } }, 'its paging.next.after'],
  [{ _links: { next: { href: 'x' } } }, 'its _links.next.href'],
  [{ nextPageToken: 'x' }, 'its nextPageToken'],
  [{ next_page: 2 }, 'its next_page'],
  [{ pagination: { next: { page: 2 } } }, 'its pagination.next.page'],
  [{ links: { next: '' }, next_page: -1 }, null],
  [{ next_cursor: 0, next_cursor_str: '0' }, null],
  [{ nextSyncToken: 'x' }, null],
  [{ info: { more_records: true } }, 'its info.more_records'],
  [{ next_cursor: 'x', has_more: false }, false],
  [{ pageInfo: { endCursor: 'x', hasNextPage: false } }, false],
  [{ isLast: false }, 'its isLast'],
  [{ done: true }, false],
  [{ IsTruncated: true }, 'its IsTruncated'],
  [[{ next: 'x' }], null],
  [{ items: [{ next: 'x', has_more: true }] }, null],
  ['text', null],
])('%j shows as more: %j', (body, sign) => {
  expect(findMoreSign(body, new Headers(), 0)).toBe(sign);
});

describe('of a query', () => {
  test.each([
    ['?$filter=a%20eq%201&flag', '?$filter=a%20eq%201&flag&p=1'],
    ['?p=7&q=a+b&&x', '?p=7&q=a+b&&x'],
    ['?q=%c3%a9&p&p=3&z=', '?q=%c3%a9&p=1&z='],
    ['?a=1#frag?p=2', '?a=1&p=1'],
    ['?', '?p=1'],
    ['?%70=9', '?%70=9'],
  ])('%s only our own parameter changes', async (query, asked) => {
    await using upstream = await startUpstream(() => ({ body: [] }));
    await runPage(extractJsonApi, { url: `${upstream.origin}/a${query}`, pagination: { kind: 'page', param: 'p' } });
    expect(upstream.requests[0]?.url.search).toBe(asked);
  });

  test.each([
    ['$skip', '?$skip=1'],
    ['page[number]', '?page[number]=1'],
    ['a&b=c#d+e f', '?a%26b%3Dc%23d%2Be%20f=1'],
    ['é', '?%C3%A9=1'],
  ])('a parameter %s is named so', async (param, asked) => {
    await using upstream = await startUpstream(() => ({ body: [] }));
    await runPage(extractJsonApi, { url: upstream.origin, pagination: { kind: 'page', param } });
    expect(upstream.requests[0]?.url.search).toBe(asked);
  });
});

describe('a body is read', () => {
  const text = (name: string): string => JSON.stringify([{ name }]);
  const utf16 = (name: string): Buffer => Buffer.from(text(name), 'utf16le');
  test.each<[string, string | undefined, Buffer, string]>([
    ['in UTF-8 without a content-type', undefined, Buffer.from(text('é漢')), 'é漢'],
    ['after a byte order mark', 'application/json', Buffer.from(`\uFEFF${text('é')}`), 'é'],
    ['in UTF-16 by its mark', 'application/json', Buffer.from(`\uFEFF${text('漢')}`, 'utf16le'), '漢'],
    [
      'in UTF-16 from the high byte by its mark',
      undefined,
      Buffer.from(`\uFEFF${text('漢')}`, 'utf16le').swap16(),
      '漢',
    ],
    ['in UTF-16 by its charset', 'application/json; charset=utf-16le', utf16('漢'), '漢'],
    ['in Latin-1', 'application/json; charset=iso-8859-1', Buffer.from(text('Zoë'), 'latin1'), 'Zoë'],
    ['in Windows-1252', 'application/json;charset="Windows-1252"', Buffer.from(text('\x80'), 'latin1'), '€'],
    ['in Shift_JIS', 'application/json; charset=shift_jis', Buffer.from(`[{"name":"\x82\xa0"}]`, 'latin1'), 'あ'],
    ['in utf8, spelt so', 'application/json; Charset=UTF8', Buffer.from(text('é')), 'é'],
  ])('%s', async (_, type, body, name) => {
    await using upstream = await startUpstream(() => ({
      headers: type === undefined ? {} : { 'content-type': type },
      body,
    }));
    expect(await walkAction(extractJsonApi, { url: upstream.origin })).toEqual([[{ name }]]);
  });

  test.each([
    ['application/json', 'holds bytes that are not utf-8'],
    ['application/json; charset=utf-8', 'holds bytes that are not utf-8'],
    ['application/json; charset=klingon', 'is in the unknown charset klingon'],
    ['application/json; charset=us-ascii', 'holds bytes that are not us-ascii'],
    ['application/json; charset="ASCII"', 'holds bytes that are not us-ascii'],
  ])('as %s never with U+FFFD in place of what does not fit', async (type, message) => {
    const body = Buffer.from(text('Zoë'), 'latin1');
    await using upstream = await startUpstream(() => ({ headers: { 'content-type': type }, body }));
    const page = runPage(extractJsonApi, { url: upstream.origin });
    await expect(page).rejects.toThrow(message);
    await expect(page).rejects.toMatchObject({ actionError: { kind: 'permanent' } });
  });
});

describe('a number that a double cannot hold', () => {
  const raw = (body: string): { readonly headers: Record<string, string>; readonly body: string } => ({
    headers: { 'content-type': 'application/json' },
    body,
  });

  test('comes back as it was written', async () => {
    const item =
      '{"id":738529527931269425,"big":1e400,"fine":0.1000000000000000055,"deep":[{"n":-9007199254740993}],"one":1.5}';
    await using upstream = await startUpstream(() => raw(`{"items":[${item}]}`));
    const { results } = await runPage(extractJsonApi, { url: upstream.origin, items_path: 'items' });
    expect(JSON.stringify(results)).toBe(`[${item}]`);
    const answer = await runPage(httpRequest, { url: upstream.origin });
    expect(JSON.stringify(answer)).toContain(item);
  });

  test.each([
    ['cursor', { kind: 'cursor', cursor_path: 'meta.next', cursor_param: 'c' }],
    ["last item's id", { kind: 'cursor', cursor_path: 'items[-1].id', cursor_param: 'c' }],
  ])('goes on as the %s', async (_, pagination) => {
    await using upstream = await startUpstream(({ url }) =>
      raw(
        url.searchParams.get('c') === null
          ? '{"items":[{"id":9007199254740993}],"meta":{"next":9007199254740993}}'
          : '{"items":[],"meta":{"next":null}}',
      ),
    );
    await walkAction(extractJsonApi, { url: upstream.origin, items_path: 'items', pagination });
    expect(upstream.requests.map(({ url }) => url.search)).toEqual(['', '?c=9007199254740993']);
  });

  test('makes pages differ that a double would take for the same', async () => {
    await using upstream = await startUpstream(({ url }) =>
      raw(['[{"id":9007199254740993}]', '[{"id":9007199254740992}]', '[]'][Number(url.searchParams.get('p'))] ?? ''),
    );
    const pagination = { kind: 'page', param: 'p', start: 0 };
    expect(await walkAction(extractJsonApi, { url: upstream.origin, pagination })).toHaveLength(3);
  });

  test.each([
    ['no item', '[9007199254740993]', 'item 0 of the body is a number'],
    ['no list', '9007199254740993', 'no list at the body; there is a number'],
  ])('is %s', async (_, body, message) => {
    await using upstream = await startUpstream(() => raw(body));
    await expect(runPage(extractJsonApi, { url: upstream.origin })).rejects.toThrow(message);
  });
});

test.each([
  [
    'nests too deep',
    `${'['.repeat(9000)}${']'.repeat(9000)}`,
    'gave JSON that is refused: [0][0][0][0] objects and lists nest deeper',
  ],
  [
    'names __proto__',
    '[{"a":{"__proto__":1}}]',
    'gave JSON that is refused: [0].a.__proto__ is not allowed as a property name',
  ],
  ['ends too soon', '[{"a":', 'gave no JSON: its body is not valid JSON at line 1, column 7'],
])('an answer that %s ends the input', async (_, body, message) => {
  await using upstream = await startUpstream(() => ({ body }));
  const page = runPage(extractJsonApi, { url: upstream.origin });
  await expect(page).rejects.toThrow(message);
  await expect(page).rejects.toMatchObject({ actionError: { kind: 'permanent' } });
});
