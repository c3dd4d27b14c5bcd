import type { IncomingMessage } from 'node:http';
import { isServiceName, type AwsFault, type ServiceName } from '../services/service.ts';

/** What is known of an AWS request before its body is read. */
export interface CallHead {
  readonly service: ServiceName;
  readonly operation: string;
  readonly accessKeyId: string;
  readonly region: string;
  readonly method: string;
  /** As sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The query as sent, without its question mark. */
  readonly search: string;
  readonly headers: IncomingMessage['headers'];
}

/** Subresources of S3 that the stand-in lacks: a request that names one must not pass for the plain operation. */
const s3Subresources =
  /^(acl|attributes|cors|delete|lifecycle|partNumber|policy|retention|tagging|uploadId|uploads|versionId|versioning|versions)$/;

/** Service and key from the SigV4 credential scope (header, or query when presigned), operation from target or path. */
export function readCallHead(request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): CallHead | AwsFault {
  const { method = 'GET', url = '/', headers } = request;
  const [path = '/', search = ''] = url.split(/\?(.*)/s, 2);
  const query = search === '' ? {} : Object.fromEntries(new URLSearchParams(search));
  const header = /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1];
  const scope = (header ?? query['X-Amz-Credential'] ?? '').split('/');
  const [accessKeyId = '', , region = '', service = ''] = scope.slice(-5);
  if (scope.length < 5) {
    const message = 'Request is missing Authentication Token';
    return { status: 403, code: 'MissingAuthenticationTokenException', message };
  }
  if (!isServiceName(service)) {
    return {
      status: 400,
      code: 'UnknownServiceException',
      message: `There is no stand-in for the service "${service}"`,
    };
  }
  if (!isDecodable(path))
    return { status: 400, code: 'InvalidURI', message: `The path ${path} is not percent-encoded text` };
  const parts = { service, accessKeyId, region, method, path, query, search, headers };
  return { ...parts, operation: operationOf(service, parts) };
}

function isDecodable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== '';
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

function operationOf(service: ServiceName, head: Omit<CallHead, 'operation' | 'service'>): string {
  if (service === 's3') return s3Operation(head);
  if (service === 'scheduler') return schedulerOperation(head);
  const target = String(head.headers['x-amz-target'] ?? '');
  return target.slice(target.lastIndexOf('.') + 1);
}

function s3Operation({
  method,
  path,
  query,
  headers,
}: Pick<CallHead, 'method' | 'path' | 'query' | 'headers'>): string {
  const subresource = Object.keys(query).find((name) => s3Subresources.test(name));
  if (subresource !== undefined) return `${method}:${subresource}`;
  const isObject = /^\/[^/]+\/./.test(path);
  if (isObject && method === 'PUT') return headers['x-amz-copy-source'] === undefined ? 'PutObject' : 'CopyObject';
  if (isObject) return { GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' }[method] ?? method;
  if (method === 'GET' && query['list-type'] === '2') return 'ListObjectsV2';
  return method === 'HEAD' ? 'HeadBucket' : `${method}:bucket`;
}

/** EventBridge Scheduler's REST paths (API reference): `/schedules/{Name}` and `/schedule-groups/{Name}`. */
function schedulerOperation({ method, path }: Pick<CallHead, 'method' | 'path'>): string {
  const [, kind = '', name = '', rest] = path.split('/');
  const noun = { schedules: 'Schedule', 'schedule-groups': 'ScheduleGroup' }[kind];
  const verb = { POST: 'Create', GET: 'Get', PUT: 'Update', DELETE: 'Delete' }[method];
  if (noun === undefined || verb === undefined || rest !== undefined) return `${method}:${kind}`;
  if (name !== '') return `${verb}${noun}`;
  return method === 'GET' ? `List${noun}s` : `${method}:${kind}`;
}
