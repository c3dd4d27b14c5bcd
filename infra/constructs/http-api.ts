/* oxlint-disable eslint/no-new -- a CDK construct joins its scope by being made */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ApiFunction, Method, Route } from '../../shared/contract/routes.ts';
import type { StageSettings } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';

const METHODS: Readonly<Record<Method, HttpMethod>> = {
  GET: HttpMethod.GET,
  POST: HttpMethod.POST,
  PUT: HttpMethod.PUT,
  PATCH: HttpMethod.PATCH,
  DELETE: HttpMethod.DELETE,
};

/** What the access log keeps of a request: no body, no key. */
const ACCESS_LOG = {
  at: '$context.requestTime',
  request_id: '$context.requestId',
  route: '$context.routeKey',
  path: '$context.path',
  status: '$context.status',
  length: '$context.responseLength',
  latency_ms: '$context.responseLatency',
  integration_error: '$context.integrationErrorMessage',
};

/** The HTTP API. It stands before the functions, which need its address; they are joined to it by `route`. */
export class EngineApi extends Construct {
  readonly url: string;
  private readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: { readonly stage: string; readonly settings: StageSettings }) {
    super(scope, id);
    const { stage, settings } = props;
    this.api = new HttpApi(this, 'Api', { apiName: `trireme-${stage}`, createDefaultStage: false });
    this.url = this.api.apiEndpoint;
    const log = new LogGroup(this, 'AccessLog', {
      // Under this name the delivery needs no policy of its own, of which an account has only ten.
      logGroupName: `/aws/vendedlogs/trireme-${stage}/api`,
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: settings.apiThrottle.perSecond, burstLimit: settings.apiThrottle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    acknowledge(this, {
      'AwsSolutions-APIG4':
        'An authorizer cannot answer in our error shape: keys and scopes are checked in the function',
    });
  }

  /** Joins every row of the route table to its function, and whatever no row names to `fallback`. */
  route(
    routes: readonly Pick<Route, 'method' | 'path' | 'function'>[],
    functions: Readonly<Record<ApiFunction, LambdaFunction>>,
    fallback: ApiFunction,
  ): void {
    const integrations = new Map<ApiFunction, HttpLambdaIntegration>();
    const integrationOf = (name: ApiFunction): HttpLambdaIntegration => {
      const known = integrations.get(name);
      if (known !== undefined) return known;
      // One permission a function, for all its routes: a permission each would outgrow the function's policy (20 KB).
      const made = new HttpLambdaIntegration(name, functions[name], { scopePermissionToRoute: false });
      integrations.set(name, made);
      return made;
    };
    const add = (routeKey: HttpRouteKey, name: ApiFunction) =>
      new HttpRoute(this, routeKey.key, { httpApi: this.api, routeKey, integration: integrationOf(name) });
    for (const { method, path, function: name } of routes) add(HttpRouteKey.with(path, METHODS[method]), name);
    add(HttpRouteKey.DEFAULT, fallback);
  }
}
