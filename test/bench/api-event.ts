import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** A call as API Gateway hands it to a function. */
export function apiEvent(
  method: 'GET' | 'POST',
  rawPath: string,
  apiKey: string,
  { body, headers = {} }: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): APIGatewayProxyEventV2 {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: '',
    headers: { 'x-api-key': apiKey, 'content-type': 'application/json', accept: 'application/json', ...headers },
    isBase64Encoded: false,
    ...sent,
    requestContext: {
      accountId: '123456789012',
      apiId: 'bench',
      domainName: 'api.example',
      domainPrefix: 'api',
      requestId: 'bench',
      routeKey: '$default',
      stage: '$default',
      time: '01/Jan/2030:00:00:00 +0000',
      timeEpoch: 0,
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'bench' },
    },
  };
}
