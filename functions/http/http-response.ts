import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { EngineError } from '../../shared/domain/errors.ts';
import { LIMITS } from '../../shared/domain/limits.ts';
import type { BytesReply } from './endpoint.ts';
import { JSON_TYPE } from './media-type.ts';

/**
 * A function's answer may be 6 MB as an escaped string. Escaping doubles JSON in the worst case; base64 adds a third.
 * So from this size on (6,291,556 / 2, less room for headers) the body is sent as base64, which API Gateway decodes.
 */
const BASE64_FROM_BYTES = 3_000_000;

/**
 * A JSON answer in API Gateway's form. It ends with a line break, for terminals. Throws as {@link textResponse} does.
 */
export function jsonResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): APIGatewayProxyStructuredResultV2 {
  return textResponse(status, { contentType: JSON_TYPE, text: `${JSON.stringify(body)}\n` }, headers);
}

/** An answer without a body (204). */
export function emptyResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
): APIGatewayProxyStructuredResultV2 {
  return { statusCode: status, headers: { 'cache-control': 'no-store', ...headers }, body: '' };
}

/** An answer with any text. Throws PAYLOAD_TOO_LARGE if it is over the limit of an answer. */
export function textResponse(
  status: number,
  { contentType, text }: { readonly contentType: string; readonly text: string },
  headers: Readonly<Record<string, string>>,
): APIGatewayProxyStructuredResultV2 {
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMITS.answerBytes) {
    const message = `The answer would have ${bytes} bytes, over the limit of ${LIMITS.answerBytes}; use a smaller limit.`;
    throw new EngineError('PAYLOAD_TOO_LARGE', message);
  }
  const isBase64Encoded = bytes >= BASE64_FROM_BYTES;
  return {
    statusCode: status,
    headers: { 'content-type': contentType, 'cache-control': 'no-store', ...headers },
    body: isBase64Encoded ? Buffer.from(text).toString('base64') : text,
    isBase64Encoded,
  };
}

/** An answer with bytes, as base64, which API Gateway decodes. */
export function bytesResponse(
  status: number,
  { contentType, bytes }: Pick<BytesReply, 'contentType' | 'bytes'>,
  headers: Readonly<Record<string, string>>,
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: { 'content-type': contentType, ...headers },
    body: bytes.toString('base64'),
    isBase64Encoded: true,
  };
}
