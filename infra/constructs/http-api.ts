/* oxlint-disable eslint/no-new -- a CDK construct joins its scope by being made */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { CfnIntegration, CfnRoute, HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import type { CorsHttpMethod, CorsPreflightOptions } from 'aws-cdk-lib/aws-apigatewayv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { CROSS_ORIGIN } from '../../shared/api/cross-origin.ts';
import type { FunctionName } from '../../shared/functions.ts';
import type { StageSettings } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';
import { CustomDomain } from './custom-domain.ts';
import { accessLogNameOf } from './log-names.ts';

/**
 * What the access log keeps of a request: no body, no key. The function's log has workspace and key's uid under the
 * same `request_id`.
 */
const ACCESS_LOG = {
  at: '$context.requestTime',
  request_id: '$context.requestId',
  source_ip: '$context.identity.sourceIp',
  route: '$context.routeKey',
  path: '$context.path',
  status: '$context.status',
  length: '$context.responseLength',
  latency_ms: '$context.responseLatency',
  integration_error: '$context.integrationErrorMessage',
};

/** The HTTP API. It is created before the functions, which need its URL; `route` connects them later. */
export class EngineApi extends Construct {
  readonly url: string;
  readonly stage: HttpStage;
  private readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: { readonly stage: string; readonly settings: StageSettings }) {
    super(scope, id);
    const { stage, settings } = props;
    this.api = new HttpApi(this, 'Api', {
      apiName: `trireme-${stage}`,
      createDefaultStage: false,
      ...(settings.corsOrigins === null ? {} : { corsPreflight: corsFor(settings.corsOrigins) }),
    });
    this.url = this.api.apiEndpoint;
    const log = new LogGroup(this, 'AccessLog', {
      logGroupName: accessLogNameOf(stage),
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: settings.apiThrottle.perSecond, burstLimit: settings.apiThrottle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    if (settings.domain !== null) {
      new CustomDomain(this, 'Domain', { domain: settings.domain, api: this.api, stage: this.stage });
    }
    acknowledge(this, {
      'AwsSolutions-APIG4':
        'An authorizer cannot answer in our error shape: keys and scopes are checked in the function',
    });
  }

  /** Connects each route to its function, and all other requests to `fallback`. */
  route(
    routes: readonly { readonly method: string; readonly path: string; readonly function: FunctionName }[],
    functions: Readonly<Record<FunctionName, LambdaFunction>>,
    fallback: FunctionName,
  ): void {
    const targets = new Map<FunctionName, string>();
    const targetOf = (name: FunctionName): string => {
      const target = targets.get(name) ?? `integrations/${this.integrate(name, functions[name]).ref}`;
      targets.set(name, target);
      return target;
    };
    // Named by its key: CloudFormation makes the new before it deletes the old, and an API takes a key once.
    const add = (routeKey: string, name: FunctionName) =>
      new CfnRoute(this, routeKey, {
        apiId: this.api.apiId,
        routeKey,
        target: targetOf(name),
        authorizationType: 'NONE',
      });
    for (const { method, path, function: name } of routes) add(`${method} ${path}`, name);
    add('$default', fallback);
  }

  /**
   * Made by hand: the construct library permits `<api>/stage/method/path`, and the `$default` route has no
   * method; and a permission for each route would outgrow what a function's policy holds (20 KB).
   */
  private integrate(name: FunctionName, fn: LambdaFunction): CfnIntegration {
    const sourceArn = Stack.of(this).formatArn({ service: 'execute-api', resource: this.api.apiId, resourceName: '*' });
    fn.addPermission('Api', { principal: new ServicePrincipal('apigateway.amazonaws.com'), sourceArn });
    return new CfnIntegration(this, `${name}Integration`, {
      apiId: this.api.apiId,
      integrationType: 'AWS_PROXY',
      integrationUri: fn.functionArn,
      payloadFormatVersion: '2.0',
    });
  }
}

/** The gateway itself answers the preflights of these origins, and adds CORS's headers to the answers of functions. */
function corsFor(origins: readonly string[]): CorsPreflightOptions {
  const { methods, requestHeaders, answerHeaders, maxAgeSeconds } = CROSS_ORIGIN;
  return {
    allowOrigins: [...origins],
    allowMethods: methods as CorsHttpMethod[], // cast: the enum's values are the methods' names
    allowHeaders: [...requestHeaders],
    exposeHeaders: [...answerHeaders],
    maxAge: Duration.seconds(maxAgeSeconds),
  };
}
