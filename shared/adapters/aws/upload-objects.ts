import { readSpan } from '../../domain/read-span.ts';
import type { Upload } from '../../domain/upload.ts';
import type { UploadInputs, UploadObjects, UploadTickets } from '../../engine/launch/upload-ports.ts';
import type { EndpointEnv } from './large-objects.ts';
import {
  type ClientConfig,
  createObjectRequests,
  createSigner,
  findBucket,
  httpRequest,
  ObjectRequestError,
} from './object-requests.ts';

/** 4 MB at a time: over a slow connection too. */
const ATTEMPT_TIMEOUT_MS = 30_000;

/** S3 answers 403 for a missing key to who may not list the bucket (S3 API reference, HeadObject). */
const NOT_THERE = [403, 404];

/** The key of a workspace's upload; the bucket's lifecycle knows its prefix. */
function keyOf({ workspaceUid, uid }: Pick<Upload, 'workspaceUid' | 'uid'>): string {
  return `uploads/${workspaceUid}/${uid}`;
}

/** Uploads in the stage's bucket; `config` is that of any client of the SDK. */
export function createUploadObjects(config: ClientConfig, bucket: string, env: EndpointEnv): UploadObjects {
  const endpointUrl = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  const request = createObjectRequests({ config, bucket, endpointUrl, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS });
  return {
    async findObject(upload) {
      try {
        const { headers } = await request({ method: 'HEAD', key: keyOf(upload) });
        return { etag: headers['etag'] ?? '', bytes: Number(headers['content-length']) };
      } catch (error) {
        if (error instanceof ObjectRequestError && NOT_THERE.includes(error.$metadata.httpStatusCode)) return null;
        throw error;
      }
    },

    async readBytes(workspaceUid, { uid, etag }, from, count) {
      const { body } = await request({
        method: 'GET',
        key: keyOf({ workspaceUid, uid }),
        headers: { 'if-match': etag, range: `bytes=${from}-${from + count - 1}` },
      });
      return body;
    },
  };
}

/** The inputs of uploads. Apart from the stores, so that functions that read none are bundled without a line's parser. */
export function createUploadInputs(objects: Pick<UploadObjects, 'readBytes'>): UploadInputs {
  return {
    async readSpan(workspaceUid, upload, span) {
      return readSpan(span, await objects.readBytes(workspaceUid, upload, span.offset, span.bytes));
    },
  };
}

/**
 * Presigned PUTs. `If-None-Match: *` is among what is signed, so that a key is written once (S3 user guide, "Conditional
 * writes"). How long the body may be cannot be bounded so; whoever reads it looks at its size.
 */
export function createUploadTickets(config: ClientConfig, bucket: string, env: EndpointEnv): UploadTickets {
  const place = { config, bucket, endpointUrl: env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL };
  const signer = createSigner(config);
  const headers = { 'If-None-Match': '*' };
  return {
    async writeTicket(upload, seconds) {
      const bucketUrl = await findBucket(place);
      const request = httpRequest(bucketUrl, {
        method: 'PUT',
        key: keyOf(upload),
        headers: { 'if-none-match': headers['If-None-Match'], 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
      });
      const signed = await signer.presign(request, { expiresIn: seconds, signingDate: new Date(upload.createdAt) });
      const query = Object.entries(signed.query ?? {}).map(
        ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
      );
      return { url: `${bucketUrl.origin}${request.path}?${query.join('&')}`, headers };
    },
  };
}
