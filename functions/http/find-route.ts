import { matchRoute } from '../../shared/api/match-route.ts';
import type { ApiFunction } from '../../shared/functions.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import type { Step } from './api-call.ts';
import { readHttpRequest } from './http-request.ts';

/** Reads the request and finds its route. Throws NOT_FOUND or METHOD_NOT_ALLOWED if this function has no such route. */
export function findRoute(functionName: ApiFunction, publicUrl: string): Step<'event', 'request' | 'route' | 'params'> {
  return {
    before: ({ event: call }) => {
      call.request = readHttpRequest(call.event, publicUrl);
      const { method, rawPath } = call.request;
      const match = matchRoute(method, rawPath);
      if (match.found && match.route.function === functionName) {
        call.route = match.route;
        call.params = match.params;
        return;
      }
      if (match.found || match.allow.length === 0) {
        throw noSuchPath(rawPath);
      }
      throw methodNotAllowed(method, rawPath, match.allow);
    },
  };
}

export function methodNotAllowed(method: string, rawPath: string, allow: readonly string[]): EngineError {
  const message = `${rawPath} does not support ${method}; allowed: ${allow.join(', ')}.`;
  return new EngineError('METHOD_NOT_ALLOWED', message, { params: { allow } });
}

export function noSuchPath(rawPath: string, hint = 'GET /v1/openapi.json lists all paths.'): EngineError {
  return new EngineError('NOT_FOUND', `The path ${rawPath} does not exist; ${hint}`);
}
