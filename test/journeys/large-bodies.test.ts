import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REFUSED } from '../support/large-bodies.ts';
import { type LocalTestSystem, shareLocalSystem } from '../support/local-system.ts';

let system: LocalTestSystem;
beforeAll(async () => {
  system = await shareLocalSystem();
});
afterAll(() => system.close());

const ASYNC = '/v1/actions/search-cities/run/async';
const post = (path: string, body: string, method = 'POST'): Promise<Response> =>
  fetch(`${system.url}${path}`, {
    method,
    headers: { 'x-api-key': system.apiKey, 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body }),
  });

describe('a large body', () => {
  // Each row is held against its answer in test/functions/large-bodies.test.ts; here one of each kind comes over HTTP.
  const kinds = [
    'ones as inputs',
    'empty inputs',
    'header names',
    'parameters:',
    'properties at',
    'broken JSON at',
    'nested lists',
    'a long uid',
    'preview: a long cron',
    'live: properties',
  ];
  const rows = kinds.flatMap((kind) => REFUSED.find(({ what }) => what.startsWith(kind)) ?? []);

  it.each(rows.map((row) => [row.what, row] as const))(
    'is refused in our shape: %s',
    async (_, { path, body, status, says }) => {
      const answer = await post(path, body?.() ?? '');
      expect(answer.status).toBe(status);
      expect(await answer.json()).toMatchObject({ message: expect.stringMatching(says), status_code: status });
    },
  );

  it('that is JSON in strings is too much for the event, as it is for Lambda: the gateway answers', async () => {
    const text = JSON.stringify(Array.from({ length: 1_600 }, () => ''));
    const inputs = Array.from({ length: 545 }, () => ({ country: 'FR', custom_data: { text } }));
    const body = JSON.stringify({ inputs });
    expect(body.length).toBeLessThan(4_500_000);
    expect(JSON.stringify(body).length).toBeGreaterThan(6_291_456);
    const answer = await post(ASYNC, body);
    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe('{"message":"Internal Server Error"}');
    // The way round is in the document, which needs no key.
    const document = await (await fetch(`${system.url}/v1/openapi.json`)).text();
    expect(document).toContain('6291456');
    expect(document).toMatch(/Internal Server Error.*POST \/v1\/uploads/);
  });

  it('over 4.5 MB names the limit and the way round', async () => {
    const answer = await post(ASYNC, JSON.stringify({ name: 'x'.repeat(4_500_000) }));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ message: expect.stringMatching(/4500000; .*POST \/v1\/uploads/) });
  });
});
