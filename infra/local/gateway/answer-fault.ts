import { errorXml } from '../services/s3/xml.ts';
import type { AwsFault, ServiceName } from '../services/service.ts';

/** An answer ready for the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Content types of the services' protocols (JSON 1.0, JSON 1.1, REST-JSON, REST-XML). */
export const contentTypes: Readonly<Record<ServiceName, string>> = {
  dynamodb: 'application/x-amz-json-1.0',
  sqs: 'application/x-amz-json-1.0',
  secretsmanager: 'application/x-amz-json-1.1',
  logs: 'application/x-amz-json-1.1',
  scheduler: 'application/json',
  s3: 'application/xml',
};

/** Namespaces of `__type`; SDKs read what follows the `#`. */
const namespaces: Readonly<Partial<Record<ServiceName, string>>> = {
  dynamodb: 'com.amazonaws.dynamodb.v20120810#',
  sqs: 'com.amazonaws.sqs#',
};

/** A refusal in the service's own protocol. */
export function answerFault(service: ServiceName, fault: AwsFault, path: string): WireAnswer {
  const { status, code, message } = fault;
  const headers = { 'content-type': contentTypes[service], 'x-amzn-errortype': code };
  if (service === 's3') return { status, headers, body: errorXml(code, message, path) };
  return { status, headers, body: JSON.stringify(faultBody(service, fault)) };
}

/** A refusal as a JSON body, for callers in this process. */
export function faultBody(service: ServiceName, { code, message }: AwsFault): Readonly<Record<string, string>> {
  if (service === 'scheduler') return { Message: message };
  return { __type: `${namespaces[service] ?? ''}${code}`, message };
}

/** How each service refuses a key it does not know. */
const unknownKey: Readonly<Record<ServiceName, readonly [status: number, code: string]>> = {
  dynamodb: [400, 'UnrecognizedClientException'],
  logs: [400, 'UnrecognizedClientException'],
  s3: [403, 'InvalidAccessKeyId'],
  scheduler: [403, 'UnrecognizedClientException'],
  secretsmanager: [400, 'UnrecognizedClientException'],
  sqs: [403, 'InvalidClientTokenId'],
};

/** The refusal of an unknown access key. */
export function unknownKeyFault(service: ServiceName): AwsFault {
  const [status, code] = unknownKey[service];
  return { status, code, message: 'The security token included in the request is invalid.' };
}

/** Status and code of a denied call: 403 in S3, SQS and Scheduler, 400 in the older JSON services. */
export function deniedFault(service: ServiceName, message: string): AwsFault {
  const code = service === 's3' ? 'AccessDenied' : 'AccessDeniedException';
  return { status: service === 's3' || service === 'sqs' || service === 'scheduler' ? 403 : 400, code, message };
}
