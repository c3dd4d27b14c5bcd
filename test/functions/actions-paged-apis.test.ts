import { expect, test } from 'vitest';
import { extractJsonApi } from '../../functions/actions/extract-json-api.ts';
import { readDocument } from '../guards/readme-text.ts';
import { startUpstream } from '../support/start-upstream.ts';
import type { UpstreamAnswer, UpstreamRequest } from '../support/start-upstream.ts';
import { walkAction } from '../support/walk-action.ts';

/** Seven items, three a page, as each of these APIs words its pages. */
const COUNT = 7;
const SIZE = 3;
const LAST_PAGE = 3;

function ids(from: number): number[] {
  return Array.from({ length: Math.max(0, Math.min(SIZE, COUNT - from)) }, (_, at) => from + at + 1);
}

function param({ url }: UpstreamRequest, name: string, otherwise: number): number {
  return Number(url.searchParams.get(name) ?? otherwise);
}

/** What stands behind each input of functions/actions/README.md, by the words before its colon. */
const APIS: Readonly<Record<string, (request: UpstreamRequest) => UpstreamAnswer>> = {
  // docs.github.com, REST API, "Using pagination": first and prev, next and last; a list of one page has no header.
  GitHub(request) {
    const page = param(request, 'page', 1);
    const { origin, pathname } = request.url;
    const at = (number: number): string => `<${origin}${pathname}?per_page=100&page=${number}>`;
    const before = page > 1 ? `${at(page - 1)}; rel="prev", ${at(1)}; rel="first"` : '';
    const after = page < LAST_PAGE ? `${at(page + 1)}; rel="next", ${at(LAST_PAGE)}; rel="last"` : '';
    const link = [before, after].filter((part) => part !== '').join(', ');
    return { headers: { link }, body: ids((page - 1) * SIZE).map((id) => ({ id, full_name: `nodejs/${id}` })) };
  },
  // developer.wordpress.org, REST API, "Pagination".
  WordPress(request) {
    const page = param(request, 'page', 1);
    const headers = { 'x-wp-total': String(COUNT), 'x-wp-totalpages': String(LAST_PAGE) };
    if (page <= LAST_PAGE) return { headers, body: ids((page - 1) * SIZE).map((id) => ({ id, slug: `post-${id}` })) };
    const message = 'The page number requested is larger than the number of pages available.';
    return { status: 400, body: { code: 'rest_post_invalid_page_number', message, data: { status: 400 } } };
  },
  // django-rest-framework.org, "Pagination": PageNumberPagination.
  'Django REST framework'(request) {
    const page = param(request, 'page', 1);
    const at = (number: number): string | null =>
      number >= 1 && number <= LAST_PAGE ? `${request.url.origin}/books/?page=${number}` : null;
    const results = ids((page - 1) * SIZE).map((id) => ({ id }));
    return { body: { count: COUNT, next: at(page + 1), previous: at(page - 1), results } };
  },
  // LimitOffsetPagination, whose max_limit is below what is asked for.
  'Django REST framework by limit and offset'(request) {
    const offset = param(request, 'offset', 0);
    const next = offset + SIZE < COUNT ? `${request.url.origin}/books/?limit=3&offset=${offset + SIZE}` : null;
    return { body: { count: COUNT, next, previous: null, results: ids(offset).map((id) => ({ id })) } };
  },
  // jsonapi.org 1.1, "Pagination": links may be null, left out, or objects with href.
  'JSON:API'(request) {
    const page = param(request, 'page[number]', 1);
    const at = (number: number): string => `/articles?page[size]=50&page[number]=${number}`;
    const next = [at(2), { href: at(3), meta: { page: 3 } }, null][page - 1];
    const data = ids((page - 1) * SIZE).map((id) => ({ type: 'articles', id, attributes: { title: `t${id}` } }));
    const body = JSON.stringify({ links: { self: at(page), first: at(1), next }, data });
    return { headers: { 'content-type': 'application/vnd.api+json' }, body };
  },
  // OData 4.01 JSON format, "Control Information: nextLink": left out on the last page.
  OData(request) {
    if (request.url.searchParams.get('$filter') !== 'Age gt 30') return { status: 400 };
    const skip = param(request, '$skiptoken', 0);
    const next = `${request.url.origin}/odata/People?$filter=Age%20gt%2030&$skiptoken=${skip + SIZE}`;
    const value = ids(skip).map((id) => ({ id, Name: `n${id}` }));
    const more = skip + SIZE < COUNT ? { '@odata.nextLink': next } : {};
    return { body: { '@odata.context': `${request.url.origin}/odata/$metadata#People`, value, ...more } };
  },
  // developers.hubspot.com, CRM API, "Objects": paging is left out on the last page.
  HubSpot(request) {
    const after = param(request, 'after', 0);
    const results = ids(after).map((id) => ({ id, properties: { email: `${id}@x` }, archived: false }));
    const next = { after: String(after + SIZE), link: `?after=${after + SIZE}` };
    return { body: after + SIZE < COUNT ? { results, paging: { next } } : { results } };
  },
  // docs.stripe.com/api/pagination.
  Stripe(request) {
    const after = param(request, 'starting_after', 0);
    const data = ids(after).map((id) => ({ id, object: 'customer' }));
    return { body: { object: 'list', url: '/v1/customers', has_more: after + SIZE < COUNT, data } };
  },
  // zoho.com/crm/developer/docs/api, "Get Records".
  'Zoho CRM'(request) {
    const page = param(request, 'page_token', 1);
    const more = page < LAST_PAGE;
    const data = ids((page - 1) * SIZE).map((id) => ({ id, Last_Name: `n${id}` }));
    const info = { per_page: 200, count: data.length, page, more_records: more, sort_by: 'id', sort_order: 'desc' };
    return { body: { data, info: { ...info, next_page_token: more ? String(page + 1) : null } } };
  },
  // zoho.com/books/api/v3/pagination.
  'Zoho Books'(request) {
    const page = param(request, 'page', 1);
    const contacts = ids((page - 1) * SIZE).map((id) => ({ id }));
    const page_context = { page, per_page: 200, has_more_page: page < LAST_PAGE };
    return { body: { code: 0, message: 'success', contacts, page_context } };
  },
  // developer.salesforce.com, REST API, "Query": the rest comes at nextRecordsUrl.
  Salesforce({ url }) {
    const from = Number(/-(\d+)$/.exec(url.pathname)?.[1] ?? 0);
    const records = ids(from).map((id) => ({ id, attributes: { type: 'Account' } }));
    const nextRecordsUrl = `/services/data/v62.0/query/01gD0000002HU6KIAW-${from + SIZE}`;
    const done = from + SIZE >= COUNT;
    return { body: { totalSize: COUNT, done, records, ...(done ? {} : { nextRecordsUrl }) } };
  },
  // docs.sentry.io/api/pagination: next is always there.
  Sentry(request) {
    const cursor = Number((request.url.searchParams.get('cursor') ?? '0:0:0').split(':')[1]);
    const next = `<${request.url.origin}${request.url.pathname}?cursor=0:${cursor + SIZE}:0>`;
    const link = `${next}; rel="next"; results="${cursor + SIZE < COUNT}"; cursor="0:${cursor + SIZE}:0"`;
    return { headers: { link }, body: ids(cursor).map((id) => ({ id })) };
  },
};

/** The inputs of that README's section, each after a comment that names its API. */
function readmeInputs(): [string, { readonly url: string }][] {
  const [, block = ''] =
    /## Read a paged API\n[^]*?```jsonc\n([^]*?)```/.exec(readDocument('functions/actions/README.md')) ?? [];
  return block
    .split(/^\/\/ /m)
    .slice(1)
    .map((entry) => {
      const [, name = '', json = ''] = /^([^\n]*)\n([^]*)$/.exec(entry) ?? [];
      return [name.replace(/(, |: ).*$/, ''), JSON.parse(json)];
    });
}

test('functions/actions/README.md has an input for each API here', () => {
  expect(readmeInputs().map(([name]) => name)).toEqual(Object.keys(APIS));
});

test.each(readmeInputs())('%s is read to its end', async (name, input) => {
  const api = APIS[name];
  if (api === undefined) throw new Error(`there is no server for ${name}`);
  await using upstream = await startUpstream(api);
  const { origin, href } = new URL(input.url);
  const url = upstream.origin + href.slice(origin.length);
  const pages = await walkAction(extractJsonApi, { ...input, url });
  expect(pages.flat().map((item) => (item as { id: number }).id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});
