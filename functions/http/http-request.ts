import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** A request, read from API Gateway's event (payload format 2.0), which has its pitfalls: see the fields. */
export interface HttpRequest {
  readonly method: string;
  /** As sent, not decoded. */
  readonly rawPath: string;
  /** As sent, without the question mark. */
  readonly rawQuery: string;
  /** Read from the raw query string, because API Gateway's own map joins repeated names with commas. */
  readonly query: URLSearchParams;
  /** Names in lower case. API Gateway joins repeated headers with commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** The address that called, as API Gateway saw it. */
  readonly sourceIp: string;
  /** The public URL that was called. */
  readonly url: URL;
}

/** Reads the event. `publicUrl`: the deployment's public URL, without a path. */
export function readHttpRequest(event: APIGatewayProxyEventV2, publicUrl: string): HttpRequest {
  const query = new URLSearchParams(event.rawQueryString);
  const url = new URL(publicUrl);
  url.pathname = event.rawPath; // set, not resolved: a path such as //elsewhere must not become another host
  url.search = query.toString();
  return {
    method: event.requestContext.http.method,
    rawPath: event.rawPath,
    rawQuery: event.rawQueryString,
    query,
    headers: lowerCased(event.headers),
    sourceIp: event.requestContext.http.sourceIp,
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    url,
  };
}

/** The absolute URL of another page of the same call: sets these parts of the query; null removes one, others stay. */
export function pageUrl(request: HttpRequest, page: Readonly<Record<string, string | null>>): string {
  const url = new URL(request.url);
  for (const [name, value] of Object.entries(page)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.href;
}

/** The headers of an answer that has a next page: its URL, and the bare cursor in it, if it has one. */
export function nextPageHeaders(url: string): Readonly<Record<string, string>> {
  const cursor = new URL(url).searchParams.get('cursor');
  return { 'X-Pagination-Next': url, ...(cursor === null ? {} : { 'X-Pagination-Cursor': cursor }) };
}

function lowerCased(headers: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
