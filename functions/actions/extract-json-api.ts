import * as z from 'zod';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { buildHeaders } from './upstream/build-headers.ts';
import { findNext, refuseUnsaid } from './upstream/find-next.ts';
import { contradictedStart, pageUrl } from './upstream/page-url.ts';
import { bodyPath, mayEndList, paginationSchema, stopSchema } from './upstream/pagination.ts';
import { isPastEnd, nextState, readState } from './upstream/paging-state.ts';
import { parseAnswer } from './upstream/parse-answer.ts';
import { readBody } from './upstream/read-body.ts';
import { readItems } from './upstream/read-items.ts';
import { PATH_FORM } from './upstream/read-path.ts';
import { httpUrl, requestHeaders, secretNamed } from './upstream/request-schemas.ts';
import { throwForStatus } from './upstream/throw-for-status.ts';

/**
 * A page of results may take 1 MB of JSON (shared/api/README.md, "Limits"); what surrounds the items may take as much
 * again.
 */
const MAX_BODY_BYTES = 2_000_000;

/** The answer for a page after the last one. */
const END = { results: [], nextCursor: null };

/** Reads a paged JSON list to its end, one request a page. The results are the items as the upstream gives them. */
export const extractJsonApi = defineAction({
  name: 'extract-json-api',
  title: 'Extract a JSON API',
  description: 'Walks a paged JSON list (next URL, Link header, cursor, page number or offset) and gives its items.',
  pageSize: 100,
  maxResults: { default: 1000, ceiling: 100_000 },
  secrets: ['EXTRACT_JSON_API_*'],
  input: z
    .strictObject({
      url: httpUrl,
      items_path: bodyPath
        .optional()
        .describe(`Where the items are in the body, such as data.items; absent: the body is the list; ${PATH_FORM}`),
      pagination: paginationSchema
        .optional()
        .describe('Absent: none; an answer that shows that more follows is then an error'),
      stop: stopSchema.prefault({}),
      headers: requestHeaders.optional(),
      secret: secretNamed('EXTRACT_JSON_API_').optional(),
    })
    .superRefine(({ url, pagination }, context) => {
      const named = pagination !== undefined && URL.canParse(url) ? contradictedStart(pagination, new URL(url)) : null;
      if (named === null) return;
      const message = `contradicts the ${named} that the URL names; leave one of the two out`;
      context.addIssue({ code: 'custom', path: ['pagination', 'start'], message });
    }),
  example: {
    input: { url: 'https://api.example.com/items', items_path: 'data', pagination: { kind: 'link_header' } },
    result: { id: 1, name: 'first' },
  },
  result: z.looseObject({}),
  async run({ input, cursor, signal, fetch, secret, workspaceUid, now }) {
    const { pagination = { kind: 'none' }, stop } = input;
    const state = readState(cursor);
    const isFirst = state.at === null;
    const url = pageUrl(new URL(input.url), pagination, state.at);
    const headers = await buildHeaders({ url, method: 'GET', workspaceUid }, input.headers, input.secret, secret);
    const response = await fetch(url, { headers, signal });
    const what = `GET ${url.origin}${url.pathname}`;
    const { status } = response;
    if (!isFirst && stop.statuses.includes(status)) return END;
    const hint = isFirst || !mayEndList(status) ? '' : '; if no page is left then, name the status in stop.statuses';
    throwForStatus(response, what, now(), hint);
    const body = parseAnswer(await readBody(response, MAX_BODY_BYTES, what), response, { what, isFirst });
    const results = body === null && status === 204 ? [] : readItems(body, input.items_path, { what, isFirst });
    if (isPastEnd(state, results, { stop, what })) return END;
    const page = { what, url, at: state.at, body, itemCount: results.length, headers: response.headers };
    if (input.pagination === undefined && !stop.no_next) refuseUnsaid(page);
    const next = findNext(pagination, stop, page);
    return { results, nextCursor: next === null ? null : nextState(state, results, next, what) };
  },
});
