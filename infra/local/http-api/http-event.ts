import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RouteMatch } from './match-route.ts';
import { LOCAL_ACCOUNT } from '../account.ts';

/** What an event is made from. */
export interface HttpEventInput {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly query: string;
  readonly body: Buffer;
  readonly match: RouteMatch;
  readonly apiId: string;
  readonly requestId: string;
  readonly traceHeader: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Headers of the connection, which the function does not see; cookies have a field of their own. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'expect', 'te', 'cookie']);
/** Bodies of these types travel as text; all others, and bodies of no type, in base64. */
const TEXT_TYPE = /^\s*(text\/[^;]*|application\/(json|javascript|xml))\s*(;|$)/i;

/**
 * The event of payload format 2.0: names in lower case, duplicates joined by commas, the path decoded
 * (AWS: "Create AWS Lambda proxy integrations for HTTP APIs").
 */
export function httpEvent(input: HttpEventInput): APIGatewayProxyEventV2 {
  const { request, path, query, body, match, requestId, now } = input;
  const headers = joinHeaders(request, input.traceHeader);
  const cookies = (request.headers.cookie ?? '').split(/;\s*/).filter((cookie) => cookie !== '');
  const isText = TEXT_TYPE.test(headers['content-type'] ?? '');
  const method = request.method ?? 'GET';
  const queryParameters = joinQuery(query);
  const domainName = new URL(`http://${headers['host'] ?? '127.0.0.1'}`).hostname;
  return {
    version: '2.0',
    routeKey: match.route.routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers,
    ...(queryParameters === null ? {} : { queryStringParameters: queryParameters }),
    requestContext: {
      accountId: LOCAL_ACCOUNT,
      apiId: input.apiId,
      domainName,
      domainPrefix: domainName.split('.')[0] ?? domainName,
      http: {
        method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: match.route.routeKey,
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now,
    },
    ...(Object.keys(match.pathParameters).length === 0 ? {} : { pathParameters: match.pathParameters }),
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

function joinHeaders({ rawHeaders, socket }: IncomingMessage, traceHeader: string): Record<string, string> {
  const headers: Record<string, string> = {
    'x-amzn-trace-id': traceHeader,
    'x-forwarded-for': socket.remoteAddress ?? '127.0.0.1',
    'x-forwarded-port': String(socket.localPort ?? ''),
    'x-forwarded-proto': 'http',
  };
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    const value = rawHeaders[index + 1] ?? '';
    if (HOP_BY_HOP.has(name)) continue;
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return headers;
}

function joinQuery(query: string): Record<string, string> | null {
  if (query === '') return null;
  const joined: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    joined[name] = joined[name] === undefined ? value : `${joined[name]},${value}`;
  }
  return joined;
}

/** `23/Nov/2026:18:30:00 +0000`, as access logs write it. */
function commonLogTime(now: number): string {
  const [, day, month, year, time] = new Date(now).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
