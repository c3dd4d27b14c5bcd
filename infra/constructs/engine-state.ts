import { CfnResource, Duration, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, HttpMethods, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { IBucket, LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ISecret, SecretProps } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Grant, TableOperation } from '../../shared/functions.ts';
import type { StageSettings } from '../settings.ts';
import { acknowledge, shownInFinding } from './acknowledge.ts';
import { CORS, daysKept, originsOf, LIST_INDEX, type ObjectPrefix, TABLE_KEYS, TTL_ATTRIBUTE } from './state-plan.ts';

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

type SecretPlace = Pick<ISecret, 'secretArn'>;

/**
 * What outlives a deployment: table, bucket and secrets. Their logical ids must not change; a test checks them. What
 * `settings.existing` names is used as it is and has no place in the template; permissions and variables of functions
 * follow the name.
 */
export class EngineState extends Construct {
  readonly table: Pick<ITableV2, 'tableName' | 'tableArn' | 'metricConsumedWriteCapacityUnits'>;
  readonly bucket: Pick<IBucket, 'bucketName' | 'bucketArn' | 'arnForObjects' | 'node'>;
  readonly masterSecret: SecretPlace;
  readonly actionSecrets: SecretPlace;
  readonly credentialKey: SecretPlace;

  constructor(
    scope: Construct,
    id: string,
    { settings, publicUrl }: { readonly settings: StageSettings; readonly publicUrl: string },
  ) {
    super(scope, id);
    const removalPolicy = settings.keepStateOnRemoval ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const { existing } = settings;
    this.table =
      existing.tableName === undefined
        ? this.createTable(settings, removalPolicy)
        : TableV2.fromTableName(this, 'Table', existing.tableName);
    this.bucket =
      existing.bucketName === undefined
        ? this.createBucket(settings, publicUrl, removalPolicy)
        : Bucket.fromBucketName(this, 'Bucket', existing.bucketName);
    this.masterSecret = this.findSecret('Master', existing.masterSecretArn, {
      description:
        'Trireme: signing secrets of workspaces and sealing keys are derived from this. Losing it loses them.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
    });
    this.actionSecrets = this.findSecret('ActionSecrets', existing.actionSecretsArn, {
      description: 'Trireme: secrets of actions, a JSON object of name to value, filled in by hand.',
      // The owner's values replace this; a later deployment leaves them alone because this text never changes.
      secretStringValue: SecretValue.unsafePlainText('{}'),
      removalPolicy,
    });
    this.credentialKey = this.findSecret('CredentialKey', existing.credentialKeyArn, {
      description:
        'Trireme: the secrets that workspaces set for themselves are sealed with this. Losing it loses them.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
    });
  }

  /** The secret of that ARN, else one of the stack. */
  private findSecret(id: string, arn: string | undefined, props: SecretProps): SecretPlace {
    if (arn !== undefined) return Secret.fromSecretCompleteArn(this, id, arn);
    const secret = new Secret(this, id, props);
    acknowledge(secret, {
      'AwsSolutions-SMG4': 'Values come from outside or are the root of derived keys: rotation is by hand',
    });
    return secret;
  }

  /** Its keys and its index cannot be changed later: see {@link TABLE_KEYS}. */
  private createTable(settings: StageSettings, removalPolicy: RemovalPolicy): TableV2 {
    return new TableV2(this, 'Table', {
      partitionKey: { name: TABLE_KEYS.partition, type: AttributeType.STRING },
      sortKey: { name: TABLE_KEYS.sort, type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName: LIST_INDEX.name,
          partitionKey: { name: LIST_INDEX.partition, type: AttributeType.STRING },
          sortKey: { name: LIST_INDEX.sort, type: AttributeType.STRING },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: [...LIST_INDEX.attributes],
        },
      ],
      billing: Billing.onDemand(),
      timeToLiveAttribute: TTL_ATTRIBUTE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: settings.pointInTimeRecovery },
      deletionProtection: settings.keepStateOnRemoval,
      removalPolicy,
    });
  }

  /** Not versioned: page and input objects are named by their SHA-256, and an upload's key can be written once. */
  private createBucket(settings: StageSettings, publicUrl: string, removalPolicy: RemovalPolicy): Bucket {
    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: Object.entries(daysKept(settings)).map(([prefix, days]) => expiry(prefix, days)),
      cors: [
        {
          allowedOrigins: [...originsOf(settings, publicUrl)],
          allowedMethods: CORS.methods.map((method) => HttpMethods[method]),
          allowedHeaders: [...CORS.headers],
          maxAge: CORS.maxAgeSeconds,
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
    const resources = [`${this.table.tableArn}/index/${LIST_INDEX.name}`];
    role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources }));
  }

  /** Lets a role get or put objects under one prefix. */
  grantObjects(role: Role, action: 's3:GetObject' | 's3:PutObject' | 's3:DeleteObject', prefix: ObjectPrefix): void {
    const resources = [this.bucket.arnForObjects(`${prefix}/*`)];
    role.addToPolicy(new PolicyStatement({ actions: [action], resources }));
    const { defaultChild } = this.bucket.node;
    // So cdk-nag writes the resource of this statement: that one is acknowledged and no other.
    const bucket = CfnResource.isCfnResource(defaultChild)
      ? `<${Stack.of(this).resolve(defaultChild.logicalId)}.Arn>`
      : `arn:${shownInFinding(this, Stack.of(this).partition)}:s3:::${this.bucket.bucketName}`;
    const finding = `${bucket}/${prefix}/*`;
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
  grantSecret(role: Role, secret: SecretPlace): void {
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
