import middyfy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { matchRoute } from '../../shared/contract/match-route.ts';
import { type ApiFunction, type OperationOf, type Route, rateTypeOf } from '../../shared/contract/routes.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import type { OncePorts } from '../../shared/engine/once-by-key.ts';
import type { ErrorPorts, KnownOfRequest } from './answer-errors.ts';
import { answerErrors, loggedOf } from './answer-errors.ts';
import type { Caller, FindCaller } from './authenticate.ts';
import { checkScope, createAuthenticator } from './authenticate.ts';
import type { AnyReply, Endpoint } from './endpoint.ts';
import type { HttpRequest } from './http-request.ts';
import { readHttpRequest } from './http-request.ts';
import { bytesResponse, jsonResponse, textResponse } from './http-response.ts';
import { chooseMediaType, JSON_TYPE } from './media-type.ts';
import { checkRate, rateHeaders, type SpendRate } from './rate-limit.ts';

/** What the pipeline needs of the world besides what its endpoints need. */
export interface ApiPorts extends Omit<ErrorPorts, 'knownOf'> {
  readonly findCaller: FindCaller;
  readonly spendRate: SpendRate;
  /** For what is done once for its Idempotency-Key. */
  readonly once: OncePorts;
  /** Where the deployment is reached, without a path. */
  readonly publicUrl: string;
}

/** One endpoint for each operation of the function: a missing or a foreign one is a type error. */
export type EndpointsOf<F extends ApiFunction> = { readonly [O in OperationOf<F>]: Endpoint<O> };

type ApiHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/**
 * The Lambda handler of an API function. Checks in this order: path and method, key, rate limit, scope, Accept; the endpoint goes
 * on with its object, query and body. Whatever is thrown is answered in our one error shape.
 */
export function createApiHandler<F extends ApiFunction>(api: {
  readonly functionName: F;
  readonly endpoints: EndpointsOf<F>;
  readonly ports: ApiPorts;
}): ApiHandler {
  const { ports } = api;
  const authenticate = createAuthenticator(ports.findCaller, ports.now);
  const known = new WeakMap<APIGatewayProxyEventV2, KnownOfRequest>();
  const knownOf = (event: APIGatewayProxyEventV2): KnownOfRequest => known.get(event) ?? { headers: {}, caller: null };
  return middyfy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(answerErrors({ ...ports, knownOf }))
    .handler(async (event) => {
      const request = readHttpRequest(event, ports.publicUrl);
      const { route, params } = findRoute(api.functionName, request);
      const key = request.headers['x-api-key'];
      const caller = route.scope === null ? null : await authenticate(key, request.sourceIp);
      if (caller !== null) {
        const uids = { workspace_uid: caller.workspaceUid, key_uid: caller.keyUid };
        known.set(event, { headers: {}, caller: uids });
        const stored = await ports.spendRate(caller.workspaceUid, rateTypeOf(route));
        known.set(event, { headers: rateHeaders(stored), caller: uids });
        checkRate(stored);
      }
      if (caller !== null && route.scope !== null) checkScope(caller, route.scope);
      const offered = [JSON_TYPE, ...(route.success.exports ?? [])];
      const mediaType = chooseMediaType(request.headers['accept'], offered);
      const reply = await endpointOf(api.endpoints, route).answer({ request, params, caller, mediaType });
      const status = reply.status ?? route.success.status;
      const headers = { ...knownOf(event).headers, ...reply.headers };
      const response = responseOf(status, reply, headers);
      if (caller !== null)
        ports.log.info(`Answered ${route.operation} with ${status}.`, loggedOf(event, knownOf(event)));
      return response;
    });
}

function responseOf(
  status: number,
  reply: AnyReply,
  headers: Readonly<Record<string, string>>,
): APIGatewayProxyStructuredResultV2 {
  if ('bytes' in reply) return bytesResponse(status, reply, headers);
  return 'text' in reply ? textResponse(status, reply, headers) : jsonResponse(status, reply.body, headers);
}

/** NOT_FOUND or METHOD_NOT_ALLOWED where no route of this function is meant. */
function findRoute(functionName: ApiFunction, { method, rawPath }: HttpRequest): FoundRoute {
  const match = matchRoute(method, rawPath);
  if (match.found && match.route.function === functionName) return match;
  if (match.found || match.allow.length === 0) {
    const message = `There is nothing at ${method} ${rawPath}; GET /v1/openapi.json lists what there is.`;
    throw new EngineError('NOT_FOUND', message);
  }
  const message = `${rawPath} does not take ${method}; allowed: ${match.allow.join(', ')}.`;
  throw new EngineError('METHOD_NOT_ALLOWED', message, { params: { allow: match.allow } });
}

type FoundRoute = Extract<ReturnType<typeof matchRoute>, { found: true }>;

function endpointOf(endpoints: Readonly<Partial<Record<string, AnyEndpoint>>>, route: Route): AnyEndpoint {
  const endpoint = endpoints[route.operation];
  if (endpoint === undefined) throw new Error(`Operation ${route.operation} has no endpoint in its function.`);
  return endpoint;
}

/** An endpoint whose operation is known at run time only: params and caller are those of its own row. */
interface AnyEndpoint {
  answer(addressed: {
    readonly request: HttpRequest;
    readonly params: Readonly<Record<string, string>>;
    readonly caller: Caller | null;
    readonly mediaType: string;
  }): Promise<AnyReply>;
}
