import { partition } from '@aws-sdk/core/client';

/** What decides where a bucket is reached. */
interface BucketPlace {
  readonly bucket: string;
  readonly region: string;
  readonly useFips: boolean;
  readonly useDualstack: boolean;
  /** A configured endpoint (AWS_ENDPOINT_URL); absent for AWS's own. */
  readonly endpointUrl?: string | undefined;
}

/** A bucket that can stand as one label of a host name, as those CloudFormation names can (Amazon S3, "Bucket naming rules"). */
const HOST_LABEL = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/**
 * Where a bucket is reached: by host name in AWS, by path at a configured endpoint. The domain of each partition is the
 * SDK's; a test holds the rest to the SDK's own endpoint rules (19 KB) in every region. Throws for any other bucket name.
 */
export function bucketUrl({ bucket, region, useFips, useDualstack, endpointUrl }: BucketPlace): URL {
  if (!HOST_LABEL.test(bucket)) throw new Error(`The bucket name ${bucket} is not one label of a host name.`);
  if (endpointUrl !== undefined) return new URL(`${endpointUrl.replace(/\/$/, '')}/${bucket}/`);
  const { dnsSuffix } = partition(region);
  const service = `s3${useFips ? '-fips' : ''}${useDualstack ? '.dualstack' : ''}`;
  return new URL(`https://${bucket}.${service}.${region}.${dnsSuffix}/`);
}
