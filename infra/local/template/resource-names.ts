import { secretArn } from '../services/secret-arn.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../account.ts';
import { TemplateError } from './template-error.ts';
import type { References, TemplateDocument } from './intrinsics.ts';

/** Where the local services answer; they are part of queue URLs and the API's endpoint. */
export interface LocalEndpoints {
  readonly gateway: string;
  readonly api: string;
}

interface Naming {
  /** The property that sets the physical name, if the template gives one. */
  readonly property: string;
  readonly maxLength: number;
  arn(name: string): string;
  /** What `Ref` returns; absent: the name. */
  readonly ref?: 'arn' | 'url';
}

const regional = (service: string, resource: (name: string) => string) => (name: string) =>
  `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${resource(name)}`;

/** Physical names by resource type; lengths are the services' own limits. */
const NAMING: Readonly<Record<string, Naming>> = {
  'AWS::DynamoDB::GlobalTable': {
    property: 'TableName',
    maxLength: 255,
    arn: regional('dynamodb', (n) => `table/${n}`),
  },
  'AWS::SQS::Queue': { property: 'QueueName', maxLength: 80, arn: regional('sqs', (n) => n), ref: 'url' },
  'AWS::Lambda::Function': { property: 'FunctionName', maxLength: 64, arn: regional('lambda', (n) => `function:${n}`) },
  'AWS::IAM::Role': { property: 'RoleName', maxLength: 64, arn: (n) => `arn:aws:iam::${LOCAL_ACCOUNT}:role/${n}` },
  'AWS::S3::Bucket': { property: 'BucketName', maxLength: 63, arn: (n) => `arn:aws:s3:::${n}` },
  'AWS::SecretsManager::Secret': {
    property: 'Name',
    maxLength: 512,
    arn: (n) => secretArn(n, LOCAL_REGION, LOCAL_ACCOUNT),
    ref: 'arn',
  },
  'AWS::Scheduler::ScheduleGroup': {
    property: 'Name',
    maxLength: 64,
    arn: regional('scheduler', (n) => `schedule-group/${n}`),
  },
  'AWS::Logs::LogGroup': { property: 'LogGroupName', maxLength: 512, arn: regional('logs', (n) => `log-group:${n}:*`) },
  'AWS::Events::Rule': { property: 'Name', maxLength: 64, arn: regional('events', (n) => `rule/${n}`) },
  'AWS::SNS::Topic': { property: 'TopicName', maxLength: 256, arn: regional('sns', (n) => n), ref: 'arn' },
  'AWS::CloudWatch::Alarm': { property: 'AlarmName', maxLength: 255, arn: regional('cloudwatch', (n) => `alarm:${n}`) },
};

/** The name a resource has here: the template's own, else stack and logical id, cut so that the id's hash stays. */
export function physicalName(template: TemplateDocument, stackName: string, logicalId: string): string {
  const resource = template.Resources[logicalId];
  const naming = resource === undefined ? undefined : NAMING[resource.Type];
  const own = naming === undefined ? undefined : resource?.Properties?.[naming.property];
  if (typeof own === 'string') return own;
  const generated = `${stackName}-${logicalId}`;
  const name = resource?.Type === 'AWS::S3::Bucket' ? generated.toLowerCase() : generated;
  const limit = naming?.maxLength ?? 255;
  return name.length <= limit ? name : `${name.slice(0, limit - 8)}${name.slice(-8)}`;
}

/** Answers `Ref` and `Fn::GetAtt` for the resource types that exist locally. */
export function localReferences(template: TemplateDocument, stackName: string, endpoints: LocalEndpoints): References {
  const typeOf = (logicalId: string) => template.Resources[logicalId]?.Type ?? '';
  const queueUrl = (name: string) => `${endpoints.gateway}/${LOCAL_ACCOUNT}/${name}`;

  function ref(logicalId: string): string {
    const naming = NAMING[typeOf(logicalId)];
    const name = physicalName(template, stackName, logicalId);
    if (naming?.ref === 'arn') return naming.arn(name);
    return naming?.ref === 'url' ? queueUrl(name) : name;
  }

  function attribute(logicalId: string, attributeName: string): string {
    const type = typeOf(logicalId);
    const naming = NAMING[type];
    const name = physicalName(template, stackName, logicalId);
    if (attributeName === 'Arn' && naming !== undefined) return naming.arn(name);
    if (type === 'AWS::SNS::Topic' && attributeName === 'TopicArn') return NAMING[type]?.arn(name) ?? name;
    if (type === 'AWS::SQS::Queue' && attributeName === 'QueueName') return name;
    if (type === 'AWS::SQS::Queue' && attributeName === 'QueueUrl') return queueUrl(name);
    if (type === 'AWS::ApiGatewayV2::Api' && attributeName === 'ApiEndpoint') return endpoints.api;
    if (type === 'AWS::ApiGatewayV2::Api' && attributeName === 'ApiId') return name;
    if (type === 'AWS::S3::Bucket' && attributeName.endsWith('DomainName')) return new URL(endpoints.gateway).host;
    throw new TemplateError(logicalId, `attribute "${attributeName}" of ${type} is not known locally`);
  }

  return { ref, attribute };
}
