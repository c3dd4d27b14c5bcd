import middyfy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { NO_CONTENT } from '../../shared/api/route.ts';
import type { OperationOf } from '../../shared/api/routes.ts';
import type { ApiFunction } from '../../shared/functions.ts';
import type { OncePorts } from '../../shared/engine/once-by-key.ts';
import type { Log } from '../../shared/engine/ports.ts';
import { atEdge } from './at-edge.ts';
import { answerErrors, type ErrorPorts } from './answer-errors.ts';
import type { ApiCall, BegunCall } from './api-call.ts';
import type { FindCaller } from './authenticate.ts';
import { checkAccept } from './check-accept.ts';
import { checkKey } from './check-key.ts';
import { checkRate } from './check-rate.ts';
import { checkScope } from './check-scope.ts';
import type { AnyReply, Endpoint } from './endpoint.ts';
import { findRoute } from './find-route.ts';
import { bytesResponse, emptyResponse, jsonResponse, textResponse } from './http-response.ts';
import { logAnswer } from './log-answer.ts';
import { type NoteUse, noteUse } from './note-use.ts';
import type { SpendRate } from './rate-limit.ts';

/** The ports of the pipeline; its endpoints have their own. */
export interface ApiPorts extends ErrorPorts {
  readonly findCaller: FindCaller;
  readonly spendRate: SpendRate;
  readonly noteUse: NoteUse;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** For calls with an Idempotency-Key. */
  readonly once: OncePorts;
  /** The deployment's public URL, without a path. */
  readonly publicUrl: string;
}

/** One endpoint for each operation of the function. A missing endpoint, or one of another function, is a type error. */
export type EndpointsOf<F extends ApiFunction> = { readonly [O in OperationOf<F>]: Endpoint<O> };

type ApiHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/**
 * The Lambda handler of an API function. The steps run from top to bottom; each refuses the call or adds to it. The
 * endpoint then handles object, query and body. Whatever any of them throws is answered in the API's error shape.
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
    .use(noteUse(ports))
    .use(checkScope())
    .use(checkAccept())
    .handler((call: ApiCall) => answerCall(endpoints, call));
  return atEdge(ports.publicUrl, (event, context) => {
    const call: BegunCall = { event, caller: null, headers: {} };
    return pipeline(call as ApiCall, context); // cast: the steps add the rest, each before the first step that reads it
  });
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
  if (status === NO_CONTENT) return emptyResponse(status, headers);
  if ('bytes' in reply) return bytesResponse(status, reply, headers);
  return 'text' in reply ? textResponse(status, reply, headers) : jsonResponse(status, reply.body, headers);
}

/** An endpoint whose operation is known at run time only: params and caller are of its own route. */
interface AnyEndpoint {
  answer(addressed: Pick<ApiCall, 'request' | 'params' | 'caller' | 'mediaType'>): Promise<AnyReply>;
}
