import { inspect } from 'node:util';
import type middyfy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { EngineError, ErrorRecord } from '../../../shared/domain/errors.ts';
import { asEngineError, toErrorRecord } from '../../../shared/domain/errors.ts';
import { jsonResponse } from './http-response.ts';

/** One structured line: what happened and its data. */
export type LogError = (level: 'info' | 'error', message: string, data: Readonly<Record<string, unknown>>) => void;

/** Turns whatever is thrown into our one shape, and logs it under the reference the caller is given. */
export function answerErrors(ports: {
  readonly newErrorRef: () => string;
  readonly log: LogError;
}): middyfy.MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    onError: ({ event, error: thrown }): APIGatewayProxyStructuredResultV2 => {
      const error = asEngineError(thrown);
      const record = toErrorRecord(error, ports.newErrorRef());
      const { method, path } = event.requestContext.http;
      logError(ports.log, error, record, { method, path });
      return jsonResponse(record.status_code, record, headersOf(error));
    },
  };
}

function logError(
  log: LogError,
  error: EngineError,
  record: ErrorRecord,
  request: Readonly<Record<string, unknown>>,
): void {
  const { error_ref, error_label, status_code } = record;
  const told = { error_ref, error_label, status_code, ...request };
  if (status_code < 500) log('info', error.message, told);
  else log('error', error.message, { ...told, stack: stackOf(error) });
}

/** The stacks of an error and of what caused it, outermost first. */
function stackOf(error: unknown): readonly string[] {
  const stacks: string[] = [];
  for (
    let at: unknown = error;
    at !== undefined && stacks.length < 5;
    at = at instanceof Error ? at.cause : undefined
  ) {
    stacks.push(at instanceof Error ? (at.stack ?? String(at)) : `thrown: ${inspect(at)}`);
  }
  return stacks;
}

function headersOf(error: EngineError): Record<string, string> {
  const { retryAfterSeconds, params } = error.details;
  const allow = error.label === 'METHOD_NOT_ALLOWED' ? params?.['allow'] : undefined;
  return {
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    ...(Array.isArray(allow) ? { allow: allow.join(', ') } : {}),
  };
}
