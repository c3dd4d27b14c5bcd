import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAGE_ROUTES } from '../../shared/api/page-routes.ts';
import { ROUTES } from '../../shared/api/routes.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { startLocalSystem } from '../support/local-system.ts';

const APP = 'https://app.example.com';
const OTHER = 'https://elsewhere.example';

let system: LocalTestSystem;
beforeAll(async () => {
  const settings = { publicUrl: 'https://api.example.com', corsOrigins: [APP, 'http://localhost:3000'] };
  system = await startLocalSystem({ settings });
});
afterAll(() => system.close());

/** Every path of the system, with made-up variables, and one that is none. */
const PATHS = [...new Set([...ROUTES, ...PAGE_ROUTES].map(({ path }) => path)), '/v1/nothing'].map((path) =>
  path.replaceAll(/\{[^}]+\}/g, '5e971866-3ad8-8260-be86-92bb9b458e16'),
);

/** A few at a time: each function has a few threads. */
async function all(paths: readonly string[], work: (path: string) => Promise<void>): Promise<void> {
  const left = [...paths];
  const lane = async (): Promise<void> => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) await work(path);
  };
  await Promise.all(Array.from({ length: 12 }, lane));
}

const preflight = (origin: string, method: string, headers: string) => ({
  method: 'OPTIONS',
  headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': headers },
});

function corsOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
}

describe('every answer of a function, on every path', () => {
  it.each(['GET', 'POST', 'OPTIONS'])(
    'to %s, with a key and without, is taken for what it says it is, and binds browsers to https',
    async (method) => {
      const keys = [{}, { 'x-api-key': system.apiKey }];
      await all(PATHS, async (path) => {
        for (const headers of keys) {
          const init: RequestInit = { method, headers, redirect: 'manual' };
          const { status, headers: got } = await fetch(`${system.url}${path}`, init);
          expect([path, status, got.get('x-content-type-options')]).toEqual([path, status, 'nosniff']);
          expect([path, got.get('strict-transport-security')]).toEqual([path, 'max-age=31536000']);
        }
      });
    },
  );
});

describe('a page of an origin that the stage allows', () => {
  it.each([APP, 'http://localhost:3000'])('may ask from %s before it calls, on every path', async (origin) => {
    await all(PATHS, async (path) => {
      const answer = await fetch(`${system.url}${path}`, preflight(origin, 'POST', 'x-api-key,idempotency-key'));
      expect([path, answer.status, await answer.text(), corsOf(answer)]).toEqual([
        path,
        204,
        '',
        {
          'access-control-allow-origin': origin,
          'access-control-allow-methods': 'DELETE,GET,PATCH,POST,PUT',
          'access-control-allow-headers': 'content-type,x-api-key,idempotency-key,prefer,if-none-match',
          'access-control-max-age': '7200',
        },
      ]);
    });
  });

  it('may read answers, refusals too, with all headers that the document names', async () => {
    const { paths } = JSON.parse(readFileSync('shared/api/openapi.json', 'utf8')) as {
      paths: Record<string, Record<string, { responses: Record<string, { headers?: object }> }>>;
    };
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    const answers = operations.flatMap(({ responses }) => Object.values(responses));
    const named = new Set(answers.flatMap(({ headers = {} }) => Object.keys(headers)));
    expect(named.size).toBeGreaterThan(10);
    const refused = await fetch(`${system.url}/v1/me`, { headers: { origin: APP } });
    const me = await system.call('GET', '/v1/me', undefined, { origin: APP });
    expect([refused.status, me.status]).toEqual([401, 200]);
    for (const answer of [refused, me]) {
      const { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed = '' } = corsOf(answer);
      expect(origin).toBe(APP);
      const readable = new Set([...exposed.split(','), 'cache-control']);
      expect([...named].map((name) => name.toLowerCase()).filter((name) => !readable.has(name))).toEqual([]);
    }
  });

  it('may put an upload and get what is in the bucket', async () => {
    const { url, method, headers } = (await (await system.call('POST', '/v1/uploads', {})).json()) as {
      url: string;
      method: string;
      headers: Record<string, string>;
    };
    const asked = await fetch(url, preflight(APP, method, Object.keys(headers).join(',')));
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([200, APP]);
  });
});

describe('a page of another origin', () => {
  it('is told nothing, before it calls and after', async () => {
    await all(PATHS, async (path) => {
      const asked = await fetch(`${system.url}${path}`, preflight(OTHER, 'GET', 'x-api-key'));
      expect([path, asked.status, corsOf(asked)]).toEqual([path, 204, {}]);
    });
    expect(corsOf(await system.call('GET', '/v1/me', undefined, { origin: OTHER }))).toEqual({});
  });
});
