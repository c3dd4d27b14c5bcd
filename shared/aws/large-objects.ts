import type { LargeObjects } from '../storage/progress-store.ts';
import { type ClientConfig, createObjectRequests } from './object-requests.ts';

/** Variables by which the SDK's endpoint of S3 is configured (AWS SDKs and Tools, "Service-specific endpoints"). */
export interface EndpointEnv {
  readonly AWS_ENDPOINT_URL_S3?: string | undefined;
  readonly AWS_ENDPOINT_URL?: string | undefined;
}

/** Pages and inputs that are too large for the table, in the stage's bucket. `config`: of any client of the SDK. */
export function createLargeObjects(config: ClientConfig, bucket: string, env: EndpointEnv): LargeObjects {
  const endpointUrl = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  const request = createObjectRequests({ config, bucket, endpointUrl });
  return {
    async put(key, bytes) {
      await request({ method: 'PUT', key, body: bytes });
    },
    get: async (key) => (await request({ method: 'GET', key })).body,
  };
}
