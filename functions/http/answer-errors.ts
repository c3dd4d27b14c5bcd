import { inspect } from 'node:util';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { asUnavailable } from '../../shared/aws/service-away.ts';
import type { EngineError, ErrorRecord } from '../../shared/domain/errors.ts';
import { asEngineError, toErrorRecord } from '../../shared/domain/errors.ts';
import type { Log } from '../../shared/engine/ports.ts';
import { loggedOf, type Step } from './api-call.ts';
import { jsonResponse } from './http-response.ts';

export interface ErrorPorts {
  readonly newErrorRef: () => string;
  readonly log: Pick<Log, 'info' | 'error'>;
  /** Epoch ms. */
  readonly now: () => number;
}

/**
 * Answers everything that is thrown in the API's error shape, and logs it with the `error_ref` that the caller gets.
 */
export function answerErrors(ports: ErrorPorts): Step<'event' | 'caller' | 'headers'> {
  return {
    onError: ({ event: call, error: thrown }): APIGatewayProxyStructuredResultV2 => {
      const error = asEngineError(asUnavailable(thrown));
      const record = toErrorRecord(error, ports.newErrorRef());
      const { method, path } = call.event.requestContext.http;
      logError(ports.log, error, record, { ...loggedOf(call), method, path });
      const headers = { ...call.headers, ...headersOf(error, ports.now()) };
      return jsonResponse(record.status_code, record, headers);
    },
  };
}

/** Faults of the caller (4xx) are logged at level info, our own (5xx) at level error with their stacks. */
function logError(
  log: ErrorPorts['log'],
  error: EngineError,
  record: ErrorRecord,
  request: Readonly<Record<string, unknown>>,
): void {
  const { error_ref, error_label: label, status_code } = record;
  const data = { error_ref, label, status_code, ...request };
  if (status_code < 500) log.info(error.message, data);
  else log.error(error.message, { ...data, stack: stackOf(error) });
}

/** The stacks of an error and of its causes (up to five), outermost first. */
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
  const { retryAfterSeconds: given, postponedUntil } = error.details;
  if (given !== undefined || postponedUntil === undefined || error.label !== 'LIMIT_REACHED') return given;
  return Math.max(1, Math.ceil((Date.parse(postponedUntil) - now) / 1_000));
}
