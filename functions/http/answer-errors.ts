import { inspect } from 'node:util';
import type middyfy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { asUnavailable } from '../../shared/adapters/aws/service-away.ts';
import type { EngineError, ErrorRecord } from '../../shared/domain/errors.ts';
import { asEngineError, toErrorRecord } from '../../shared/domain/errors.ts';
import type { Log } from '../../shared/engine/ports.ts';
import { jsonResponse } from './http-response.ts';

export interface ErrorPorts {
  readonly newErrorRef: () => string;
  readonly log: Pick<Log, 'info' | 'error'>;
  /** Epoch ms. */
  readonly now: () => number;
  /** What is known of a request so far. */
  readonly knownOf: (event: APIGatewayProxyEventV2) => KnownOfRequest;
}

/** What the pipeline has found out about a request, for its answer and its line in the log. */
export interface KnownOfRequest {
  /** Headers that go with every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Who called, by uids. */
  readonly caller: { readonly workspace_uid: string; readonly key_uid: string } | null;
}

/** What every line about a request says: the gateway's own log has the source address under the same `request_id`. */
export function loggedOf(event: APIGatewayProxyEventV2, { caller }: KnownOfRequest): Readonly<Record<string, string>> {
  return { request_id: event.requestContext.requestId, ...caller };
}

/** Turns whatever is thrown into our one shape, and logs it under the reference the caller is given. */
export function answerErrors(
  ports: ErrorPorts,
): middyfy.MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    onError: ({ event, error: thrown }): APIGatewayProxyStructuredResultV2 => {
      const error = asEngineError(asUnavailable(thrown));
      const record = toErrorRecord(error, ports.newErrorRef());
      const { method, path } = event.requestContext.http;
      const known = ports.knownOf(event);
      logError(ports.log, error, record, { ...loggedOf(event, known), method, path });
      const headers = { ...known.headers, ...headersOf(error, ports.now()) };
      return jsonResponse(record.status_code, record, headers);
    },
  };
}

/** A caller's own faults are information; faults of ours come with their stacks. */
function logError(
  log: ErrorPorts['log'],
  error: EngineError,
  record: ErrorRecord,
  request: Readonly<Record<string, unknown>>,
): void {
  const { error_ref, error_label: label, status_code } = record;
  const told = { error_ref, label, status_code, ...request };
  if (status_code < 500) log.info(error.message, told);
  else log.error(error.message, { ...told, stack: stackOf(error) });
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

function headersOf(error: EngineError, now: number): Record<string, string> {
  const { params = {} } = error.details;
  const retryAfter = retryAfterSeconds(error, now);
  const { allow, run_uid: runUid } = params;
  return {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(error.label === 'METHOD_NOT_ALLOWED' && Array.isArray(allow) ? { allow: allow.join(', ') } : {}),
    ...(typeof runUid === 'string' ? { 'x-run-uid': runUid } : {}),
  };
}

function retryAfterSeconds(error: EngineError, now: number): number | undefined {
  const { retryAfterSeconds: told, postponedUntil } = error.details;
  if (told !== undefined || postponedUntil === undefined || error.label !== 'LIMIT_REACHED') return told;
  return Math.max(1, Math.ceil((Date.parse(postponedUntil) - now) / 1_000));
}
