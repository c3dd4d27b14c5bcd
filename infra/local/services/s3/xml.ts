import type { ObjectMeta } from './object-store.ts';

/** Escapes a text for XML. */
function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** S3's error document. */
export function errorXml(code: string, message: string, resource: string): string {
  const parts = [
    ['Code', code],
    ['Message', message],
    ['Resource', resource],
    ['RequestId', 'local'],
  ];
  const inner = parts.map(([name = '', text = '']) => `<${name}>${escapeXml(text)}</${name}>`).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}</Error>`;
}

/** One page of ListObjectsV2; keys are URL-encoded when the caller asks so. */
export function listXml(page: {
  readonly bucket: string;
  readonly prefix: string;
  readonly maxKeys: number;
  readonly objects: readonly ObjectMeta[];
  readonly next: string | undefined;
  readonly isUrlEncoded: boolean;
}): string {
  const text = (value: string): string => escapeXml(page.isUrlEncoded ? encodeURIComponent(value) : value);
  const contents = page.objects.map(
    ({ key, size, etag, modifiedAt }) =>
      `<Contents><Key>${text(key)}</Key><LastModified>${new Date(modifiedAt).toISOString()}</LastModified>` +
      `<ETag>&quot;${etag}&quot;</ETag><Size>${size}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    `<Name>${escapeXml(page.bucket)}</Name><Prefix>${text(page.prefix)}</Prefix>`,
    `<KeyCount>${page.objects.length}</KeyCount><MaxKeys>${page.maxKeys}</MaxKeys>`,
    page.isUrlEncoded ? '<EncodingType>url</EncodingType>' : '',
    `<IsTruncated>${page.next !== undefined}</IsTruncated>`,
    page.next === undefined ? '' : `<NextContinuationToken>${escapeXml(page.next)}</NextContinuationToken>`,
    ...contents,
    '</ListBucketResult>',
  ].join('');
}

/** CopyObject's answer. */
export function copyXml(etag: string, modifiedAt: number): string {
  const result = `<LastModified>${new Date(modifiedAt).toISOString()}</LastModified><ETag>&quot;${etag}&quot;</ETag>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<CopyObjectResult>${result}</CopyObjectResult>`;
}
