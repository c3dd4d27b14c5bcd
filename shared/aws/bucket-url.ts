import { partition } from '@aws-sdk/core/client';

/** What the URL of a bucket depends on. */
interface BucketPlace {
  readonly bucket: string;
  readonly region: string;
  readonly useFips: boolean;
  readonly useDualstack: boolean;
  /** A configured endpoint (AWS_ENDPOINT_URL); absent for AWS's own. */
  readonly endpointUrl?: string | undefined;
}

/**
 * A bucket name that is one label of a host name: those that CloudFormation makes are (Amazon S3, "Bucket naming
 * rules").
 */
const HOST_LABEL = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/**
 * The URL of a bucket: by host name in AWS, by path at a configured endpoint. The domain of each partition comes from
 * the SDK. The rest is written here because the SDK's endpoint rules are 19 KB; a test compares both in every region.
 * Throws for a bucket name that is not one label of a host name.
 */
export function bucketUrl({ bucket, region, useFips, useDualstack, endpointUrl }: BucketPlace): URL {
  if (!HOST_LABEL.test(bucket)) throw new Error(`The bucket name ${bucket} is not one label of a host name.`);
  if (endpointUrl !== undefined) return new URL(`${endpointUrl.replace(/\/$/, '')}/${bucket}/`);
  const { dnsSuffix } = partition(region);
  const service = `s3${useFips ? '-fips' : ''}${useDualstack ? '.dualstack' : ''}`;
  return new URL(`https://${bucket}.${service}.${region}.${dnsSuffix}/`);
}
