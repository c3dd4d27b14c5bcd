import {
  type CORSRule,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
  type LifecycleRule,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { partition } from '@aws-sdk/core/client';
import { CORS, daysKept } from '../constructs/state-plan.ts';
import type { StageSettings } from '../settings.ts';
import type { StateCheck } from './state-check.ts';

const CLOSED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
} as const;

export function checksOfBucket(
  s3: S3Client,
  name: string,
  {
    settings,
    region,
    origins,
  }: { readonly settings: StageSettings; readonly region: string; readonly origins: readonly string[] },
): readonly StateCheck[] {
  const bucket = { Bucket: name };
  const rules = async (): Promise<readonly LifecycleRule[]> =>
    (await unlessAbsent(s3.send(new GetBucketLifecycleConfigurationCommand(bucket))))?.Rules ?? [];
  const corsRules = async (): Promise<readonly CORSRule[]> =>
    (await unlessAbsent(s3.send(new GetBucketCorsCommand(bucket))))?.CORSRules ?? [];
  const policy = async (): Promise<string | undefined> =>
    (await unlessAbsent(s3.send(new GetBucketPolicyCommand(bucket))))?.Policy;
  const wantedRules = Object.entries(daysKept(settings)).map(
    ([prefix, days]): LifecycleRule & { readonly ID: string } => ({
      ID: prefix,
      Filter: { Prefix: `${prefix}/` },
      Status: 'Enabled',
      Expiration: { Days: days },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    }),
  );
  return [
    {
      what: 'it is closed to the public',
      async findFault() {
        const found = await unlessAbsent(s3.send(new GetPublicAccessBlockCommand(bucket)));
        const isClosed = Object.keys(CLOSED).every(
          (key) => Object(found?.PublicAccessBlockConfiguration)[key] === true,
        );
        return isClosed ? null : 'a policy or an ACL could open it';
      },
      set: () => s3.send(new PutPublicAccessBlockCommand({ ...bucket, PublicAccessBlockConfiguration: CLOSED })),
    },
    {
      what: 'it refuses requests without TLS',
      findFault: async () => ((await policy())?.includes('aws:SecureTransport') === true ? null : 'it does not'),
      async set() {
        if ((await policy()) !== undefined)
          throw new Error('it has a policy of yours: add a Deny for aws:SecureTransport');
        const Policy = JSON.stringify(tlsOnly(`arn:${partition(region).name}:s3:::${name}`));
        await s3.send(new PutBucketPolicyCommand({ ...bucket, Policy }));
      },
    },
    {
      what: 'its objects expire',
      async findFault() {
        const found = await rules();
        const absent = wantedRules.filter((wanted) => !found.some((rule) => isSameRule(rule, wanted)));
        return absent.length === 0 ? null : `not those under ${absent.map(({ ID }) => `${ID}/`).join(', ')}`;
      },
      async set() {
        const others = (await rules()).filter(({ ID = '' }) => !wantedRules.some((rule) => rule.ID === ID));
        const Rules = [...others, ...wantedRules];
        await s3.send(new PutBucketLifecycleConfigurationCommand({ ...bucket, LifecycleConfiguration: { Rules } }));
      },
    },
    {
      what: `pages of ${origins.join(', ')} may put uploads and get objects`,
      async findFault() {
        const mayCall = (await corsRules()).some(
          ({ AllowedOrigins = [], AllowedMethods = [] }) =>
            origins.every((origin) => AllowedOrigins.includes(origin)) &&
            CORS.methods.every((method) => AllowedMethods.includes(method)),
        );
        return mayCall ? null : 'they may not';
      },
      async set() {
        const rule = {
          AllowedOrigins: [...origins],
          AllowedMethods: [...CORS.methods],
          AllowedHeaders: [...CORS.headers],
          MaxAgeSeconds: CORS.maxAgeSeconds,
        };
        await s3.send(new PutBucketCorsCommand({ ...bucket, CORSConfiguration: { CORSRules: [rule] } }));
      },
    },
  ];
}

function isSameRule(found: LifecycleRule, wanted: LifecycleRule): boolean {
  const prefix = found.Filter?.Prefix ?? found.Prefix;
  return (
    found.Status === 'Enabled' && prefix === wanted.Filter?.Prefix && found.Expiration?.Days === wanted.Expiration?.Days
  );
}

function tlsOnly(arn: string) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  };
}

/** S3 answers with an error where a bucket has none of what is asked for. */
async function unlessAbsent<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && ABSENT.has(error.name)) return undefined;
    throw error;
  }
}
const ABSENT: ReadonlySet<string> = new Set([
  'NoSuchLifecycleConfiguration',
  'NoSuchCORSConfiguration',
  'NoSuchBucketPolicy',
  'NoSuchPublicAccessBlockConfiguration',
]);
