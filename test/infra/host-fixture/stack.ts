/* oxlint-disable eslint/no-new -- a CDK construct joins its scope by being made */
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import * as apigw from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sqs from 'aws-cdk-lib/aws-sqs';

/** A stack that holds one of everything the host runs; its code comes from `codeDir/<name>/index.mjs`. */
export function fixtureStack(codeDir: string, outDir: string): cdk.App {
  const app = new cdk.App({
    outdir: outDir,
    analyticsReporting: false,
    // Functions run from where they were bundled, so that a test can change them.
    context: { 'aws:cdk:disable-asset-staging': true },
  });
  const stack = new cdk.Stack(app, 'fixture', { env: { region: 'us-east-1' } });
  const table = new dynamodb.TableV2(stack, 'Table', {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
    timeToLiveAttribute: 'expires_at',
    globalSecondaryIndexes: [
      {
        indexName: 'by-status',
        partitionKey: { name: 'gsi', type: dynamodb.AttributeType.STRING },
        projectionType: dynamodb.ProjectionType.INCLUDE,
        nonKeyAttributes: ['name'],
      },
    ],
  });
  const dlq = new sqs.Queue(stack, 'DeadLetters', { retentionPeriod: cdk.Duration.days(14) });
  const queue = new sqs.Queue(stack, 'Work', {
    // A busy machine must not bring a message back: the tests of that turn the clock.
    visibilityTimeout: cdk.Duration.minutes(10),
    deadLetterQueue: { queue: dlq, maxReceiveCount: 5 },
  });
  const loopQueue = new sqs.Queue(stack, 'Loop', { deadLetterQueue: { queue: dlq, maxReceiveCount: 5 } });
  const bucket = new s3.Bucket(stack, 'Bodies', { enforceSSL: true });
  const secret = new secretsmanager.Secret(stack, 'Master', {
    generateSecretString: { excludePunctuation: true, passwordLength: 64 },
  });
  const group = new scheduler.CfnScheduleGroup(stack, 'Schedules', { name: 'fixture-schedules' });
  const make = (name: string, extra: Partial<lambda.FunctionProps> = {}) =>
    new lambda.Function(stack, name, {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(join(codeDir, name)),
      timeout: cdk.Duration.seconds(1),
      logGroup: new logs.LogGroup(stack, `${name}Logs`, { retention: logs.RetentionDays.ONE_MONTH }),
      environment: {
        TABLE: table.tableName,
        QUEUE_URL: queue.queueUrl,
        LOOP_URL: loopQueue.queueUrl,
        BUCKET: bucket.bucketName,
        SECRET: secret.secretArn,
        GROUP: group.ref,
        URL_PARTS: cdk.Fn.select(2, cdk.Fn.split('/', queue.queueUrl)),
      },
      ...extra,
    });
  const echo = make('echo');
  const worker = make('worker', { timeout: cdk.Duration.minutes(5) });
  worker.addEventSource(
    new SqsEventSource(queue, {
      batchSize: 10,
      reportBatchItemFailures: true,
      maxConcurrency: 2,
      maxBatchingWindow: cdk.Duration.seconds(0),
    }),
  );
  const looper = make('looper');
  looper.addEventSource(
    new SqsEventSource(loopQueue, { batchSize: 1, reportBatchItemFailures: true, maxConcurrency: 2 }),
  );
  const allowed = make('sweeper', { recursiveLoop: lambda.RecursiveLoop.ALLOW });
  queue.grantSendMessages(echo);
  queue.grantSendMessages(allowed);
  loopQueue.grantSendMessages(looper);
  loopQueue.grantSendMessages(echo);
  table.grantReadWriteData(worker);
  bucket.grantReadWrite(echo);
  secret.grantRead(echo);
  const role = new iam.Role(stack, 'SchedulerRole', {
    assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com'),
    inlinePolicies: {
      send: new iam.PolicyDocument({
        statements: [new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] })],
      }),
    },
  });
  role.node.addDependency(group);
  new events.Rule(stack, 'EveryMinute', {
    schedule: events.Schedule.rate(cdk.Duration.minutes(1)),
    targets: [new targets.LambdaFunction(allowed)],
  });
  const api = new apigw.HttpApi(stack, 'Api', { createDefaultStage: false });
  new apigw.HttpStage(stack, 'Stage', {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: 50, burstLimit: 100 },
  });
  const integration = new HttpLambdaIntegration('EchoIntegration', echo);
  for (const [path, method] of [
    ['/v1/things', apigw.HttpMethod.GET],
    ['/v1/things/{uid}', apigw.HttpMethod.GET],
    ['/v1/things/special', apigw.HttpMethod.GET],
    ['/v1/{proxy+}', apigw.HttpMethod.ANY],
  ] as const)
    api.addRoutes({ path, methods: [method], integration });
  const quick = new HttpLambdaIntegration('QuickIntegration', echo, { timeout: cdk.Duration.millis(100) });
  api.addRoutes({ path: '/v1/quick', methods: [apigw.HttpMethod.GET], integration: quick });
  new apigw.HttpRoute(stack, 'Default', { httpApi: api, routeKey: apigw.HttpRouteKey.DEFAULT, integration });
  new cdk.CfnOutput(stack, 'Url', { value: api.apiEndpoint });
  return app;
}
