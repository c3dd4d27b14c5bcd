import type middyfy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Route } from '../../shared/api/route.ts';
import type { Caller } from './authenticate.ts';
import type { HttpRequest } from './http-request.ts';

/** One call on its way through the pipeline: what its steps have found out so far. */
export interface ApiCall {
  readonly event: APIGatewayProxyEventV2;
  request: HttpRequest;
  route: Route;
  params: Readonly<Record<string, string>>;
  /** Null on routes that need no key, and until the key is checked. */
  caller: Caller | null;
  /** Headers of every answer, a refusal's too. */
  headers: Readonly<Record<string, string>>;
  /** What to answer with, of what the route offers. */
  mediaType: string;
}

/** What is known before the first step. */
export type BegunCall = Pick<ApiCall, 'event' | 'caller' | 'headers'>;

/**
 * A step of the pipeline, with the parts of a call that it reads and those that it adds. It throws to refuse the call and
 * returns nothing: middy takes what a step returns for the answer.
 */
export type Step<Reads extends keyof ApiCall, Adds extends keyof ApiCall = never> = middyfy.MiddlewareObj<
  Readonly<Pick<ApiCall, Exclude<Reads, Adds>>> & Pick<ApiCall, Adds>,
  APIGatewayProxyStructuredResultV2
>;

/** What every line about a call says: the gateway's own log has the source address under the same `request_id`. */
export function loggedOf({ event, caller }: Pick<ApiCall, 'event' | 'caller'>): Readonly<Record<string, string>> {
  const { requestId } = event.requestContext;
  if (caller === null) return { request_id: requestId };
  return { request_id: requestId, workspace_uid: caller.workspaceUid, key_uid: caller.keyUid };
}
