import type middyfy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Route } from '../../shared/api/route.ts';
import type { Caller } from './authenticate.ts';
import type { HttpRequest } from './http-request.ts';

/** One call in the pipeline, with what its steps have found out so far. */
export interface ApiCall {
  readonly event: APIGatewayProxyEventV2;
  request: HttpRequest;
  route: Route;
  params: Readonly<Record<string, string>>;
  /** Null on routes that need no key, and until the key is checked. */
  caller: Caller | null;
  /** Headers of the answer, also if it is an error. */
  headers: Readonly<Record<string, string>>;
  /** The media type to answer with, one of those the route offers. */
  mediaType: string;
}

/** A call before the first step. */
export type BegunCall = Pick<ApiCall, 'event' | 'caller' | 'headers'>;

/**
 * A step of the pipeline, typed by the parts of a call that it reads and those that it adds. It throws to refuse the
 * call. It returns nothing, because middy would answer with a returned value.
 */
export type Step<Reads extends keyof ApiCall, Adds extends keyof ApiCall = never> = middyfy.MiddlewareObj<
  Readonly<Pick<ApiCall, Exclude<Reads, Adds>>> & Pick<ApiCall, Adds>,
  APIGatewayProxyStructuredResultV2
>;

/** What each log line of a call has. The source address is in the gateway's own log, under the same `request_id`. */
export function loggedOf({ event, caller }: Pick<ApiCall, 'event' | 'caller'>): Readonly<Record<string, string>> {
  const { requestId } = event.requestContext;
  if (caller === null) return { request_id: requestId };
  return { request_id: requestId, workspace_uid: caller.workspaceUid, key_uid: caller.keyUid };
}
