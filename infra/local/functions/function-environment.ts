import { LOCAL_REGION } from '../account.ts';
import type { Credentials } from '../iam/callers.ts';
import type { FunctionPlan } from '../template/system-plan.ts';

/**
 * A function's whole environment: Lambda's reserved variables ("Using Lambda environment variables"), then the
 * template's. `AWS_ENDPOINT_URL` leads every SDK client to the gateway.
 */
export function functionEnvironment(
  plan: FunctionPlan,
  credentials: Credentials,
  gatewayUrl: string,
): Readonly<Record<string, string>> {
  return {
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL: gatewayUrl,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: plan.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(plan.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: plan.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: plan.codeDir,
    _HANDLER: plan.handler,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...plan.env,
  };
}
