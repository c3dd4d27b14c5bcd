import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
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
import { FUNCTIONS, timeoutSecondsOf } from '../../shared/functions.ts';
import type { FunctionName, Grant, TableOperation } from '../../shared/functions.ts';
import { acknowledge } from './acknowledge.ts';
import { ALLOW } from './grants.ts';
import { countFromLog } from './log-metrics.ts';
import { logNameOf } from './log-names.ts';
import { environmentOf } from './platform.ts';
import type { Platform } from './platform.ts';

export interface EngineFunctionProps {
  readonly platform: Platform;
  readonly name: FunctionName;
}

/** One Lambda with a role and a log group of its own, as its row of the function table says. */
export class EngineFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: EngineFunctionProps) {
    super(scope, id);
    const { platform, name } = props;
    const { settings, state } = platform;
    const { memoryMb, requeues, ...row } = FUNCTIONS[name];
    const grants: readonly Grant[] = row.grants;
    const operations: readonly TableOperation[] = row.table;
    const reserved = new Map(Object.entries(settings.reservedConcurrency ?? {})).get(name);
    const folder = join(platform.bundleDir, name);
    if (!existsSync(join(folder, 'index.mjs'))) {
      throw new Error(`No bundle of function ${name} in ${folder}: is its file in functions/api or functions/workers?`);
    }
    const functionName = `trireme-${platform.stage}-${name}`;
    this.logGroup = new LogGroup(this, 'Log', {
      logGroupName: logNameOf(platform.stage, name),
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const ofTable = operations.length === 0 ? [] : [...state.withhold(grants), state.items(operations)];
    for (const statement of [writesLog(this.logGroup), ...ofTable]) {
      role.addToPolicy(statement);
    }
    for (const grant of grants) ALLOW[grant](platform, role);
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(folder),
      handler: 'index.handler',
      timeout: Duration.seconds(timeoutSecondsOf(name, settings.runtime)),
      memorySize: memoryMb,
      role,
      environment: { ...environmentOf(name, platform), NODE_OPTIONS: '--enable-source-maps' },
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
      recursiveLoop: requeues ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      ...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved }),
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
}

/** Permission to write streams of its own log group. The group's ARN already ends in `:*`, which means its streams. */
function writesLog(logGroup: LogGroup): PolicyStatement {
  const actions = ['logs:CreateLogStream', 'logs:PutLogEvents'];
  return new PolicyStatement({ actions, resources: [logGroup.logGroupArn] });
}
