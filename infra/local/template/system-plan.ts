import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Statement } from '../iam/statement.ts';
import type { HttpCors } from '../http-api/cors.ts';
import type { CorsRule } from '../services/s3/cors.ts';
import type { LogLevel } from '../functions/thread-messages.ts';
import type { GenerateSecretString } from '../services/secrets-manager.ts';

/** What a resolved template asks this machine to run. Names are physical names, ids logical ids. */
export interface SystemPlan {
  readonly stackName: string;
  readonly tables: readonly TablePlan[];
  readonly queues: readonly QueuePlan[];
  readonly functions: readonly FunctionPlan[];
  readonly eventSources: readonly EventSourcePlan[];
  /** Null: the template has no HTTP API. */
  readonly api: HttpApiPlan | null;
  readonly rules: readonly TimedRulePlan[];
  readonly roles: readonly RolePlan[];
  readonly buckets: readonly string[];
  /** What pages of other origins may do with each bucket. */
  readonly corsRules: Readonly<Record<string, readonly CorsRule[]>>;
  readonly secrets: readonly SecretPlan[];
  readonly scheduleGroups: readonly string[];
  readonly logGroups: readonly string[];
}

export interface TablePlan {
  readonly input: CreateTableCommandInput & { readonly TableName: string };
  /** Null: items of this table do not expire. */
  readonly ttlAttribute: string | null;
}

export interface QueuePlan {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  /** As SQS's CreateQueue takes them. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Null: no dead-letter queue. */
  readonly deadLetterArn: string | null;
}

export interface FunctionPlan {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  /** Folder of its code, and the module and export in it, as in `index.handler`. */
  readonly codeDir: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly env: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly logGroup: string;
  /** Lines below this level are dropped, as Lambda does where the format is JSON. */
  readonly logLevel: LogLevel;
  /** Whether Lambda's loop detection lets it call itself through a queue. */
  readonly isRecursionAllowed: boolean;
  /** Null: no reserved concurrency. */
  readonly reservedConcurrency: number | null;
}

export interface EventSourcePlan {
  readonly id: string;
  readonly functionArn: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly batchWindowMs: number;
  /** Null: not limited by the mapping. */
  readonly maxConcurrency: number | null;
  readonly reportsBatchItemFailures: boolean;
}

export interface HttpApiPlan {
  readonly apiId: string;
  /** What pages of other origins may do; null: nothing. */
  readonly cors: HttpCors | null;
  readonly routes: readonly RoutePlan[];
  /** Null: only the account's own limit. */
  readonly throttle: { readonly ratePerSecond: number; readonly burst: number } | null;
}

export interface RoutePlan {
  /** `GET /things/{id}`, `ANY /{proxy+}` or `$default`. */
  readonly routeKey: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
}

export interface TimedRulePlan {
  readonly name: string;
  readonly arn: string;
  readonly expression: string;
  readonly targets: readonly { readonly functionArn: string; readonly input: string | null }[];
}

export interface RolePlan {
  readonly arn: string;
  readonly name: string;
  readonly statements: readonly Statement[];
}

export interface SecretPlan {
  readonly name: string;
  readonly id: string;
  readonly value: { readonly generate: GenerateSecretString } | { readonly text: string };
}
