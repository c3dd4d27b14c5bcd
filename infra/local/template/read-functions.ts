import * as z from 'zod';
import { TemplateError } from './intrinsics.ts';
import type { EventSourcePlan, FunctionPlan } from './system-plan.ts';
import { LOG_LEVELS } from '../functions/thread-messages.ts';
import { cfnNumber, unsupported } from './template-reader.ts';
import type { TemplateReader } from './template-reader.ts';

const Lambda = z.object({
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string().regex(/^[\w/-]+\.\w+$/, 'must be module.export'),
  Runtime: z.string().regex(/^nodejs/, 'must be a Node.js runtime'),
  Role: z.string(),
  Timeout: cfnNumber.default(3),
  MemorySize: cfnNumber.default(128),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()) }).default({ Variables: {} }),
  LoggingConfig: z
    .object({
      LogGroup: z.string().optional(),
      LogFormat: z.enum(['JSON', 'Text']).default('Text'),
      ApplicationLogLevel: z.enum(LOG_LEVELS).default('INFO'),
    })
    .optional(),
  RecursiveLoop: z.enum(['Allow', 'Terminate']).default('Terminate'),
  ReservedConcurrentExecutions: cfnNumber.optional(),
  Layers: unsupported,
  VpcConfig: unsupported,
  FileSystemConfigs: unsupported,
});

/** Longest environment Lambda takes, names and values together (Lambda quotas). */
const MAX_ENV_BYTES = 4096;

/** Functions; `assets` tells the folder of each code asset by its object key. */
export function readFunctions(reader: TemplateReader, assets: ReadonlyMap<string, string>): readonly FunctionPlan[] {
  return reader.all('AWS::Lambda::Function', Lambda).map((lambda) => {
    const { properties, id, name } = lambda;
    const logging = properties.LoggingConfig;
    const codeDir = assets.get(properties.Code.S3Key);
    if (codeDir === undefined)
      throw new TemplateError(id, `its code asset ${properties.Code.S3Key} is not in the assembly`);
    const env = properties.Environment.Variables;
    const bytes = Object.entries(env).reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0);
    if (bytes > MAX_ENV_BYTES)
      throw new TemplateError(id, `its environment has ${bytes} bytes, Lambda takes ${MAX_ENV_BYTES}`);
    return {
      id,
      name,
      arn: lambda.attribute('Arn'),
      codeDir,
      handler: properties.Handler,
      timeoutMs: properties.Timeout * 1000,
      memoryMb: properties.MemorySize,
      env,
      roleArn: properties.Role,
      logGroup: logging?.LogGroup ?? `/aws/lambda/${name}`,
      logLevel: logging?.LogFormat === 'JSON' ? logging.ApplicationLogLevel : 'TRACE',
      isRecursionAllowed: properties.RecursiveLoop === 'Allow',
      reservedConcurrency: properties.ReservedConcurrentExecutions ?? null,
    };
  });
}

const Mapping = z.object({
  EventSourceArn: z.string().startsWith('arn:aws:sqs:', 'only SQS event sources run locally'),
  FunctionName: z.string(),
  BatchSize: cfnNumber.default(10),
  MaximumBatchingWindowInSeconds: cfnNumber.default(0),
  ScalingConfig: z.object({ MaximumConcurrency: cfnNumber.optional() }).optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  Enabled: z.literal(true).default(true),
  FilterCriteria: unsupported,
});

/** Event source mappings from queues to functions. */
export function readEventSources(
  reader: TemplateReader,
  functions: readonly FunctionPlan[],
): readonly EventSourcePlan[] {
  return reader.all('AWS::Lambda::EventSourceMapping', Mapping).map(({ id, properties }) => ({
    id,
    functionArn: functionArnOf(functions, properties.FunctionName, id),
    queueArn: properties.EventSourceArn,
    batchSize: properties.BatchSize,
    batchWindowMs: properties.MaximumBatchingWindowInSeconds * 1000,
    maxConcurrency: properties.ScalingConfig?.MaximumConcurrency ?? null,
    reportsBatchItemFailures: properties.FunctionResponseTypes.length > 0,
  }));
}

/** The ARN of a function of this template named by name or ARN; throws when there is none. */
export function functionArnOf(functions: readonly FunctionPlan[], reference: string, where: string): string {
  const found = functions.find(
    ({ name, arn }) => reference === arn || reference === name || reference.includes(`${arn}/`),
  );
  if (found === undefined) throw new TemplateError(where, `"${reference}" names no function of this template`);
  return found.arn;
}
