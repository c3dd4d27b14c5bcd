import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as s3Sdk from '@aws-sdk/client-s3';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { startGateway } from '../../../infra/local/gateway/gateway.ts';
import type { Statement } from '../../../infra/local/iam/statement.ts';
import { openS3 } from '../../../infra/local/services/s3.ts';

const root = mkdtempSync(join(tmpdir(), 'trireme-s3-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const open: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const all: Statement[] = [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }];

async function start(dir: string | null, statements = all) {
  const clock = { now: Date.now() };
  const s3 = openS3({ dir, now: () => clock.now, buckets: ['pages'] });
  const principal = { role: 'R', session: 's', statements, secretAccessKey: 'secret' };
  const gateway = await startGateway({ services: { s3 }, principals: new Map([['AK', principal]]) });
  const client = new s3Sdk.S3Client({
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AK', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  open.push(s3, gateway);
  const put = (
    Key: string,
    Body: NonNullable<s3Sdk.PutObjectCommandInput['Body']>,
    more: Partial<s3Sdk.PutObjectCommandInput> = {},
  ) => client.send(new s3Sdk.PutObjectCommand({ Bucket: 'pages', Key, Body, ...more }));
  const get = (Key: string, more: Partial<s3Sdk.GetObjectCommandInput> = {}) =>
    client.send(new s3Sdk.GetObjectCommand({ Bucket: 'pages', Key, ChecksumMode: 'ENABLED', ...more }));
  const text = async (Key: string, more?: Partial<s3Sdk.GetObjectCommandInput>) =>
    await (await get(Key, more)).Body?.transformToString();
  const presign = async (method: string, key: string, expiresIn = 60) => {
    const { hostname, port } = new URL(gateway.url);
    const request = {
      method,
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: `/pages/${key}`,
      query: { 'x-id': 'PutObject' },
      headers: { host: `${hostname}:${port}`, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    };
    const signer = await client.config.signer();
    if (!('presign' in signer) || typeof signer.presign !== 'function') throw new Error('the SDK has no presigner');
    const signed = await signer.presign(request, { expiresIn, unhoistableHeaders: new Set() });
    return `${gateway.url}${signed.path}?${new URLSearchParams(signed.query).toString()}`;
  };
  return { client, gateway, clock, put, get, text, presign };
}

describe.each([
  ['in memory', null],
  ['on disk', join(root, 'suite')],
])('S3 %s', (_, dir) => {
  test('gives an object back with its headers, whole and in part', async () => {
    const { put, get, text } = await start(dir);
    const key = 'runs/ü +%/page 1?.json';
    const { ETag } = await put(key, 'hello world', {
      ContentType: 'text/plain',
      ContentEncoding: 'identity',
      Metadata: { run: 'r1' },
    });
    expect(ETag).toBe(`"${createHash('md5').update('hello world').digest('hex')}"`);
    const answer = await get(key);
    expect(answer).toMatchObject({
      ETag,
      ContentLength: 11,
      ContentType: 'text/plain',
      ContentEncoding: 'identity',
      Metadata: { run: 'r1' },
    });
    expect(await answer.Body?.transformToString()).toBe('hello world');
    expect(await text(key, { Range: 'bytes=6-' })).toBe('world');
    expect(await text(key, { Range: 'bytes=-3' })).toBe('rld');
    expect((await get(key, { Range: 'bytes=0-3' })).ContentRange).toBe('bytes 0-3/11');
    await expect(get(key, { Range: 'bytes=11-' })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  test('writes only where nothing is, when asked; of many at once one wins', async () => {
    const { put, text } = await start(dir);
    const attempts = ['a', 'b', 'c', 'd'].map((body) => put('once', body, { IfNoneMatch: '*' }));
    const settled = await Promise.allSettled(attempts);
    const refused = settled.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(3);
    expect(refused[0]).toMatchObject({ reason: { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } } });
    expect(['a', 'b', 'c', 'd'][settled.findIndex(({ status }) => status === 'fulfilled')]).toBe(await text('once'));
  });

  test('replaces only what was read, when asked', async () => {
    const { put, text } = await start(dir);
    const { ETag } = await put('swap', 'one');
    await put('swap', 'two', { IfMatch: ETag });
    await expect(put('swap', 'three', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(put('nothing', 'x', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await text('swap')).toBe('two');
  });

  test('heads and deletes', async () => {
    const { client, put } = await start(dir);
    const at = { Bucket: 'pages', Key: 'gone' };
    await put('gone', '', { ContentLength: 0 });
    expect(await client.send(new s3Sdk.HeadObjectCommand(at))).toMatchObject({ ContentLength: 0 });
    await client.send(new s3Sdk.DeleteObjectCommand(at));
    await client.send(new s3Sdk.DeleteObjectCommand(at));
    await expect(client.send(new s3Sdk.HeadObjectCommand(at))).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('lists by prefix, page by page', async () => {
    const { client, put } = await start(dir);
    for (const key of ['l/b', 'l/a&<', 'l/c', 'm']) await put(key, key);
    const input = { Bucket: 'pages', Prefix: 'l/', MaxKeys: 2 };
    const first = await client.send(new s3Sdk.ListObjectsV2Command(input));
    const ContinuationToken = first.NextContinuationToken;
    const second = await client.send(new s3Sdk.ListObjectsV2Command({ ...input, ContinuationToken }));
    expect([...(first.Contents ?? []), ...(second.Contents ?? [])].map(({ Key }) => Key)).toEqual([
      'l/a&<',
      'l/b',
      'l/c',
    ]);
    expect([first.IsTruncated, second.IsTruncated]).toEqual([true, false]);
  });

  test('takes a stream in chunks with its checksum behind it', async () => {
    const { put, text } = await start(dir);
    const part = 'x'.repeat(100_000);
    const body = Readable.from(Array.from({ length: 30 }, (_, n) => Buffer.from(`${n}${part}`)));
    await put('stream', body, { ContentLength: 30 * 100_000 + 50 });
    expect(await text('stream')).toBe(Array.from({ length: 30 }, (_, n) => `${n}${part}`).join(''));
  });

  test('refuses a body that is not the one its checksum names', async () => {
    const { put, get } = await start(dir);
    const sum = createHash('sha256').update('other').digest('base64');
    await expect(put('bad', 'body', { ChecksumSHA256: sum })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(get('bad')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('takes a presigned PUT until it expires, and none that was altered', async () => {
    const { clock, presign, text } = await start(dir);
    const url = await presign('PUT', 'inputs/big.json');
    const body = 'z'.repeat(3_000_000);
    expect((await fetch(url, { method: 'PUT', body })).status).toBe(200);
    expect(await text('inputs/big.json')).toBe(body);
    const altered = await fetch(url.replace('big.json', 'other.json'), { method: 'PUT', body: 'x' });
    expect([altered.status, await altered.text()]).toEqual([403, expect.stringContaining('SignatureDoesNotMatch')]);
    clock.now += 62_000;
    const late = await fetch(url, { method: 'PUT', body: 'x' });
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
  });
});

describe('S3', () => {
  test('keeps objects over a restart and nothing of a broken upload', async () => {
    const dir = join(root, 'restart');
    const before = await start(dir);
    await before.put('k', 'kept');
    const socket = connect(Number(new URL(before.gateway.url).port), '127.0.0.1');
    const authorization = 'AWS4-HMAC-SHA256 Credential=AK/20261123/us-east-1/s3/aws4_request, Signature=0';
    socket.write(
      `PUT /pages/cut HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Length: 8\r\n\r\nhalf`,
    );
    await vi.waitFor(() => expect(readdirSync(join(dir, '.staging'))).toHaveLength(1));
    socket.destroy();
    await vi.waitFor(() => expect(readdirSync(join(dir, '.staging'))).toEqual([]));
    await before.gateway.close();
    const after = await start(dir);
    expect(await after.text('k')).toBe('kept');
    await expect(after.get('cut')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('hides that a key is missing from who may not list', async () => {
    const { get } = await start(null, [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }]);
    await expect(get('nothing')).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
  });

  test('has no bucket but those of the template', async () => {
    const { client } = await start(null);
    const other = client.send(new s3Sdk.GetObjectCommand({ Bucket: 'other', Key: 'k' }));
    await expect(other).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});
