import type { IncomingHttpHeaders } from 'node:http';
import type { S3Answer } from './request.ts';

/** What pages of other origins may do with a bucket. */
export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** In lower case. */
  readonly headers: readonly string[];
  readonly maxAgeSeconds: number | null;
}

const VARY = { vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method' };

/** The answer to a browser that asks before it sends (S3 user guide, "Using cross-origin resource sharing"). */
export function preflight(rules: readonly CorsRule[], headers: IncomingHttpHeaders): S3Answer {
  const asked = (headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const method = headers['access-control-request-method'] ?? '';
  const rule = ruleFor(rules, headers.origin, method);
  if (rule === undefined || !asked.every((name) => rule.headers.includes(name))) {
    const body =
      '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessForbidden</Code><Message>CORSResponse: This CORS request is not allowed.</Message></Error>';
    return { status: 403, headers: { 'content-type': 'application/xml' }, body };
  }
  const { maxAgeSeconds } = rule;
  return {
    status: 200,
    headers: {
      ...VARY,
      'access-control-allow-origin': String(headers.origin),
      'access-control-allow-methods': rule.methods.join(', '),
      'access-control-allow-headers': asked.join(', '),
      ...(maxAgeSeconds === null ? {} : { 'access-control-max-age': String(maxAgeSeconds) }),
    },
    body: '',
  };
}

/** Headers by which a browser lets a page see an answer; none where no rule is for its origin. */
export function corsHeaders(
  rules: readonly CorsRule[],
  { origin }: IncomingHttpHeaders,
  method: string,
): Readonly<Record<string, string>> {
  const rule = ruleFor(rules, origin, method);
  return rule === undefined ? {} : { ...VARY, 'access-control-allow-origin': String(origin) };
}

function ruleFor(rules: readonly CorsRule[], origin: string | undefined, method: string): CorsRule | undefined {
  if (origin === undefined) return undefined;
  return rules.find(({ origins, methods }) => origins.includes(origin) && methods.includes(method));
}
