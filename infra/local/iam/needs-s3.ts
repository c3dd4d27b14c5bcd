import type { Need, NeedsContext } from './need.ts';

const objectActions: Readonly<Record<string, string>> = {
  DeleteObject: 'DeleteObject',
  GetObject: 'GetObject',
  HeadObject: 'GetObject',
  CopyObject: 'PutObject',
  PutObject: 'PutObject',
};

/** Permissions of an S3 request; bucket and key are in the path. */
export function needsOfS3(operation: string, _body: unknown, context: NeedsContext): readonly Need[] | undefined {
  const [bucket = '', ...rest] = context.path.slice(1).split('/');
  const bucketArn = `arn:aws:s3:::${bucket}`;
  if (operation === 'ListObjectsV2' || operation === 'HeadBucket') {
    const prefix = context.query['prefix'];
    const conditionKeys = prefix === undefined ? {} : { 's3:prefix': [prefix] };
    return [{ action: 's3:ListBucket', resource: bucketArn, conditionKeys }];
  }
  const action = objectActions[operation];
  if (action === undefined) return undefined;
  const need = (name: string): Need => ({
    action: `s3:${name}`,
    resource: `${bucketArn}/${decodeURIComponent(rest.join('/'))}`,
    conditionKeys: {},
  });
  // A write that compares with what is there (If-Match) must also be allowed to read it (S3 user guide, conditional
  // writes).
  const copied = context.headers['x-amz-copy-source'];
  if (operation === 'CopyObject') {
    const source = decodeURIComponent(String(copied)).replace(/^\//, '');
    return [need('PutObject'), { action: 's3:GetObject', resource: `arn:aws:s3:::${source}`, conditionKeys: {} }];
  }
  const reads = operation === 'PutObject' && context.headers['if-match'] !== undefined;
  return reads ? [need(action), need('GetObject')] : [need(action)];
}
