import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib';
import type { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName } from '../../shared/api/env.ts';
import { acknowledge } from './acknowledge.ts';
import type { EngineState, ObjectPrefix } from './engine-state.ts';
import { countFromLog } from './log-metrics.ts';
import { environmentOf } from './platform.ts';
import type { Platform } from './platform.ts';

interface ObjectAccess {
  readonly get?: readonly ObjectPrefix[];
  readonly put?: readonly ObjectPrefix[];
}

export interface EngineFunctionProps {
  readonly platform: Platform;
  readonly name: FunctionName;
  readonly timeout: Duration;
  readonly memoryMb: number;
  /** It sends to a queue that leads back to itself: Lambda's loop detection, 16 hops, must let it. */
  readonly requeues: boolean;
  readonly reservedConcurrency?: number | undefined;
  /** Whether it may read who has which API key. No function writes that. */
  readonly keys: 'read' | 'none';
  /** Whether it may read or put the keys that sign cursors of live calls; without it neither. */
  readonly cursorKeys?: 'read' | 'write';
  /** Prefixes of the bucket under which it may get and put objects. */
  readonly objects?: ObjectAccess;
  /** All else it may do, besides writing its own log. */
  readonly may: readonly PolicyStatement[];
}

/** One Lambda with a role and a log group of its own. */
export class EngineFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: EngineFunctionProps) {
    super(scope, id);
    const { platform, name, requeues, reservedConcurrency } = props;
    const folder = join(platform.bundleDir, name);
    if (!existsSync(join(folder, 'index.mjs'))) {
      throw new Error(`No bundle of function ${name} in ${folder}: is its file in functions/api or functions/workers?`);
    }
    const functionName = `trireme-${platform.stage}-${name}`;
    this.logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: platform.settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(writesLog(this.logGroup));
    for (const statement of platform.state.withhold(props)) role.addToPolicy(statement);
    for (const statement of props.may) role.addToPolicy(statement);
    this.allowObjects(role, platform.state, props.objects ?? {});
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(folder),
      handler: 'index.handler',
      timeout: props.timeout,
      memorySize: props.memoryMb,
      role,
      environment: { ...environmentOf(name, platform), NODE_OPTIONS: '--enable-source-maps' },
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
      recursiveLoop: requeues ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
    });
    acknowledge(this, {
      'Serverless-LambdaTracing':
        'A run is followed by its uid in the logs; a trace per page would cost more than the page',
      'Serverless-LambdaDLQ':
        'Queue workers have the dead letters of their queue; nothing else loses work when it fails',
      'Serverless-LambdaAsyncFailureDestination':
        'No work arrives by asynchronous invocation but the sweep, told each minute',
    });
    countFromLog(this, 'ErrorLines', platform.stage, this.logGroup);
  }

  private allowObjects(role: Role, state: EngineState, { get = [], put = [] }: ObjectAccess): void {
    if (get.length > 0) role.addToPolicy(state.objects('s3:GetObject', get));
    if (put.length > 0) role.addToPolicy(state.objects('s3:PutObject', put));
    const reason =
      'Objects are named by uid and SHA-256, known only when they are written: the prefix is the permission';
    for (const prefix of [...get, ...put])
      acknowledge(role, { [`AwsSolutions-IAM5[Resource::${state.objectsFinding(prefix)}]`]: reason });
  }
}

/** Streams of its own log group; the group's ARN attribute already ends in `:*`, which stands for its streams. */
function writesLog(logGroup: LogGroup): PolicyStatement {
  const actions = ['logs:CreateLogStream', 'logs:PutLogEvents'];
  return new PolicyStatement({ actions, resources: [logGroup.logGroupArn] });
}
