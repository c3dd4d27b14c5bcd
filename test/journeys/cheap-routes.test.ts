import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerActions } from '../../functions/actions/index.ts';
import { buildOpenapi } from '../../shared/api/document/openapi.ts';
import { digestApiKey, formatApiKey, keyUidOf } from '../../shared/domain/api-key.ts';
import { type LocalTestSystem, startLocalSystem } from '../support/local-system.ts';

let system: LocalTestSystem;
beforeAll(async () => {
  system = await startLocalSystem();
});
afterAll(() => system.close());

interface RawAnswer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** The bytes as they are sent: fetch would uncompress them. */
function get(path: string, headers: Readonly<Record<string, string>>): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${system.url}${path}`, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject).end();
  });
}

describe('GET /v1/openapi.json', () => {
  const document = (): unknown =>
    JSON.parse(
      JSON.stringify(buildOpenapi({ publicUrl: system.url, actions: registerActions(['http-request']).list() })),
    );
  const fresh = {
    'cache-control': 'public, max-age=300',
    'content-type': 'application/json',
    vary: 'accept-encoding, origin',
  };

  it('is sent whole to who takes nothing else, with what a cache needs', async () => {
    const answer = await get('/v1/openapi.json', {});
    expect(answer).toMatchObject({
      status: 200,
      headers: { ...fresh, etag: expect.stringMatching(/^W\/"[\w-]{22}"$/) },
    });
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(answer.body.toString())).toEqual(document());
  });

  it.each(['gzip', 'br;q=1, GZIP;q=0.5', 'deflate, *'])('is compressed for who takes %s', async (encoding) => {
    const answer = await get('/v1/openapi.json', { 'accept-encoding': encoding });
    expect(answer).toMatchObject({ status: 200, headers: { ...fresh, 'content-encoding': 'gzip' } });
    expect(JSON.parse(gunzipSync(answer.body).toString())).toEqual(document());
  });

  it.each(['identity', 'br', 'gzip;q=0', 'gzip; q=0.000, *'])('is not compressed for %s', async (encoding) => {
    const answer = await get('/v1/openapi.json', { 'accept-encoding': encoding });
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(answer.body.toString())).toEqual(document());
  });

  it('is not sent again to who has it', async () => {
    const { headers } = await get('/v1/openapi.json', {});
    const etag = String(headers['etag']);
    for (const known of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
      const answer = await get('/v1/openapi.json', { 'if-none-match': known });
      const { 'content-type': _, ...kept } = fresh;
      expect(answer).toMatchObject({ status: 304, headers: { ...kept, etag }, body: Buffer.alloc(0) });
    }
    expect((await get('/v1/openapi.json', { 'if-none-match': 'W/"older"' })).status).toBe(200);
  });
});

describe('many calls with keys that do not exist', () => {
  it('are answered in our shape, with when to come back', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, number) =>
        fetch(`${system.url}/v1/actions`, { headers: { 'x-api-key': formatApiKey(Buffer.alloc(20, `${number}.`)) } }),
      ),
    );
    const refusals = await Promise.all(answers.map(async (answer) => [answer, await answer.json()] as const));
    for (const [{ status, headers }, body] of refusals) {
      expect(body).toMatchObject({
        status_code: status,
        error_label: status === 401 ? 'UNAUTHORIZED' : 'LIMIT_REACHED',
      });
      expect(headers.get('retry-after')).toBe(status === 401 ? null : '1');
    }
  });
});

describe('the log of a call', () => {
  it('has the id that its answer has, workspace and key, never the key itself', async () => {
    const answer = await system.api.ask('listRuns', { query: '?limit=1' });
    const id = answer.headers.get('apigw-requestid');
    const lines = system.logs.filter((line) => JSON.stringify(line).includes(String(id)));
    expect(lines.map(({ message }) => message)).toContainEqual(
      expect.objectContaining({
        request_id: id,
        workspace_uid: system.workspaceUid,
        key_uid: keyUidOf(digestApiKey(system.apiKey)),
      }),
    );
    expect(JSON.stringify(system.logs)).not.toContain(system.apiKey);
  });
});
