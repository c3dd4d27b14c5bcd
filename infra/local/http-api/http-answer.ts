/** The API's answer to a client, from a function or from the gateway itself. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** An answer of the gateway itself, in its own format. */
export function gatewayAnswer(status: number, message: string): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    cookies: [],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/** The gateway's answer where a function failed, or returned something that is no response. */
export function internalServerError(): HttpAnswer {
  return gatewayAnswer(500, 'Internal Server Error');
}

/**
 * Reads a function's payload as a response of format 2.0: an object with `statusCode` is a response; any other value is
 * the JSON body of a 200 (AWS: "Lambda function response for format 2.0").
 */
export function answerOfPayload(payload: string): HttpAnswer {
  const value: unknown = JSON.parse(payload);
  if (!isRecord(value) || value['statusCode'] === undefined) {
    const text = typeof value === 'string' ? value : payload;
    return { status: 200, headers: { 'content-type': 'application/json' }, cookies: [], body: Buffer.from(text) };
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded } = value;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return internalServerError();
  if (typeof (body ?? '') !== 'string' || !Array.isArray(cookies ?? [])) return internalServerError();
  const named = Object.entries(isRecord(headers) ? headers : {}).map(([name, item]) => [
    name.toLowerCase(),
    String(item),
  ]);
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...Object.fromEntries(named) },
    cookies: Array.isArray(cookies) ? cookies.map(String) : [],
    body: Buffer.from(typeof body === 'string' ? body : '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
