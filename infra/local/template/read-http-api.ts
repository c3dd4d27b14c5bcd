import * as z from 'zod';
import { TemplateError } from './template-error.ts';
import { functionArnOf } from './function-arn.ts';
import type { FunctionPlan, HttpApiPlan } from './system-plan.ts';
import { cfnNumber, unsupported } from './template-reader.ts';
import type { TemplateReader } from './template-reader.ts';

const names = z.array(z.string()).default([]);
const lowerCased = names.transform((list) => list.map((name) => name.toLowerCase()));
const exactOrigin = z
  .string()
  .refine((text) => !text.includes('*'), 'only whole origins are supported by the local runtime');
const Api = z.object({
  ProtocolType: z.literal('HTTP'),
  CorsConfiguration: z
    .object({
      AllowOrigins: z.array(exactOrigin).default([]),
      AllowMethods: names,
      AllowHeaders: lowerCased,
      ExposeHeaders: lowerCased,
      MaxAge: cfnNumber.optional(),
      AllowCredentials: unsupported,
    })
    .optional(),
  Body: unsupported,
});
const Integration = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  /** HTTP APIs wait 30 s at most, and that is also the default. */
  TimeoutInMillis: cfnNumber.pipe(z.number().min(50).max(30_000)).default(30_000),
  RequestParameters: unsupported,
  ResponseParameters: unsupported,
});
const Route = z.object({
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.literal('NONE', 'authorizers are not supported by the local runtime').default('NONE'),
});
const Stage = z.object({
  StageName: z.literal('$default', 'only the stage $default runs locally'),
  DefaultRouteSettings: z
    .object({ ThrottlingBurstLimit: cfnNumber.optional(), ThrottlingRateLimit: cfnNumber.optional() })
    .optional(),
  RouteSettings: unsupported,
});

/** The HTTP API with its routes; null when the template has none. */
export function readHttpApi(reader: TemplateReader, functions: readonly FunctionPlan[]): HttpApiPlan | null {
  const [api, second] = reader.all('AWS::ApiGatewayV2::Api', Api);
  if (api === undefined) return null;
  if (second !== undefined) throw new TemplateError(second.id, 'one HTTP API runs locally, this is the second');
  const integrations = reader.all('AWS::ApiGatewayV2::Integration', Integration);
  const routes = reader.all('AWS::ApiGatewayV2::Route', Route).map(({ id, properties: { RouteKey, Target } }) => {
    const integration = integrations.find(({ ref }) => Target === `integrations/${ref}`);
    if (integration === undefined) throw new TemplateError(id, `its target "${Target}" is no integration`);
    const { IntegrationUri, TimeoutInMillis } = integration.properties;
    return {
      routeKey: RouteKey,
      functionArn: functionArnOf(functions, IntegrationUri, integration.id),
      timeoutMs: TimeoutInMillis,
    };
  });
  const [stage] = reader.all('AWS::ApiGatewayV2::Stage', Stage);
  if (stage === undefined) throw new TemplateError(api.id, 'the API has no stage $default');
  const { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst } =
    stage.properties.DefaultRouteSettings ?? {};
  const throttle = ratePerSecond === undefined ? null : { ratePerSecond, burst: burst ?? ratePerSecond };
  return { apiId: api.name, cors: corsOf(api.properties.CorsConfiguration), routes, throttle };
}

function corsOf(configured: z.output<typeof Api>['CorsConfiguration']): HttpApiPlan['cors'] {
  if (configured === undefined) return null;
  const { AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders, MaxAge } = configured;
  return {
    origins: AllowOrigins,
    methods: AllowMethods,
    requestHeaders: AllowHeaders,
    answerHeaders: ExposeHeaders,
    maxAgeSeconds: MaxAge ?? null,
  };
}
