import { nextLiveUrl } from '../../shared/api/launches/live-cursor.ts';
import type { RouteOf } from '../../shared/api/routes.ts';
import { handedOverView } from '../../shared/api/runs/view.ts';
import type { Sign } from '../../shared/api/cursor.ts';
import type { ErrorRecord } from '../../shared/domain/errors.ts';
import type { LivePage } from '../../shared/domain/live-page.ts';
import type { LiveOutcome } from '../../shared/engine/live/live-call.ts';
import type { Action } from '../../shared/sdk/action.ts';
import type { Reply, ReplyBody } from '../http/endpoint.ts';
import { type HttpRequest, nextPageHeaders, pageUrl } from '../http/http-request.ts';

interface AnsweredCall {
  readonly request: HttpRequest;
  readonly action: Action;
  readonly page: LivePage;
  /** The seconds of its `Prefer: wait`, or null. */
  readonly wait: number | null;
}

/** The answer to a live call. The same outcome always gives the same answer, except for Retry-After. */
export function liveReply(
  call: AnsweredCall,
  outcome: LiveOutcome,
  now: number,
  sign: Sign,
): Reply<ReplyBody<'runLive'>> {
  const applied = call.wait === null ? {} : { 'Preference-Applied': `wait=${call.wait}` };
  switch (outcome.kind) {
    case 'page':
      return { headers: { ...applied, ...pageHeaders(call, outcome, sign) }, body: outcome.body };
    case 'error': {
      const { error } = outcome;
      const headers = { ...applied, 'X-Run-Uid': outcome.runUid, ...retryAfter(error, now) };
      return { status: error.status_code, headers, body: { ...error } };
    }
    case 'handed_over': {
      const { control, definition } = outcome;
      const headers = { ...applied, 'X-Run-Uid': control.uid };
      return { status: HANDED_OVER, headers, body: handedOverView(definition, control) };
    }
  }
}

const HANDED_OVER: RouteOf<'runLive'>['later']['status'] = 202;

/** Whole seconds until the upstream accepts calls again, if it told when. */
function retryAfter({ error_label: label, params }: ErrorRecord, now: number): Record<string, string> {
  const until = label === 'LIMIT_REACHED' ? params['postponed_until'] : undefined;
  if (typeof until !== 'string') return {};
  return { 'Retry-After': String(Math.max(1, Math.ceil((Date.parse(until) - now) / 1_000))) };
}

type PageOutcome = Extract<LiveOutcome, { kind: 'page' }>;

function pageHeaders(call: AnsweredCall, outcome: PageOutcome, sign: Sign): Record<string, string> {
  const { action, page, request } = call;
  const headers: Record<string, string> = { 'X-Run-Uid': outcome.runUid };
  if (action.returns === 'object') return headers;
  headers['X-Pagination-Page-Size'] = String(action.pageSize);
  const { nextCursor, createdAt } = outcome;
  if (nextCursor !== null) {
    const next = nextLiveUrl(request.url.origin, action.name, page, nextCursor, createdAt, sign);
    Object.assign(headers, nextPageHeaders(next));
  }
  // Callers count pages from 1, the engine from 0: the caller's number of the page before is this page's own number
  // here.
  if (page.byNumber && page.number > 0)
    headers['X-Pagination-Previous'] = pageUrl(request, { page: String(page.number) });
  return headers;
}
