import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { emptyResponse } from '../http/http-response.ts';

/**
 * Leads from `/docs/` and `/console/` to the page without the slash; null: another path. A greedy route of API Gateway
 * catches only what lies under its parent, and no route may end with a slash, so that these come by `$default`.
 */
export function leadToPage({
  rawPath,
  rawQueryString,
  requestContext,
}: APIGatewayProxyEventV2): APIGatewayProxyStructuredResultV2 | null {
  const page = /^(\/docs|\/console)\/$/.exec(rawPath)?.[1];
  if (page === undefined || !['GET', 'HEAD'].includes(requestContext.http.method)) return null;
  return emptyResponse(308, { location: rawQueryString === '' ? page : `${page}?${rawQueryString}` });
}
