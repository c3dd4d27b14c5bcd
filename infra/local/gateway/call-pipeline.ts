import { LOCAL_ACCOUNT } from '../account.ts';
import { createAuthorizer, type Authorizer, type Principal } from '../iam/authorizer.ts';
import { needsOf } from '../iam/needs.ts';
import type { Need } from '../iam/need.ts';
import { deniedFault, faultBody, unknownKeyFault } from './answer-fault.ts';
import { createCallMeter, type CallMeter } from './call-meter.ts';
import { handleMetered } from './dynamodb-capacity.ts';
import type { CallHead } from './read-call.ts';
import type { S3 } from '../services/s3.ts';
import { AwsServiceError } from '../services/service.ts';
import type { AwsFault, RestService, ServiceAnswer, ServiceName, TargetService } from '../services/service.ts';

/** A call that IAM allows. */
export interface AllowedCall extends CallHead {
  readonly principal: Principal;
  /** The JSON body; `{}` for S3. */
  readonly input: unknown;
}

interface GatewayServices {
  readonly dynamodb?: TargetService;
  readonly sqs?: TargetService;
  readonly secretsmanager?: TargetService;
  readonly scheduler?: RestService;
  readonly s3?: S3;
}

export interface GatewayOptions {
  readonly services: GatewayServices;
  /** By access key id; looked up at each call, so entries may be added later. */
  readonly principals: ReadonlyMap<string, Principal>;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly account?: string;
  /** Of calls in process; over HTTP the credential scope names it. */
  readonly region?: string;
  /** The partition key of a table or index, for `dynamodb:LeadingKeys`. */
  readonly partitionKeyOf?: (table: string, index: string | undefined) => string | undefined;
  /** For faults and throttling: an answer from here replaces the service's. */
  readonly intercept?: (call: AllowedCall) => AwsFault | undefined | Promise<AwsFault | undefined>;
  /** Gets warnings, each once: unknown operations and conditions, bugs of a stand-in. */
  readonly log?: (message: string) => void;
}

/** What every call goes through: principals, IAM, faults, meter. */
export interface CallPipeline {
  readonly options: GatewayOptions;
  readonly account: string;
  readonly authorizer: Authorizer;
  readonly meter: CallMeter;
  readonly log: (message: string) => void;
  readonly closing: AbortController;
  /** Callers over HTTP that wait for an answer: a long poll ends when its caller hangs up, or the gateway closes. */
  readonly callers: Set<AbortController>;
  baseUrl: string;
}

/** `baseUrl` is known only once the port is. */
export function createCallPipeline(options: GatewayOptions): CallPipeline {
  const { account = LOCAL_ACCOUNT, log = () => undefined } = options;
  const authorizer = createAuthorizer(account, log);
  const closing = new AbortController();
  const meter = createCallMeter();
  return { options, account, authorizer, meter, log, closing, callers: new Set(), baseUrl: '' };
}

/** The reason to refuse a call; undefined where IAM allows it and no fault is injected. */
export async function refuseCall(
  pipeline: CallPipeline,
  head: CallHead,
  input: unknown,
): Promise<AwsFault | undefined> {
  const { options, account, authorizer, meter } = pipeline;
  const { service, operation, accessKeyId } = head;
  const principal = options.principals.get(accessKeyId);
  if (principal === undefined) return unknownKeyFault(service);
  const needs = needsOf(service, operation, input, {
    ...head,
    account,
    partitionKeyOf: options.partitionKeyOf ?? (() => undefined),
  });
  if (needs === undefined) pipeline.log(`gateway: unknown operation ${service}:${operation} by ${principal.session}`);
  const refusal =
    needs === undefined
      ? `${service}:${operation} is not known to the local runtime`
      : authorizer.refusal(accessKeyId, principal, needs, globalKeys(pipeline, head, principal));
  if (refusal !== undefined) {
    meter.count({ principal: principal.session, service, operation }, 'denied');
    return deniedFault(service, refusal);
  }
  const fault = await options.intercept?.({ ...head, principal, input });
  if (fault !== undefined) meter.count({ principal: principal.session, service, operation }, 'failed');
  return fault;
}

/** Condition keys of every request. Plain HTTP counts as secure transport, because on AWS every call is HTTPS. */
function globalKeys({ account }: CallPipeline, { region }: CallHead, { role }: Principal): Need['conditionKeys'] {
  return {
    'aws:PrincipalAccount': [account],
    'aws:PrincipalArn': [`arn:aws:iam::${account}:role/${role}`],
    'aws:RequestedRegion': [region],
    'aws:ResourceAccount': [account],
    'aws:SecureTransport': ['true'],
  };
}

/** Counts an allowed call by its outcome. */
export async function countCall<T extends { readonly status: number; readonly capacity?: ServiceAnswer['capacity'] }>(
  pipeline: CallPipeline,
  { accessKeyId, service, operation }: CallHead,
  run: () => Promise<T>,
): Promise<T> {
  const principal = pipeline.options.principals.get(accessKeyId)?.session ?? accessKeyId;
  try {
    const answer = await run();
    pipeline.meter.count({ principal, service, operation }, answer.status < 400 ? 'done' : 'failed', answer.capacity);
    return answer;
  } catch (error) {
    pipeline.meter.count({ principal, service, operation }, 'failed');
    throw error;
  }
}

/** One call of a JSON service, from IAM to answer. A refusal is an answer too. */
export async function performCall(
  pipeline: CallPipeline,
  head: CallHead,
  input: unknown,
  signal: AbortSignal,
): Promise<ServiceAnswer> {
  const { service } = head;
  const answerOf = (fault: AwsFault): ServiceAnswer => ({
    status: fault.status,
    headers: { 'x-amzn-errortype': fault.code },
    body: faultBody(service, fault),
  });
  try {
    const fault = await refuseCall(pipeline, head, input);
    if (fault !== undefined) return answerOf(fault);
    return await countCall(pipeline, head, () => dispatch(pipeline, head, input, signal));
  } catch (error) {
    return answerOf(faultOf(pipeline, head, error));
  }
}

/**
 * The refusal that an error carries; any other error is a bug of a stand-in: it is logged and becomes InternalFailure.
 */
export function faultOf(pipeline: CallPipeline, { service, operation }: CallHead, error: unknown): AwsFault {
  if (error instanceof AwsServiceError) return error.fault;
  pipeline.log(`gateway: ${service}:${operation} failed inside its stand-in: ${String(error)}`);
  return {
    status: 500,
    code: 'InternalFailure',
    message: 'The request failed inside the local stand-in; see its log.',
  };
}

async function dispatch(
  { options: { services }, baseUrl }: CallPipeline,
  { service, operation, method, path, search, headers }: CallHead,
  input: unknown,
  signal: AbortSignal,
): Promise<ServiceAnswer> {
  const trace = headers['x-amzn-trace-id'];
  const context = { baseUrl, signal, traceHeader: typeof trace === 'string' ? trace : null };
  if (service === 'dynamodb' && services.dynamodb !== undefined) {
    return await handleMetered(services.dynamodb, operation, input, context);
  }
  if (service === 'scheduler' && services.scheduler !== undefined) {
    const request = { method, path, query: search, body: JSON.stringify(input) };
    const answer = await services.scheduler.handle(request);
    return { status: answer.status, body: JSON.parse(answer.body) };
  }
  const target = service === 'sqs' || service === 'secretsmanager' ? services[service] : undefined;
  if (target === undefined) throw unavailable(service);
  return await target.handle(operation, input, context);
}

/** The refusal of a service that is not running here. */
export function unavailable(service: ServiceName): AwsServiceError {
  return new AwsServiceError('ServiceUnavailable', `This local runtime has no ${service}`, 503);
}
