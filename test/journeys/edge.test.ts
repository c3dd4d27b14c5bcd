import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingsOf } from '../../infra/settings.ts';
import { PAGE_ROUTES } from '../../shared/api/page-routes.ts';
import { ROUTES } from '../../shared/api/routes.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { openReceiver, startLocalSystem } from '../support/local-system.ts';

const APP = 'https://app.example.com';
const OTHER = 'https://elsewhere.example';

let system: LocalTestSystem;
beforeAll(async () => {
  const { runtime } = settingsOf('local');
  const settings = {
    publicUrl: 'https://api.example.com',
    corsOrigins: [APP, 'http://localhost:3000'],
    runtime: { ...runtime, callbackHosts: ['127.0.0.1', '*.BÜCHER.example'] },
  };
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

function corsOf({ headers }: Pick<Response, 'headers'>): Record<string, string> {
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
    const me = await system.api.send('GET', '/v1/me', { headers: { origin: APP } });
    expect([refused.status, me.status]).toEqual([401, 200]);
    for (const answer of [refused, me]) {
      const { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed = '' } = corsOf(answer);
      expect(origin).toBe(APP);
      const readable = new Set([...exposed.split(','), 'cache-control']);
      expect([...named].map((name) => name.toLowerCase()).filter((name) => !readable.has(name))).toEqual([]);
    }
  });

  it('may put an upload and get what is in the bucket', async () => {
    const { url, method, headers } = (await system.api.ask('createUpload', { body: {} })).body;
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
    expect(corsOf(await system.api.send('GET', '/v1/me', { headers: { origin: OTHER } }))).toEqual({});
  });
});

describe('a callback URL whose host the stage does not allow', () => {
  const url = 'https://hooks.example.net/hook';
  const inputs = [{ country: 'LI' }];
  const cron = '0 5 * * *';
  const entries = [
    ['a launch', 'POST', '/v1/actions/search-cities/run/async', { inputs, callback: { url } }, 'callback.url'],
    [
      'a dry run',
      'POST',
      '/v1/actions/search-cities/run/async?dry_run=true',
      { inputs, callback: { url } },
      'callback.url',
    ],
    [
      'a schedule',
      'POST',
      '/v1/actions/search-cities/run/schedule',
      { inputs, cron, callback: { url } },
      'callback.url',
    ],
    ['notifications', 'PUT', '/v1/notifications', { url, on: ['run.failed'] }, 'url'],
    ['a test', 'POST', '/v1/callbacks/test', { url }, 'url'],
  ] as const;

  it.each(entries)('is refused at %s, with what is allowed', async (_, method, path, body, at) => {
    const answer = await system.api.send(method, path, { body });
    const allowed = '127.0.0.1, *.xn--bcher-kva.example';
    const message = `callbacks may not be sent to the host hooks.example.net; allowed: ${allowed}`;
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { error_label: 'BAD_INPUT', validation_errors: [{ path: at, message }] },
    ]);
  });

  it('is refused where a schedule is changed to it', async () => {
    const path = '/v1/actions/search-cities/run/schedule';
    const taken = await system.api.send('POST', path, {
      body: { inputs, cron, callback: { url: 'https://a.bücher.example/' } },
    });
    const { uid } = taken.body as { uid: string };
    const changed = await system.api.send('POST', `/v1/schedules/${uid}/update`, { body: { callback: { url } } });
    expect([taken.status, changed.status]).toEqual([201, 400]);
  });

  it('does not keep those that are allowed from their callbacks', async () => {
    const receiver = await openReceiver();
    try {
      const path = '/v1/actions/search-cities/run/async';
      expect((await system.api.send('POST', path, { body: { inputs, callback: { url: receiver.url } } })).status).toBe(
        202,
      );
      await receiver.until((requests) => requests.length === 2);
    } finally {
      await receiver.close();
    }
  });

  it('is told by GET /v1/me', async () => {
    const { body: me } = await system.api.ask('getMe');
    expect(me).toMatchObject({ limits: { callback_hosts: ['127.0.0.1', '*.xn--bcher-kva.example'] } });
  });
});
