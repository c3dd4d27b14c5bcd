import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsServiceError } from '../service.ts';
import type { S3Request } from './request.ts';

const maxExpirySeconds = 604_800;

/**
 * Refuses a presigned URL that is out of date or altered (AWS: "Authenticating requests: using query parameters").
 * A request signed by header passes; `secretKey` undefined means the signature cannot be compared.
 */
export function checkPresigned(request: S3Request, secretKey: string | undefined, now: number): void {
  const { query } = request;
  const date = query['X-Amz-Date'] ?? '';
  const signature = query['X-Amz-Signature'];
  if (signature === undefined) return;
  const expires = Number(query['X-Amz-Expires']);
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(signedAt) || !Number.isInteger(expires) || expires < 1 || expires > maxExpirySeconds) {
    throw new AwsServiceError(
      'AuthorizationQueryParametersError',
      `A presigned URL needs X-Amz-Date and X-Amz-Expires of 1 to ${maxExpirySeconds} seconds.`,
    );
  }
  if (now > signedAt + expires * 1000) throw new AwsServiceError('AccessDenied', 'Request has expired', 403);
  if (secretKey === undefined) return;
  const given = Buffer.from(signature);
  const wanted = Buffer.from(sign(request, secretKey, date));
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new AwsServiceError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
      403,
    );
  }
}

function sign(request: S3Request, secretKey: string, date: string): string {
  const scope = (request.query['X-Amz-Credential'] ?? '').split('/').slice(1);
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical(request))].join('\n');
  const hmac = (key: string | Buffer, part: string): Buffer => createHmac('sha256', key).update(part).digest();
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${secretKey}`);
  return hmac(key, text).toString('hex');
}

function canonical({ method, rawPath, query, headers }: S3Request): string {
  const names = (query['X-Amz-SignedHeaders'] ?? '').split(';');
  const pairs = Object.entries(query)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return [
    method,
    rawPath,
    pairs.sort().join('&'),
    ...names.map(
      (name) =>
        `${name}:${String(headers[name] ?? '')
          .trim()
          .replaceAll(/ +/g, ' ')}`,
    ),
    '',
    names.join(';'),
    query['X-Amz-Content-Sha256'] ?? headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
