import * as z from 'zod';
import { TemplateError } from './template-error.ts';
import type { FunctionPlan } from './system-plan.ts';
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

/** Functions; `assets` has the folder of each code asset by its object key. */
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
