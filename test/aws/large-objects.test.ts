import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../infra/local/gateway/gateway.ts';
import type { Statement } from '../../infra/local/iam/statement.ts';
import { openS3 } from '../../infra/local/services/s3.ts';
import { bucketUrl } from '../../shared/aws/bucket-url.ts';
import { createLargeObjects } from '../../shared/aws/large-objects.ts';
import { createObjectRequests } from '../../shared/aws/object-requests.ts';

const REGIONS = ['us-east-1', 'eu-central-1', 'me-central-1', 'us-gov-west-1', 'cn-north-1', 'us-iso-east-1'];
const ON_OFF = [false, true];

function configOf(secretAccessKey = 'secret'): DynamoDBClient['config'] {
  return new DynamoDBClient({ region: 'us-east-1', credentials: { accessKeyId: 'AK', secretAccessKey } }).config;
}

/** A bucket `pages` behind the gateway, for a role that may use objects under `pages/`. */
async function startBucket() {
  const s3 = openS3({ dir: null, now: Date.now, buckets: ['pages'] });
  const statement: Statement = {
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject'],
    Resource: 'arn:aws:s3:::pages/pages/*',
  };
  const principal = { role: 'R', session: 's', statements: [statement], secretAccessKey: 'secret' };
  const gateway = await startGateway({ services: { s3 }, principals: new Map([['AK', principal]]) });
  onTestFinished(() => gateway.close());
  return createLargeObjects(configOf(), 'pages', { AWS_ENDPOINT_URL: gateway.url });
}

/** Requests for the bucket `pages` at a server that answers so. */
async function requestsTo(answer: RequestListener, attemptTimeoutMs = 5_000) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // cast: it listens on a port
  const endpointUrl = `http://127.0.0.1:${port}`;
  return createObjectRequests({ config: configOf(), bucket: 'pages', endpointUrl, attemptTimeoutMs, maxAttempts: 3 });
}

function refusal(code: string): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>as told</Message></Error>`;
}

test('a bucket is reached where the SDK itself would reach it', async () => {
  const { endpointProvider } = new S3Client({ region: 'us-east-1' }).config;
  for (const region of REGIONS) {
    for (const useFips of ON_OFF) {
      for (const useDualstack of ON_OFF) {
        // The SDK refuses FIPS in China and some pairs in isolated regions: there is nothing to compare with.
        const expected = (() => {
          try {
            return endpointProvider({ Bucket: 'pages', Region: region, UseFIPS: useFips, UseDualStack: useDualstack });
          } catch (error) {
            if (useFips || useDualstack) return null;
            throw error;
          }
        })();
        if (expected === null) continue;
        expect(bucketUrl({ bucket: 'pages', region, useFips, useDualstack }).href).toBe(expected.url.href);
      }
    }
  }
});

test('a bucket that cannot be part of a host name is refused', () => {
  const place = { region: 'us-east-1', useFips: false, useDualstack: false };
  for (const bucket of ['a.b', 'A', 'x/y', '']) expect(() => bucketUrl({ ...place, bucket })).toThrow('host name');
});

test('an object comes back byte for byte, whatever its size and key', async () => {
  const objects = await startBucket();
  const large = Buffer.alloc(3_000_000, 'trireme');
  for (const [key, bytes] of [
    ['pages/run/0/1.bin', large],
    ["pages/ü +%/it's (one)*!.bin", Buffer.from([0, 255, 128])],
    ['pages/empty', Buffer.alloc(0)],
  ] as const) {
    await objects.put(key, bytes);
    expect(Buffer.from(await objects.get(key)).equals(bytes)).toBe(true);
  }
});

test('what the role may not do is refused by the code of S3, at once', async () => {
  const objects = await startBucket();
  await expect(objects.put('uploads/x', Buffer.from('x'))).rejects.toMatchObject({
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
    message: expect.stringContaining('PUT uploads/x'),
  });
});

test('a request is signed for S3, its own headers and the hash of its body with it', async () => {
  const seen: { url?: string | undefined; headers: NodeJS.Dict<string | string[]> }[] = [];
  const request = await requestsTo((incoming, answer) => {
    seen.push({ url: incoming.url, headers: incoming.headers });
    incoming.resume().on('end', () => answer.end('well'));
  });
  const body = Buffer.from('{"a":1}');
  await request({ method: 'PUT', key: 'pages/a b.json', headers: { 'if-none-match': '*' }, body });
  expect(seen).toMatchObject([
    {
      url: '/pages/pages/a%20b.json',
      headers: {
        'if-none-match': '*',
        'content-length': '7',
        'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
        authorization: expect.stringMatching(
          /Credential=AK\/\d{8}\/us-east-1\/s3\/aws4_request, SignedHeaders=content-length;host;if-none-match;x-amz-content-sha256;x-amz-date,/,
        ),
      },
    },
  ]);
});

test.each([
  ['503 SlowDown', 503, refusal('SlowDown')],
  ['500 without a body', 500, ''],
  ['429', 429, ''],
  ['400 RequestTimeout', 400, refusal('RequestTimeout')],
])('an attempt that ends in %s is made again', async (_, status, text) => {
  let attempts = 0;
  const request = await requestsTo((incoming, answer) => {
    attempts += 1;
    if (attempts === 1) answer.statusCode = status;
    incoming.resume().on('end', () => answer.end(attempts === 1 ? text : 'well'));
  });
  const answer = await request({ method: 'PUT', key: 'k', body: Buffer.from('x') });
  expect([answer.body.toString(), attempts]).toEqual(['well', 2]);
});

test('an answer cut short is asked for again, never taken for the object', async () => {
  let attempts = 0;
  const request = await requestsTo((_, answer) => {
    attempts += 1;
    answer.setHeader('content-length', 4);
    if (attempts === 1) answer.write('we', () => answer.destroy());
    else answer.end('well');
  });
  expect((await request({ method: 'GET', key: 'k' })).body.toString()).toBe('well');
});

test('silence ends an attempt, and the last one tells for which object', async () => {
  let attempts = 0;
  const request = await requestsTo(() => void (attempts += 1), 1_000); // as long as a busy machine may need to hear of it
  await expect(request({ method: 'GET', key: 'pages/k' })).rejects.toThrow('did not answer GET pages/k within 1000 ms');
  expect(attempts).toBe(3);
});

test('an answer that stops half way ends by the attempt’s timeout', async () => {
  const request = await requestsTo((_, answer) => answer.setHeader('content-length', 4) && answer.write('we'), 30);
  await expect(request({ method: 'GET', key: 'k' })).rejects.toThrow('within 30 ms');
});

test('a refusal that would come again is not asked for again', async () => {
  let attempts = 0;
  const request = await requestsTo((_, answer) => {
    attempts += 1;
    answer.writeHead(404).end(refusal('NoSuchKey'));
  });
  await expect(request({ method: 'GET', key: 'k' })).rejects.toMatchObject({ name: 'NoSuchKey' });
  expect(attempts).toBe(1);
});
