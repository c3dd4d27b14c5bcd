import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { emptyResponse } from './http-response.ts';

type Answer = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** How long a browser asks this host by https only (RFC 6797): a year. It says nothing about subdomains. */
const HSTS = 'max-age=31536000';

/**
 * Adds to every answer of a function, errors too, the headers that protect whoever reads it in a browser. A preflight
 * is a plain 204: API Gateway answers it where CORS is configured, and adds the headers of CORS where it does not.
 */
export function atEdge(publicUrl: string, answer: Answer): Answer {
  const added = {
    'x-content-type-options': 'nosniff',
    // Where the address is http, as on this machine, a browser would ignore it (RFC 6797 §8.1).
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': HSTS } : {}),
  };
  return async (event, context) => {
    const result = isPreflight(event) ? emptyResponse(204, {}) : await answer(event, context);
    return { ...result, headers: { ...result.headers, ...added } };
  };
}

/** Whether a browser asks if a page of another origin may call (Fetch, "CORS-preflight request"). */
function isPreflight({ requestContext, headers }: APIGatewayProxyEventV2): boolean {
  const { method } = requestContext.http;
  return (
    method === 'OPTIONS' && headers['origin'] !== undefined && headers['access-control-request-method'] !== undefined
  );
}
