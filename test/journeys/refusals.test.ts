import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import { openStage } from '../../infra/admin/stage-access.ts';
import { systemRandom, systemClock } from '../../shared/process/system.ts';
import type { Route } from '../../shared/api/route.ts';
import { type Scope, SCOPES } from '../../shared/domain/scopes.ts';
import { ROUTES } from '../../shared/api/routes.ts';
import { ERROR_LABELS } from '../../shared/domain/errors.ts';
import type { ErrorLabel } from '../../shared/domain/errors.ts';
import { deleteKey } from '../../shared/engine/workspace/delete-key.ts';
import { deriveUid, runUidOf } from '../../shared/domain/ids.ts';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient, Asked } from '../support/api-client.ts';
import { openReceiver, shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem, Receiver } from '../support/local-system.ts';
import { until } from '../support/until.ts';

let system: LocalTestSystem;
let api: ApiClient;
let upstream: Receiver;
let hanging: Promise<readonly [label: string, status: number]>;

beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  upstream = await openReceiver(({ path }) => {
    if (path.endsWith('/hang')) return { status: 200, afterMs: 60_000 };
    if (path.endsWith('/limited')) return { status: 429, headers: { 'retry-after': '7' } };
    return { status: path.endsWith('/broken') ? 500 : 200, body: 'words' };
  });
  // The 25 s of a live call pass while the other tests run.
  hanging = timeOut();
  hanging.catch(() => undefined); // told by the test that awaits it
});
afterAll(async () => {
  await system.close();
  await upstream.close();
});

/** A live call past its 25 s, and again where a busy machine takes so long beside it that the gateway answers first. */
async function timeOut(): Promise<readonly [label: string, status: number]> {
  const { body, status, headers } = await until('an answer of our own', async () => {
    const url = `${upstream.url}/hang`;
    const answer = await api.send('POST', '/v1/actions/http-request/run/live', { body: { input: { url } } });
    return labelOf(answer.body) === '' ? null : answer;
  });
  const run = await api.ask('getRun', { params: { run_uid: headers.get('x-run-uid') ?? '' } });
  expect(run.body).toMatchObject({ status: 'FAILED', last_error: { error_label: labelOf(body) } });
  return [labelOf(body), status];
}

const live = (action: string, input: object): Asked => ({ params: { action }, body: { input } });
const launch = (body: unknown, more: object = {}): Asked => ({ params: { action: 'search-cities' }, body, ...more });
const ASYNC = '/v1/actions/search-cities/run/async';
const ONE = { inputs: [{ country: 'MT' }] };

async function newKey(workspace: string, scopes: readonly Scope[] = ['read', 'run', 'manage']): Promise<string> {
  return (await system.newKey({ workspace, scopes })).apiKey;
}

async function newRevokedKey(): Promise<string> {
  const { apiKey, key, workspace } = await system.newKey({ workspace: 'revoked' });
  const ports = { keys: openStage(addressOf(system.runtime)).keys, now: () => systemClock.now() };
  const revoked = await deleteKey(ports, workspace.uid, key.uid, { lastAdminToo: true });
  if (revoked === null) throw new Error('the key is not listed');
  return apiKey;
}

async function ended(runUid: string) {
  return await until('the end of a run', async () => {
    const { body } = await api.ask('getRun', { params: { run_uid: runUid } });
    return body.finished_at === null ? null : body;
  });
}

/** Labels nothing in this system answers with, each with the reason. */
const NOT_YET: Partial<Record<ErrorLabel, string>> = {
  NO_RESULT: 'no action of this deployment throws NoResult; test/engine proves it with one that does',
  UNAVAILABLE: 'test/functions/unavailable.test.ts takes the table away',
  RECEIVER_NOT_ALLOWED: 'this stage allows every host; test/engine/callback-hosts.test.ts takes one off its list',
};

const label = async (answer: ReturnType<ApiClient['refused']>): Promise<readonly [string, number]> => {
  const { body, status } = await answer;
  return [body.error_label, status];
};

/** How each label comes about, as a caller meets it. */
const JOURNEYS: Partial<Record<ErrorLabel, () => Promise<readonly [label: string, status: number]>>> = {
  BAD_INPUT: () => label(api.refused('runLive', live('search-cities', { country: 'xx' }))),
  BAD_PARAMETERS: () => label(api.refused('runAsync', launch({ ...ONE, parameters: { max_results: 150_001 } }))),
  UNAUTHORIZED: () => label(api.refused('listRuns', { apiKey: null })),
  FORBIDDEN: async () => label(api.refused('runAsync', launch(ONE, { apiKey: await newKey('readers', ['read']) }))),
  NOT_FOUND: () => label(api.refused('getRun', { params: { run_uid: unknownRun() } })),
  ACTION_NOT_FOUND: () => label(api.refused('runLive', live('no-such-action', {}))),
  METHOD_NOT_ALLOWED: async () => {
    const { status, body, headers } = await api.send('DELETE', '/v1/runs');
    expect(headers.get('allow')).toBe('GET');
    return [labelOf(body), status];
  },
  NOT_ACCEPTABLE: () => label(api.refused('listRuns', { headers: { accept: 'text/html' } })),
  INVALID_STATE: async () => {
    const { headers } = await api.ask('runLive', live('search-cities', { country: 'MT' }));
    return label(api.refused('listRunOutputs', { params: { run_uid: headers.get('x-run-uid') ?? '' } }));
  },
  IDEMPOTENCY_MISMATCH: async () => {
    const headers = { 'idempotency-key': 'first-this-then-that' };
    await api.ask('runAsync', launch(ONE, { headers }));
    return label(api.refused('runAsync', launch({ inputs: [{ country: 'LU' }] }, { headers })));
  },
  IDEMPOTENCY_IN_FLIGHT: async () => {
    const apiKey = await newKey('twins');
    const inputs = Array.from({ length: 2_000 }, () => ({ country: 'MT', name: 'no such place' }));
    return await until('two at once', async () => {
      const asked = launch({ inputs }, { apiKey, headers: { 'idempotency-key': systemRandom.uuid() } });
      const answers = await Promise.all([1, 2, 3].map(() => api.send('POST', ASYNC, asked)));
      const refused = answers.find(({ status }) => status === 409);
      return refused === undefined ? null : ([labelOf(refused.body), refused.status] as const);
    });
  },
  PAYLOAD_TOO_LARGE: () => label(api.refused('runAsync', launch(padded(4_600_000)))),
  UNSUPPORTED_MEDIA_TYPE: () =>
    label(api.refused('runAsync', launch('a=1', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }))),
  ACTION_FAILED: () => label(api.refused('runLive', live('extract-json-api', { url: `${upstream.url}/words` }))),
  DEPENDENCY_FAILED: async () => {
    const failing = { inputs: [{ url: `${upstream.url}/words` }] };
    const first = await api.ask('runAsync', { params: { action: 'extract-json-api' }, body: failing });
    const second = await api.ask('runAsync', launch({ ...ONE, depends_on: [first.body.uid] }));
    const { last_error: error, status } = await ended(second.body.uid);
    expect(status).toBe('FAILED');
    return [error?.error_label ?? '', error?.status_code ?? 0];
  },
  UPSTREAM_ERROR: () => label(api.refused('runLive', live('http-request', { url: `${upstream.url}/broken` }))),
  UPSTREAM_TIMEOUT: () => hanging,
  LIMIT_REACHED: async () => {
    const { body, status, headers } = await api.refused(
      'runLive',
      live('http-request', { url: `${upstream.url}/limited` }),
    );
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(6);
    expect(body.params['postponed_until']).toEqual(expect.any(String));
    return [body.error_label, status];
  },
  INTERNAL_ERROR: async () => {
    const { runtime } = system;
    const key = runtime.accessKeyIdOf('trireme-local-run');
    const fn = runtime.plan.functions.find(({ name }) => name === 'trireme-local-run');
    const statements = runtime.plan.roles.find(({ arn }) => arn === fn?.roleArn)?.statements ?? [];
    runtime.gateway.setStatements(key, []);
    const { body, status } = await api.refused('getRun', { params: { run_uid: unknownRun() } });
    runtime.gateway.setStatements(key, statements);
    expect(body.message).not.toMatch(/AccessDenied|arn:/);
    expect(JSON.stringify(system.logs)).toContain(body.error_ref);
    return [body.error_label, status];
  },
};

const STATUSES: Partial<Record<ErrorLabel, number>> = { DEPENDENCY_FAILED: 424 };

const labelOf = (body: unknown): string =>
  typeof body === 'object' && body !== null && 'error_label' in body ? String(body.error_label) : '';
const unknownRun = (): string => runUidOf(randomBytes(10));

/** A launch whose JSON takes so many bytes. */
function padded(bytes: number): string {
  const text = JSON.stringify(ONE);
  return `${text.slice(0, -1)}${' '.repeat(bytes - text.length)}}`;
}

describe('the error catalogue', () => {
  it('has a journey for every label that can be met', () => {
    expect([...Object.keys(JOURNEYS), ...Object.keys(NOT_YET)].toSorted()).toEqual([...ERROR_LABELS].toSorted());
  });

  // The slowest last.
  const labels = ERROR_LABELS.filter((one) => one in JOURNEYS && one !== 'UPSTREAM_TIMEOUT');
  it.each(labels)('%s is met', async (wanted) => {
    const [seen, status] = (await JOURNEYS[wanted]?.()) ?? [];
    expect(seen).toBe(wanted);
    if (wanted in STATUSES) expect(status).toBe(STATUSES[wanted]);
  });
});

describe('keys', () => {
  it.each([
    ['malformed', 'not-a-key'],
    ['of a wrong checksum', `trk_${'a'.repeat(38)}`],
    ['empty', ''],
  ])('that are %s are refused', async (_, apiKey) => {
    expect((await api.refused('listRuns', { apiKey })).body.error_label).toBe('UNAUTHORIZED');
  });

  it('that are revoked or of no workspace are refused alike', async () => {
    const apiKey = await newRevokedKey();
    const refused = await api.refused('listRuns', { apiKey });
    expect(refused.body).toMatchObject({
      error_label: 'UNAUTHORIZED',
      message: expect.stringMatching(/unknown or revoked/),
    });
  });

  it('without a scope are told which one', async () => {
    const apiKey = await newKey('runners', ['run']);
    const refused = await api.refused('getSigningSecret', { apiKey });
    expect(refused.body).toMatchObject({ error_label: 'FORBIDDEN', params: { scope: 'manage' } });
    expect((await api.refused('listRuns', { apiKey })).body.params).toEqual({ scope: 'read' });
  });
});

describe("another workspace's uid", () => {
  const routes = ROUTES.filter(({ path }: Route) => /_uid\}/.test(path)).map(
    (route: Route) => [route.method, route.path] as const,
  );
  let uid = '';
  let scheduleUid = '';
  let bulkUid = '';
  let stranger = '';
  beforeAll(async () => {
    stranger = await newKey('stranger', SCOPES);
    const { body } = await api.ask('runAsync', launch({ ...ONE, callback: { url: upstream.url } }));
    uid = body.uid;
    await ended(uid);
    const yearly = { ...ONE, cron: '@yearly' };
    scheduleUid = (await api.ask('runSchedule', launch(yearly))).body.uid;
    const filter = { status: ['SUCCEEDED' as const] };
    bulkUid = (await api.ask('createBulk', { body: { action: 'retry', filter } })).body.uid;
  });

  /** What the other workspace has, by the name of its uid in a path. */
  const theirs = async (): Promise<Readonly<Record<string, string>>> => ({
    run_uid: uid,
    callback_uid: deriveUid(uid, 'run_finished', { ending: 1 }),
    scheduled_run_uid: scheduleUid,
    key_uid: (await api.ask('getMe')).body.key.uid,
    bulk_uid: bulkUid,
  });
  /** A uid of that kind that nobody has. */
  const unknownUid = (name: string): string =>
    name === 'callback_uid' ? deriveUid(unknownRun(), 'run_finished', { ending: 1 }) : unknownRun();

  it.each(routes)('answers %s %s byte for byte as an unknown one', async (method, path) => {
    const uids = await theirs();
    const answerTo = async (own: boolean) => {
      const name = /\{(\w+_uid)\}/.exec(path)?.[1] ?? '';
      const foreign = uids[name];
      if (foreign === undefined) throw new Error(`What has a ${name}? Say it in theirs().`);
      const asked = own ? foreign : unknownUid(name);
      const { status, text, headers } = await api.send(method, path.replace(`{${name}}`, asked), {
        apiKey: stranger,
        ...(method === 'POST' ? { body: {} } : {}),
        ...(method === 'PATCH' ? { body: name === 'key_uid' ? { label: 'mine' } : {} } : {}),
      });
      const { error_ref: ref } = JSON.parse(text) as { error_ref: string }; // any refusal of ours has one
      expect(status).toBe(404);
      const names = [...headers.keys()].filter((header) => header !== 'date').toSorted();
      return [text.replaceAll(asked, 'UID').replace(ref, 'REF'), names];
    };
    expect(await answerTo(true)).toEqual(await answerTo(false));
  });

  it('as a dependency is not found, and nothing is created', async () => {
    const refused = await api.refused('runAsync', launch({ ...ONE, depends_on: [uid] }, { apiKey: stranger }));
    expect(refused.status).toBe(404);
    expect((await api.ask('listRuns', { apiKey: stranger })).body).toEqual([]);
  });
});

describe('bad bodies', () => {
  let apiKey = '';
  beforeAll(async () => {
    apiKey = await newKey('writers');
  });
  const many = Array.from({ length: 100_001 }, () => ({ country: 'MT' }));
  let deep: unknown = 1;
  for (let depth = 0; depth < 33; depth += 1) deep = { deep };
  it.each<[string, unknown, string, RegExp]>([
    ['an unknown field', { ...ONE, wrong: 1 }, 'BAD_INPUT', /wrong/],
    ['a wrong type', { inputs: 'MT' }, 'BAD_INPUT', /inputs/],
    ['no inputs', { inputs: [] }, 'BAD_INPUT', /1 to/],
    ['nothing', {}, 'BAD_INPUT', /inputs/],
    ['a list', [], 'BAD_INPUT', /object/],
    ['no JSON', '{"inputs":', 'BAD_INPUT', /JSON/],
    ['33 levels', { inputs: [deep] }, 'BAD_INPUT', /32/],
    ['identity_id', { ...ONE, identity_id: 'x' }, 'BAD_INPUT', /set by the owner/],
    ['page_size', { ...ONE, page_size: 10 }, 'BAD_INPUT', /max_results/],
    ['offset', { ...ONE, offset: 10 }, 'BAD_INPUT', /cursor/],
    ['100,001 inputs', { inputs: many }, 'PAYLOAD_TOO_LARGE', /100000.*uploads/],
    [
      'custom_data over 8 KB',
      { inputs: [{ country: 'MT', custom_data: { text: 'x'.repeat(8_193) } }] },
      'PAYLOAD_TOO_LARGE',
      /8192/,
    ],
    ['4.6 MB', padded(4_600_000), 'PAYLOAD_TOO_LARGE', /4500000/],
  ])('of %s are told what, where and what is allowed', async (_, body, wanted, message) => {
    const refused = await api.refused('runAsync', launch(body, { apiKey }));
    expect([refused.body.error_label, refused.body.message]).toEqual([wanted, expect.stringMatching(message)]);
  });

  it('of 11 MB are refused by the gateway, in its own words', async () => {
    const { status, text } = await api.send('POST', ASYNC, {
      body: padded(11_000_000),
    });
    expect([status, text]).toEqual([413, '{"message":"Request Entity Too Large"}']);
  });
});

/** One address of each row of the list of addresses no request may go to, and the ways to write one. */
const REFUSED_HOSTS = [
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '169.254.169.254',
  '172.31.0.1',
  '192.0.0.8',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '168.63.129.16',
  '127.0.0.1',
  '[::1]',
  '[::]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[ff02::1]',
  '[::ffff:127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2001::1]',
  '[2001:db8::1]',
  '[2002:7f00:1::]',
  '[3fff::1]',
  '[4000::1]',
  '0x7f.1',
  '2130706433',
  '017700000001',
  'localhost',
  'a.localhost',
  '127.0.0.1.',
];

describe('callback urls', () => {
  it('that are private literals, not https, of another port or with a user are refused at launch', async () => {
    const urls = [
      ...REFUSED_HOSTS.map((host) => `https://${host}/hook`),
      'http://example.com/',
      'http://10.0.0.1/',
      'ftp://example.com/',
      'https://example.com:8443/',
      'https://user:pass@example.com/',
      'https://user@example.com/',
      '/hook',
      'example.com',
    ];
    const taken: string[] = [];
    for (const url of urls) {
      const refused = await api.send('POST', ASYNC, launch({ ...ONE, callback: { url } }));
      if (refused.status !== 400 || !refused.text.includes('callback.url'))
        taken.push(`${url}: ${refused.text.slice(0, 200)}`);
    }
    expect(taken).toEqual([]);
  });

  // Which addresses a name may have is proved against a name server of our own in test/storage/guarded-http-dns.test.ts.
  it('whose name has no address are told in the record, and tried again', async () => {
    const own = openApiClient(system.url, await newKey('dialers'));
    const callback = { url: 'https://no-such-host.invalid/hook', on: 'final' };
    const { body } = await own.ask('runAsync', launch({ ...ONE, callback }));
    const record = await until('a failed attempt', async () => {
      const [first] = await own.all('listRunCallbacks', { params: { run_uid: body.uid } });
      return first === undefined || first.error === null ? null : first;
    });
    expect(record).toMatchObject({ status: 'PENDING', http_status: null, error: { error_label: 'UPSTREAM_ERROR' } });
    expect(record.error?.message).toContain('no-such-host.invalid');
    expect(record.next_attempt_at).not.toBeNull();
  });
});

it('UPSTREAM_TIMEOUT is met when an upstream hangs past 25 s, and the run is recorded', async () => {
  expect(await JOURNEYS.UPSTREAM_TIMEOUT?.()).toEqual(['UPSTREAM_TIMEOUT', 424]);
});
