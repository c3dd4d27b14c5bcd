import { parseJson } from '../../shared/api/parse-json.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import { LIMITS } from '../../shared/domain/limits.ts';
import { notUtf8 } from '../../shared/domain/read-json.ts';
import type { HttpRequest } from './http-request.ts';

/**
 * The request's body as JSON; undefined if there is none. Throws PAYLOAD_TOO_LARGE by its size as sent,
 * UNSUPPORTED_MEDIA_TYPE if its headers do not say JSON in UTF-8, and BAD_INPUT if it is not valid JSON.
 */
export function readBody(request: HttpRequest): unknown {
  const { body, headers } = request;
  if (body.length === 0) return undefined;
  if (body.length > LIMITS.bodyBytes) {
    const message = `The body has ${body.length} bytes, over the limit of ${LIMITS.bodyBytes}; split it into several calls, or upload the inputs as a file (POST /v1/uploads).`;
    throw new EngineError('PAYLOAD_TOO_LARGE', message);
  }
  checkMediaType(headers['content-type'], headers['content-encoding']);
  checkReplaced(request);
  return parseJson(body);
}

function checkMediaType(contentType: string | undefined, encoding: string | undefined): void {
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    const message = `The content-encoding ${encoding} is not supported; send the body uncompressed.`;
    throw new EngineError('UNSUPPORTED_MEDIA_TYPE', message);
  }
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((one) => one.startsWith('charset='))?.slice('charset='.length);
  if (type === 'application/json' && /^utf-?8$/.test((charset ?? 'utf-8').replaceAll('"', ''))) return;
  const given = contentType === undefined ? 'no content-type' : `content-type ${contentType}`;
  const hint = "with curl -d, add -H 'content-type: application/json'";
  throw new EngineError(
    'UNSUPPORTED_MEDIA_TYPE',
    `The body has ${given}; it must be application/json in UTF-8 (${hint}).`,
  );
}

const REPLACEMENT = Buffer.from('\uFFFD');

/**
 * Refuses a body that was not UTF-8. API Gateway passes JSON as text and replaces an invalid byte by U+FFFD, which has
 * three bytes: then the body is longer than its content-length. A U+FFFD that the caller sent does not change the
 * length.
 */
function checkReplaced({ body, headers }: HttpRequest): void {
  const sent = headers['content-length'];
  if (sent === undefined || Number(sent) === body.length || !body.includes(REPLACEMENT)) return;
  const message = notUtf8(body.indexOf(REPLACEMENT));
  throw new EngineError('BAD_INPUT', `body: ${message}`, { validationErrors: [{ path: '', message }] });
}
