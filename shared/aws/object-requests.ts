import { addAbortSignal, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import { SignatureV4 } from '@smithy/signature-v4';
import { bucketUrl } from './bucket-url.ts';
import { createRetries } from './sdk-options.ts';
import { settleAll } from '../engine/settle-all.ts';

/** What a client of the SDK has settled from its environment: region, credentials, connections. */
export type ClientConfig = Pick<
  DynamoDBClient['config'],
  'credentials' | 'region' | 'requestHandler' | 'sha256' | 'useDualstackEndpoint' | 'useFipsEndpoint'
>;

export interface ObjectPlace {
  readonly config: ClientConfig;
  readonly bucket: string;
  /** A configured endpoint (AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL); absent for AWS's own. */
  readonly endpointUrl?: string | undefined;
}

interface ObjectRequestsOptions extends ObjectPlace {
  /** Time for one attempt, the answer's body included. */
  readonly attemptTimeoutMs?: number;
  readonly maxAttempts?: number;
}

export interface ObjectRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly key: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** What S3 answered; header names are in lower case. */
interface ObjectAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What S3 refused: `name` is its own code, as NoSuchKey or SlowDown (Amazon S3 API reference, "Error responses"). */
export class ObjectRequestError extends Error {
  override readonly name: string;
  /** In the shape by which the SDK tells what to try again. */
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
 * Requests for one bucket's objects over the SDK's own signer, connections and retries. Its S3 client does the same and
 * adds 165 KB to a bundle, for a hundred operations of which three are wanted: with it `launch`, `live`, `page` and
 * `runs` have 665 to 700 KB, where a function may have 650. Throws ObjectRequestError, or what the network threw.
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
        // Waits, then gives the next attempt's token; refuses when attempts or the container's own budget are spent.
        token = await retries
          .refreshRetryTokenForRetry(token, { errorType, error: error as SdkError })
          .catch(() => Promise.reject(error));
      }
    }
  };
}

/** Signs requests of S3, whose paths are not encoded twice. */
export function createSigner({ credentials, region, sha256 }: ClientConfig): SignatureV4 {
  return new SignatureV4({ service: 's3', region, credentials, sha256, uriEscapePath: false });
}

/** Where the bucket is reached. */
export async function findBucket({ config, bucket, endpointUrl }: ObjectPlace): Promise<URL> {
  const [region, useFips, useDualstack] = await settleAll([
    config.region(),
    config.useFipsEndpoint(),
    config.useDualstackEndpoint(),
  ]);
  return bucketUrl({ bucket, region, useFips, useDualstack, endpointUrl });
}

/** The request as the signer takes it. */
export function httpRequest(place: URL, { method, key, headers, body }: ObjectRequest) {
  return {
    method,
    protocol: place.protocol,
    hostname: place.hostname,
    ...(place.port === '' ? {} : { port: Number(place.port) }),
    path: place.pathname + key.split('/').map(encodeSegment).join('/'),
    query: {},
    headers: { ...headers, host: place.host, ...(body === undefined ? {} : { 'content-length': `${body.length}` }) },
    ...(body === undefined ? {} : { body }),
  };
}

/** All but RFC 3986's unreserved characters, as SigV4 wants paths of S3 encoded (IAM, "Create a signed request"). */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function refusalOf(status: number, xml: string, { method, key }: ObjectRequest): ObjectRequestError {
  const code = /<Code>([^<]+)<\/Code>/.exec(xml)?.[1] ?? 'UnknownError';
  const said = /<Message>([^<]*)<\/Message>/.exec(xml)?.[1] ?? '';
  return new ObjectRequestError(code, status, `S3 refused ${method} ${key} with ${status} ${code}. ${said}`.trim());
}

type SdkError = Parameters<typeof isTransientError>[0];

function retryTypeOf(error: unknown): 'THROTTLING' | 'TRANSIENT' | null {
  if (!(error instanceof Error)) return null;
  const sdkError = error as SdkError; // cast: an Error whose extra fields may be absent
  if (isThrottlingError(sdkError)) return 'THROTTLING';
  return isTransientError(sdkError) ? 'TRANSIENT' : null;
}
