import middyfy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { OperationOf } from '../../shared/api/routes.ts';
import type { ApiFunction } from '../../shared/functions.ts';
import type { OncePorts } from '../../shared/engine/once-by-key.ts';
import { answerErrors, type ErrorPorts } from './answer-errors.ts';
import type { ApiCall, BegunCall } from './api-call.ts';
import type { FindCaller } from './authenticate.ts';
import { checkAccept } from './check-accept.ts';
import { checkKey } from './check-key.ts';
import { checkRate } from './check-rate.ts';
import { checkScope } from './check-scope.ts';
import type { AnyReply, Endpoint } from './endpoint.ts';
import { findRoute } from './find-route.ts';
import { bytesResponse, jsonResponse, textResponse } from './http-response.ts';
import { logAnswer } from './log-answer.ts';
import type { SpendRate } from './rate-limit.ts';

/** What the pipeline needs of the world besides what its endpoints need. */
export interface ApiPorts extends ErrorPorts {
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
 * The Lambda handler of an API function, read from top to bottom: each step refuses the call or adds to what is known of
 * it. The endpoint then goes on with its object, query and body. What any of them throws is answered in our one error shape.
 */
export function createApiHandler<F extends ApiFunction>(api: {
  readonly functionName: F;
  readonly endpoints: EndpointsOf<F>;
  readonly ports: ApiPorts;
}): ApiHandler {
  const { functionName, endpoints, ports } = api;
  const pipeline = middyfy<BegunCall, APIGatewayProxyStructuredResultV2>()
    .use(answerErrors(ports))
    .use(logAnswer(ports.log))
    .use(findRoute(functionName, ports.publicUrl))
    .use(checkKey(ports))
    .use(checkRate(ports.spendRate))
    .use(checkScope())
    .use(checkAccept())
    .handler((call: ApiCall) => answerCall(endpoints, call));
  return (event, context) => {
    const begun: BegunCall = { event, caller: null, headers: {} };
    return pipeline(begun as ApiCall, context); // the steps add the rest, each before the first that reads it
  };
}

async function answerCall(
  endpoints: Readonly<Partial<Record<string, AnyEndpoint>>>,
  { request, route, params, caller, headers, mediaType }: ApiCall,
): Promise<APIGatewayProxyStructuredResultV2> {
  const endpoint = endpoints[route.operation];
  if (endpoint === undefined) throw new Error(`Operation ${route.operation} has no endpoint in its function.`);
  const reply = await endpoint.answer({ request, params, caller, mediaType });
  return responseOf(reply.status ?? route.success.status, reply, { ...headers, ...reply.headers });
}

function responseOf(
  status: number,
  reply: AnyReply,
  headers: Readonly<Record<string, string>>,
): APIGatewayProxyStructuredResultV2 {
  if ('bytes' in reply) return bytesResponse(status, reply, headers);
  return 'text' in reply ? textResponse(status, reply, headers) : jsonResponse(status, reply.body, headers);
}

/** An endpoint whose operation is known at run time only: params and caller are those of its own row. */
interface AnyEndpoint {
  answer(addressed: Pick<ApiCall, 'request' | 'params' | 'caller' | 'mediaType'>): Promise<AnyReply>;
}
