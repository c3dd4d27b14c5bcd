import { CfnResource, Duration, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, HttpMethods, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { LONGEST_LIFE_DAYS, LONGEST_POSTPONE_DAYS } from '../../shared/domain/timing.ts';
import { LIST_INDEX_ATTRIBUTES } from '../../shared/api/list-index.ts';
import type { Grant, TableOperation } from '../../shared/functions.ts';
import type { StageSettings } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';

/** The index that lists runs, schedules and callbacks of a workspace. */
const LIST_INDEX = 'list';

/**
 * Partitions that no function may write without one of the grants named; read by those with one of the grants named, or
 * by all. The owner's command line may write them all.
 */
const OWNED_PARTITIONS: readonly {
  readonly partition: string;
  readonly readBy: readonly Grant[] | 'all';
  readonly writtenBy: readonly Grant[];
}[] = [
  { partition: 'KEY#*', readBy: ['answerCalls'], writtenBy: ['writeKeys'] },
  { partition: 'NAME#*', readBy: ['answerCalls'], writtenBy: [] },
  { partition: 'WORKSPACES', readBy: 'all', writtenBy: [] },
  { partition: 'LIMITS#*', readBy: 'all', writtenBy: [] },
  { partition: 'KEYS#*', readBy: ['writeKeys'], writtenBy: ['writeKeys'] },
  { partition: 'CRED#*', readBy: ['readCredentials', 'writeCredentials'], writtenBy: ['writeCredentials'] },
  { partition: 'NOTIFY#*', readBy: 'all', writtenBy: ['writeNotifications'] },
  { partition: 'SIGN#*', readBy: ['readMasterSecret'], writtenBy: ['writeKeys'] },
  { partition: 'CURSORKEYS', readBy: ['readCursorKeys', 'writeCursorKeys'], writtenBy: ['writeCursorKeys'] },
];

export type ObjectPrefix = 'pages' | 'inputs' | 'incoming' | 'uploads';

/**
 * What was put and not launched is gone at the midnight after its day (S3 user guide, "Lifecycle rules: based on an
 * object's age").
 */
const INCOMING_DAYS = 1;

/** What outlives a deployment: table, bucket and secrets. Their logical ids must not change; a test checks them. */
export class EngineState extends Construct {
  readonly table: TableV2;
  readonly bucket: Bucket;
  readonly masterSecret: Secret;
  readonly actionSecrets: Secret;
  readonly credentialKey: Secret;

  constructor(
    scope: Construct,
    id: string,
    { settings, publicUrl }: { readonly settings: StageSettings; readonly publicUrl: string },
  ) {
    super(scope, id);
    const removalPolicy = settings.keepStateOnRemoval ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.table = this.createTable(settings, removalPolicy);
    this.bucket = this.createBucket(settings, publicUrl, removalPolicy);
    this.masterSecret = new Secret(this, 'Master', {
      description:
        'Trireme: signing secrets of workspaces and sealing keys are derived from this. Losing it loses them.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
    });
    this.actionSecrets = new Secret(this, 'ActionSecrets', {
      description: 'Trireme: secrets of actions, a JSON object of name to value, filled in by hand.',
      // The owner's values replace this; a later deployment leaves them alone because this text never changes.
      secretStringValue: SecretValue.unsafePlainText('{}'),
      removalPolicy,
    });
    this.credentialKey = new Secret(this, 'CredentialKey', {
      description:
        'Trireme: the secrets that workspaces set for themselves are sealed with this. Losing it loses them.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
    });
    const rotation = {
      'AwsSolutions-SMG4': 'Values come from outside or are the root of derived keys: rotation is by hand',
    };
    acknowledge(this.masterSecret, rotation);
    acknowledge(this.actionSecrets, rotation);
    acknowledge(this.credentialKey, rotation);
  }

  private createTable(settings: StageSettings, removalPolicy: RemovalPolicy): TableV2 {
    return new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName: LIST_INDEX,
          partitionKey: { name: 'lpk', type: AttributeType.STRING },
          sortKey: { name: 'lsk', type: AttributeType.STRING },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: [...LIST_INDEX_ATTRIBUTES],
        },
      ],
      billing: Billing.onDemand(),
      timeToLiveAttribute: 'expires_at',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: settings.pointInTimeRecovery },
      deletionProtection: settings.keepStateOnRemoval,
      removalPolicy,
    });
  }

  /** Not versioned: page and input objects are named by their SHA-256, and an upload's key can be written once. */
  private createBucket(
    { runtime, corsOrigins }: StageSettings,
    publicUrl: string,
    removalPolicy: RemovalPolicy,
  ): Bucket {
    // A page is written once its run has begun, and may be needed until the run's life and retention are over;
    // what a launch stores may wait for a postponed start besides.
    const pageDays = LONGEST_LIFE_DAYS + runtime.retentionDays + 1;
    const launchDays = LONGEST_POSTPONE_DAYS + pageDays;
    const keptDays: Readonly<Record<ObjectPrefix, number>> = {
      pages: pageDays,
      inputs: launchDays,
      uploads: launchDays,
      incoming: INCOMING_DAYS,
    };
    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: Object.entries(keptDays).map(([prefix, days]) => expiry(prefix, days)),
      // Pages of this deployment, and those that may call the API, may put an upload and get an object by a signed URL.
      cors: [
        {
          allowedOrigins: [publicUrl, ...(corsOrigins ?? [])],
          allowedMethods: [HttpMethods.PUT, HttpMethods.GET],
          allowedHeaders: ['If-None-Match', 'Content-Type'],
          maxAge: Duration.hours(1).toSeconds(),
        },
      ],
      removalPolicy,
    });
    acknowledge(bucket, {
      'AwsSolutions-S1': 'Only our functions reach it; CloudTrail data events are the owner’s choice',
    });
    return bucket;
  }

  /** Permission to use items of the table by these operations. */
  items(operations: readonly TableOperation[]): PolicyStatement {
    return new PolicyStatement({
      actions: operations.map((name) => `dynamodb:${name}`),
      resources: [this.table.tableArn],
    });
  }

  /**
   * Denies the most harmful accesses, whatever else is allowed: a function may write and read the owned partitions as
   * its grants say. Functions run actions, whose code is not ours.
   */
  withhold(grants: readonly Grant[]): PolicyStatement[] {
    const has = (grant: Grant): boolean => grants.includes(grant);
    const unwritten = OWNED_PARTITIONS.filter(({ writtenBy }) => !writtenBy.some(has));
    const unread = OWNED_PARTITIONS.filter(({ readBy }) => readBy !== 'all' && !readBy.some(has));
    return [
      this.deny(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'], unwritten),
      ...(unread.length === 0 ? [] : [this.deny(['GetItem', 'BatchGetItem', 'Query'], unread)]),
    ];
  }

  private deny(
    operations: readonly TableOperation[],
    owned: readonly { readonly partition: string }[],
  ): PolicyStatement {
    return new PolicyStatement({
      effect: Effect.DENY,
      actions: operations.map((name) => `dynamodb:${name}`),
      resources: [this.table.tableArn],
      conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': owned.map(({ partition }) => partition) } },
    });
  }

  /** Lets a role query the list index. */
  grantLists(role: Role): void {
    const resources = [`${this.table.tableArn}/index/${LIST_INDEX}`];
    role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources }));
  }

  /** Lets a role get or put objects under one prefix. */
  grantObjects(role: Role, action: 's3:GetObject' | 's3:PutObject' | 's3:DeleteObject', prefix: ObjectPrefix): void {
    const resources = [this.bucket.arnForObjects(`${prefix}/*`)];
    role.addToPolicy(new PolicyStatement({ actions: [action], resources }));
    const { defaultChild } = this.bucket.node;
    if (!CfnResource.isCfnResource(defaultChild)) throw new Error(`${this.bucket.node.path} is no resource`);
    // So cdk-nag writes the resource of this statement: that one is acknowledged and no other.
    const finding = `<${Stack.of(this).resolve(defaultChild.logicalId)}.Arn>/${prefix}/*`;
    acknowledge(role, {
      [`AwsSolutions-IAM5[Resource::${finding}]`]:
        'Objects are named by uid and SHA-256, known only when they are written: the prefix is the permission',
    });
  }

  /** Lets a role list objects of runs, and delete them and uploads. */
  grantDeletion(role: Role): void {
    for (const prefix of ['pages', 'inputs', 'incoming', 'uploads'] as const) {
      this.grantObjects(role, 's3:DeleteObject', prefix);
    }
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': ['pages/*', 'inputs/*'] } },
      }),
    );
  }

  /** Lets a role read the value of one secret. */
  grantSecret(role: Role, secret: Secret): void {
    role.addToPolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] }),
    );
  }
}

function expiry(prefix: string, days: number): LifecycleRule {
  return {
    id: prefix,
    prefix: `${prefix}/`,
    expiration: Duration.days(days),
    abortIncompleteMultipartUploadAfter: Duration.days(1),
  };
}
