import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline as flow } from 'node:stream/promises';
import { answerFault, deniedFault } from './answer-fault.ts';
import { unavailable, countCall, faultOf, refuseCall, type CallPipeline } from './call-pipeline.ts';
import type { CallHead } from './read-call.ts';
import { corsHeaders, preflight } from '../services/s3/cors.ts';
import type { S3Answer } from '../services/s3/request.ts';
import type { AwsFault } from '../services/service.ts';

/** One S3 request, from IAM to the last byte; bodies stream both ways. */
export async function serveS3(
  pipeline: CallPipeline,
  head: CallHead,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const rules = pipeline.options.services.s3?.corsRulesOf(bucketOf(head)) ?? [];
  const answer = await performS3(pipeline, head, request).catch((error: unknown): S3Answer => {
    if (request.errored !== null) throw error; // The caller hung up: nobody reads an answer.
    return answerFault('s3', hideMissing(pipeline, head, faultOf(pipeline, head, error)), head.path);
  });
  request.resume();
  const shared = head.method === 'OPTIONS' ? {} : corsHeaders(rules, head.headers, head.method);
  response.writeHead(answer.status, { 'x-amz-request-id': 'local', ...shared, ...answer.headers });
  if (head.method === 'HEAD' || answer.body === '') response.end();
  else if (typeof answer.body === 'string') response.end(answer.body);
  else await flow(answer.body, response);
}

async function performS3(pipeline: CallPipeline, head: CallHead, request: IncomingMessage): Promise<S3Answer> {
  const { s3 } = pipeline.options.services;
  // A browser asks this without a signature, before it sends what is signed.
  if (head.method === 'OPTIONS') return preflight(s3?.corsRulesOf(bucketOf(head)) ?? [], head.headers);
  const fault = await refuseCall(pipeline, head, {});
  if (fault !== undefined) return answerFault('s3', fault, head.path);
  if (s3 === undefined) throw unavailable('s3');
  const [bucket = '', ...rest] = head.path.slice(1).split('/');
  return await countCall(pipeline, head, () =>
    s3.handle({
      ...head,
      bucket,
      key: decodeURIComponent(rest.join('/')),
      rawPath: head.path,
      body: request,
      secretKey: pipeline.options.principals.get(head.accessKeyId)?.secretAccessKey,
    }),
  );
}

function bucketOf({ path }: Pick<CallHead, 'path'>): string {
  return path.split('/')[1] ?? '';
}

/** For a caller that may not list the bucket, S3 answers 403 where a key is missing (S3 API reference, GetObject). */
function hideMissing(
  { authorizer, options }: CallPipeline,
  { accessKeyId, path }: CallHead,
  fault: AwsFault,
): AwsFault {
  const principal = options.principals.get(accessKeyId);
  if (fault.code !== 'NoSuchKey' || principal === undefined) return fault;
  const resource = `arn:aws:s3:::${bucketOf({ path })}`;
  const need = { action: 's3:ListBucket', resource, conditionKeys: {} };
  return authorizer.isAllowed(accessKeyId, principal, need) ? fault : deniedFault('s3', 'Access Denied');
}
