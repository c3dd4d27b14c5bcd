import type { Upload } from '../domain/upload.ts';
import type { UploadObjects, UploadTickets } from '../engine/launch/upload-ports.ts';
import { unzip } from '../process/unzip.ts';
import type { EndpointEnv } from './large-objects.ts';
import {
  type ClientConfig,
  createObjectRequests,
  createSigner,
  findBucket,
  httpRequest,
  ObjectRequestError,
} from './object-requests.ts';

/** Time for 4 MB over a slow connection. */
const ATTEMPT_TIMEOUT_MS = 30_000;

/** S3 answers 403 for a missing key if the caller may not list the bucket (S3 API reference, HeadObject). */
const NOT_THERE = [403, 404];

type Named = Pick<Upload, 'workspaceUid' | 'uid'>;

/** Key under which a caller puts an upload. The bucket's lifecycle deletes objects with this prefix after a day. */
export function incomingKey({ workspaceUid, uid }: Named): string {
  return `incoming/${workspaceUid}/${uid}`;
}

/** Key under which a launched upload is kept until its inputs are read, however late that is. */
export function keptKey({ workspaceUid, uid }: Named): string {
  return `uploads/${workspaceUid}/${uid}`;
}

/** Uploads in the stage's bucket. `config`: of any client of the SDK. */
export function createUploadObjects(config: ClientConfig, bucket: string, env: EndpointEnv): UploadObjects {
  const endpointUrl = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  const request = createObjectRequests({ config, bucket, endpointUrl, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS });
  return {
    async findObject(upload) {
      try {
        const { headers } = await request({ method: 'HEAD', key: incomingKey(upload) });
        return { etag: headers['etag'] ?? '', bytes: Number(headers['content-length']) };
      } catch (error) {
        if (error instanceof ObjectRequestError && NOT_THERE.includes(error.$metadata.httpStatusCode)) return null;
        throw error;
      }
    },

    async keepObject(workspaceUid, { uid, etag }) {
      const source = `/${bucket}/${incomingKey({ workspaceUid, uid })}`;
      await request({
        method: 'PUT',
        key: keptKey({ workspaceUid, uid }),
        headers: { 'x-amz-copy-source': source, 'x-amz-copy-source-if-match': etag },
      });
    },

    async readBytes(workspaceUid, { uid, etag }, from, count) {
      const range = `bytes=${from}-${from + count - 1}`;
      const headers = { 'if-match': etag, range };
      return (await request({ method: 'GET', key: keptKey({ workspaceUid, uid }), headers })).body;
    },

    unzip,
  };
}

/**
 * Presigned PUTs. The signature covers `If-None-Match: *`, so that a key can be written only once (S3 user guide,
 * "Conditional writes"), and the length of the body if the caller gave it: S3 then refuses any other. Without it S3
 * does not limit the size; the launch checks it.
 */
export function createUploadTickets(config: ClientConfig, bucket: string, env: EndpointEnv): UploadTickets {
  const place = { config, bucket, endpointUrl: env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL };
  const signer = createSigner(config);
  const headers = { 'If-None-Match': '*' };
  return {
    async writeTicket(upload, seconds, contentLength) {
      const length = contentLength === null ? {} : { 'Content-Length': String(contentLength) };
      const bucketUrl = await findBucket(place);
      const request = httpRequest(bucketUrl, {
        method: 'PUT',
        key: incomingKey(upload),
        headers: {
          'if-none-match': headers['If-None-Match'],
          'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
          ...(contentLength === null ? {} : { 'content-length': String(contentLength) }),
        },
      });
      const signed = await signer.presign(request, { expiresIn: seconds, signingDate: new Date(upload.createdAt) });
      const query = Object.entries(signed.query ?? {}).map(
        ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
      );
      return { url: `${bucketUrl.origin}${request.path}?${query.join('&')}`, headers: { ...headers, ...length } };
    },
  };
}
