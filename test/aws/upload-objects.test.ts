import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../infra/local/gateway/gateway.ts';
import { openS3 } from '../../infra/local/services/s3.ts';
import { createUploadObjects, createUploadTickets } from '../../shared/aws/upload-objects.ts';
import type { Upload } from '../../shared/domain/upload.ts';

const TEXT = 'line one\nline two\n';
let now: number;
let upload: Upload;

beforeEach(() => {
  now = Date.UTC(2030, 0, 1);
  upload = { uid: randomUUID(), workspaceUid: randomUUID(), createdAt: now, usedBy: null };
});

/** A bucket `stage` behind the gateway, for a role that may get and put uploads and not list them. */
async function startBucket(contentLength: number | null = null) {
  const s3 = openS3({ dir: null, now: () => now, buckets: ['stage'] });
  const Action = ['s3:GetObject', 's3:PutObject'];
  const Resource = ['arn:aws:s3:::stage/incoming/*', 'arn:aws:s3:::stage/uploads/*'];
  const statement = { Effect: 'Allow', Action, Resource } as const;
  const principal = { role: 'R', session: 's', statements: [statement], secretAccessKey: 'secret' };
  const gateway = await startGateway({ services: { s3 }, principals: new Map([['AK', principal]]) });
  onTestFinished(() => gateway.close());
  const credentials = { accessKeyId: 'AK', secretAccessKey: 'secret' };
  const { config } = new DynamoDBClient({ region: 'us-east-1', credentials });
  const env = { AWS_ENDPOINT_URL: gateway.url };
  const { url, headers } = await createUploadTickets(config, 'stage', env).writeTicket(upload, 3_600, contentLength);
  return { objects: createUploadObjects(config, 'stage', env), url, headers };
}

const put = (url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Response> =>
  fetch(url, { method: 'PUT', headers, body });

test('a ticket takes one PUT, with its headers, and no other', async () => {
  const { url, headers, objects } = await startBucket();
  expect(await objects.findObject(upload)).toBeNull();
  expect((await put(url, {}, 'without its header')).status).toBe(403);
  expect((await put(url, headers, TEXT)).status).toBe(200);
  expect((await put(url, headers, 'again')).status).toBe(412);
  expect(await objects.findObject(upload)).toEqual({ etag: expect.stringMatching(/^"\w{32}"$/), bytes: TEXT.length });
});

test('a ticket is good for its time and for its key alone', async () => {
  const { url, headers } = await startBucket();
  expect((await put(url.replace(upload.uid, randomUUID()), headers, TEXT)).status).toBe(403);
  expect((await put(url.replace('X-Amz-Expires=3600', 'X-Amz-Expires=7200'), headers, TEXT)).status).toBe(403);
  now += 3_601_000;
  expect((await put(url, headers, TEXT)).status).toBe(403);
});

test('bytes are read in pieces, of what was pinned only', async () => {
  const { url, headers, objects } = await startBucket();
  await put(url, headers, TEXT);
  const found = await objects.findObject(upload);
  const pinned = { uid: upload.uid, etag: found?.etag ?? '', bytes: found?.bytes ?? 0 };
  await objects.keepObject(upload.workspaceUid, pinned);
  const read = async (from: number, count: number, of = pinned): Promise<string> =>
    Buffer.from(await objects.readBytes(upload.workspaceUid, of, from, count)).toString();
  expect([await read(5, 3), await read(9, 1_000)]).toEqual(['one', 'line two\n']);
  await expect(read(0, 1, { ...pinned, etag: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
});

test('where a length was said, the PUT takes just that', async () => {
  const { url, headers, objects } = await startBucket(TEXT.length);
  expect(headers).toEqual({ 'If-None-Match': '*', 'Content-Length': String(TEXT.length) });
  const own = { 'If-None-Match': '*' }; // fetch writes the length by itself, as every client does
  for (const other of [`${TEXT}!`, TEXT.slice(1)]) expect((await put(url, own, other)).status).toBe(403);
  expect(await objects.findObject(upload)).toBeNull();
  expect((await put(url, own, TEXT)).status).toBe(200);
});

test('what was put is kept by a launch, as it was pinned, and stays where it is put besides', async () => {
  const { url, headers, objects } = await startBucket();
  await put(url, headers, TEXT);
  const { uid, workspaceUid } = upload;
  const pinned = { uid, ...(await objects.findObject(upload)), bytes: TEXT.length, etag: '"0"' };
  await expect(objects.keepObject(workspaceUid, pinned)).rejects.toMatchObject({ name: 'PreconditionFailed' });
  const ref = { ...pinned, etag: (await objects.findObject(upload))?.etag ?? '' };
  for (let time = 0; time < 2; time += 1) await objects.keepObject(workspaceUid, ref);
  expect(Buffer.from(await objects.readBytes(workspaceUid, ref, 0, 100)).toString()).toBe(TEXT);
  expect((await put(url, headers, 'again')).status).toBe(412);
});
