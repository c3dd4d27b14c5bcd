import { TemplateError } from './template-error.ts';
import type { TemplateDocument } from './intrinsics.ts';
import { readCorsRules } from './read-cors-rules.ts';
import { readEventSources } from './read-event-sources.ts';
import { readFunctions } from './read-functions.ts';
import { readHttpApi } from './read-http-api.ts';
import { readRoles } from './read-roles.ts';
import { readQueues } from './read-queues.ts';
import { readSecrets } from './read-secrets.ts';
import { readTables } from './read-tables.ts';
import { readTimedRules } from './read-timed-rules.ts';
import type { LocalEndpoints } from './resource-names.ts';
import type { SystemPlan } from './system-plan.ts';
import { createTemplateReader } from './template-reader.ts';

/** Types that are carried out. */
const SUPPORTED = new Set([
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::DynamoDB::GlobalTable',
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SecretsManager::Secret',
]);

/** Types that change nothing a caller sees on one machine: names, rights of AWS services, notifications, monitoring. */
const IGNORED = new Set([
  'AWS::ApiGatewayV2::ApiMapping',
  'AWS::ApiGatewayV2::DomainName',
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::ResourcePolicy',
  'AWS::Route53::RecordSet',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
]);

export interface ResolveOptions {
  readonly template: TemplateDocument;
  readonly stackName: string;
  /** Folder of each code asset by its S3 object key. */
  readonly assets: ReadonlyMap<string, string>;
  readonly endpoints: LocalEndpoints;
}

/** Turns a synthesized template into what to run. Throws a TemplateError for anything it does not understand. */
export function resolveTemplate({ template, stackName, assets, endpoints }: ResolveOptions): SystemPlan {
  for (const [id, { Type }] of Object.entries(template.Resources)) {
    if (!SUPPORTED.has(Type) && !IGNORED.has(Type)) {
      throw new TemplateError(
        id,
        `resources of type ${Type} do not run locally; the local runtime must learn them first`,
      );
    }
  }
  const reader = createTemplateReader(template, stackName, endpoints);
  const functions = readFunctions(reader, assets);
  return {
    stackName,
    tables: readTables(reader),
    queues: readQueues(reader),
    functions,
    eventSources: readEventSources(reader, functions),
    api: readHttpApi(reader, functions),
    rules: readTimedRules(reader, functions),
    roles: readRoles(reader),
    buckets: reader.names('AWS::S3::Bucket'),
    corsRules: readCorsRules(reader),
    secrets: readSecrets(reader),
    scheduleGroups: reader.names('AWS::Scheduler::ScheduleGroup'),
    logGroups: reader.names('AWS::Logs::LogGroup'),
  };
}
