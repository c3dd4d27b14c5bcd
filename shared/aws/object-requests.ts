import { addAbortSignal, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import { SignatureV4 } from '@smithy/signature-v4';
import { bucketUrl } from './bucket-url.ts';
import { createRetries } from './sdk-options.ts';
import { settleAll } from '../engine/settle-all.ts';

/** What a client of the SDK has read from its environment: region, credentials, connections. */
export type ClientConfig = Pick<
  DynamoDBClient['config'],
  'credentials' | 'region' | 'requestHandler' | 'sha256' | 'useDualstackEndpoint' | 'useFipsEndpoint'
>;

export interface ObjectPlace {
  readonly config: ClientConfig;
  readonly bucket: string;
  /** A configured endpoint (AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL); absent: AWS's own. */
  readonly endpointUrl?: string | undefined;
}

interface ObjectRequestsOptions extends ObjectPlace {
  /** Time for one attempt, including the answer's body. */
  readonly attemptTimeoutMs?: number;
  readonly maxAttempts?: number;
}

export interface ObjectRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  /** Empty: the request is about the bucket. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** An answer of S3; header names are in lower case. */
interface ObjectAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * S3 refused a request. `name` is S3's error code, such as NoSuchKey or SlowDown (S3 API reference, "Error responses").
 */
export class ObjectRequestError extends Error {
  override readonly name: string;
  /** In the form in which the SDK looks for it to decide on retries. */
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(code: string, status: number, message: string) {
    super(message);
    this.name = code;
    this.$metadata = { httpStatusCode: status };
  }
}

/** A page's body is at most a few MB. */
const ATTEMPT_TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 4;

/**
 * Makes requests for objects of one bucket, with the signer, connections and retries of the SDK. The SDK's S3 client
 * does the same, but adds 165 KB to a bundle for a hundred operations, of which five are needed: `launch`, `live`,
 * `page` and `runs` would have 665 to 700 KB, and a function may have 650. Throws ObjectRequestError, or the network's
 * error.
 */
export function createObjectRequests(
  options: ObjectRequestsOptions,
): (request: ObjectRequest) => Promise<ObjectAnswer> {
  const { config, attemptTimeoutMs = ATTEMPT_TIMEOUT_MS, maxAttempts = MAX_ATTEMPTS } = options;
  const signer = createSigner(config);
  const retries = createRetries(maxAttempts);

  async function attempt(request: ObjectRequest): Promise<ObjectAnswer> {
    const signed = await signer.sign(httpRequest(await findBucket(options), request));
    const abortSignal = AbortSignal.timeout(attemptTimeoutMs);
    try {
      const { response } = await config.requestHandler.handle(signed, { abortSignal });
      const stream: Readable = response.body; // what Node's handler answers with
      const body = await buffer(addAbortSignal(abortSignal, stream));
      if (response.statusCode >= 300) throw refusalOf(response.statusCode, body.toString(), request);
      return { headers: response.headers, body };
    } catch (cause) {
      if (!abortSignal.aborted) throw cause;
      const message = `S3 did not answer ${request.method} ${request.key} within ${attemptTimeoutMs} ms.`;
      throw Object.assign(new Error(message, { cause }), { name: 'TimeoutError' });
    }
  }

  return async (request) => {
    let token = await retries.acquireInitialRetryToken('');
    for (;;) {
      try {
        const answer = await attempt(request);
        retries.recordSuccess(token);
        return answer;
      } catch (error) {
        const errorType = retryTypeOf(error);
        if (errorType === null) throw error;
        // Waits, then gives the next attempt's token. Rejects if the attempts or the process's retry budget are used
        // up.
        token = await retries
          .refreshRetryTokenForRetry(token, { errorType, error: error as SdkError })
          .catch(() => Promise.reject(error));
      }
    }
  };
}

/** A signer for S3, whose paths, unlike those of other services, are not encoded twice. */
export function createSigner({ credentials, region, sha256 }: ClientConfig): SignatureV4 {
  return new SignatureV4({ service: 's3', region, credentials, sha256, uriEscapePath: false });
}

/** The URL of the bucket. */
export async function findBucket({ config, bucket, endpointUrl }: ObjectPlace): Promise<URL> {
  const [region, useFips, useDualstack] = await settleAll([
    config.region(),
    config.useFipsEndpoint(),
    config.useDualstackEndpoint(),
  ]);
  return bucketUrl({ bucket, region, useFips, useDualstack, endpointUrl });
}

/** The request in the form that the signer takes. */
export function httpRequest(place: URL, { method, key, query = {}, headers, body }: ObjectRequest) {
  return {
    method,
    protocol: place.protocol,
    hostname: place.hostname,
    ...(place.port === '' ? {} : { port: Number(place.port) }),
    path: place.pathname + key.split('/').map(encodeSegment).join('/'),
    query: { ...query },
    headers: { ...headers, host: place.host, ...(body === undefined ? {} : { 'content-length': `${body.length}` }) },
    ...(body === undefined ? {} : { body }),
  };
}

/**
 * Encodes all but the unreserved characters of RFC 3986, as SigV4 requires for paths (IAM, "Create a signed request").
 */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function refusalOf(status: number, xml: string, { method, key }: ObjectRequest): ObjectRequestError {
  const code = /<Code>([^<]+)<\/Code>/.exec(xml)?.[1] ?? 'UnknownError';
  const reason = /<Message>([^<]*)<\/Message>/.exec(xml)?.[1] ?? '';
  return new ObjectRequestError(code, status, `S3 refused ${method} ${key} with ${status} ${code}. ${reason}`.trim());
}

type SdkError = Parameters<typeof isTransientError>[0];

function retryTypeOf(error: unknown): 'THROTTLING' | 'TRANSIENT' | null {
  if (!(error instanceof Error)) return null;
  const sdkError = error as SdkError; // cast: an Error whose extra fields may be absent
  if (isThrottlingError(sdkError)) return 'THROTTLING';
  return isTransientError(sdkError) ? 'TRANSIENT' : null;
}
