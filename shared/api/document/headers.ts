import type { Route } from '../route.ts';
import type { Json } from './components.ts';

const text = { type: 'string' } as const;
const number = { type: 'integer', minimum: 0 } as const;

/** Headers that many answers have: components of the document. */
export const COMMON_HEADERS = {
  'X-RateLimit-Type': {
    description: 'The rate limit of the workspace that this call counts against',
    schema: { type: 'string', enum: ['live', 'launch', 'read'] },
  },
  'X-RateLimit-Limit': {
    description: 'The number of calls that are possible at once when the limit is unused',
    schema: number,
  },
  'X-RateLimit-Remaining': {
    description: 'The number of calls that are left now. It may be off by an eighth of the limit per server',
    schema: number,
  },
  'X-RateLimit-Reset': { description: 'Seconds until the limit is unused again', schema: number },
  'Retry-After': { description: 'Seconds to wait before the next attempt, if known', schema: number },
  'Idempotency-Replayed': { description: '`true` if this is the first answer, returned again', schema: text },
} as const;

type CommonHeader = keyof typeof COMMON_HEADERS;

const RATE_HEADERS: readonly CommonHeader[] = [
  'X-RateLimit-Type',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
];

/** The components that {@link referTo} refers to. */
export function describeCommonHeaders(): Json {
  return COMMON_HEADERS;
}

/** The headers of a successful answer: the route's own, and those that come with scope and key. */
export function headersOf(route: Route): Json {
  const own = Object.entries(route.success.headers ?? {}).map(([name, description]) => [
    name,
    { description, schema: text },
  ]);
  const common = [...(route.once === true ? ['Idempotency-Replayed' as const] : []), ...rateHeadersOf(route)];
  return { ...Object.fromEntries(own), ...referTo(common) };
}

/** The headers of an answer that comes before the work is done: those of a page of results are not there yet. */
export function laterHeaders(route: Route): Json {
  const pages = Object.keys(route.success.headers ?? {}).filter((name) => name.startsWith('X-Pagination-'));
  return Object.fromEntries(Object.entries(headersOf(route)).filter(([name]) => !pages.includes(name)));
}

/** The headers of a refusal: when to call again, and the state of the rate limit once the caller is known. */
export function refusalHeaders(route: Route, status: number, saysWhen: boolean): Json {
  const isCallerKnown = status !== 401;
  return referTo([...(saysWhen ? ['Retry-After' as const] : []), ...(isCallerKnown ? rateHeadersOf(route) : [])]);
}

/** The headers of any answer to a known caller. */
export function rateHeaders(route: Route): Json {
  return referTo(rateHeadersOf(route));
}

/** The state of the workspace's rate limit is on every answer to a known caller. */
function rateHeadersOf(route: Route): readonly CommonHeader[] {
  return route.scope === null ? [] : RATE_HEADERS;
}

function referTo(names: readonly CommonHeader[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
