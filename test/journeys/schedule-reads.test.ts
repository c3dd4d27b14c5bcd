import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../../shared/api/route.ts';
import type { Scope } from '../../shared/domain/scopes.ts';
import { ROUTES } from '../../shared/api/routes.ts';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { until } from '../support/until.ts';

const action = 'search-cities';
const yearly = { inputs: [{ country: 'AD' }], cron: '0 9 1 1 *', timezone: 'Europe/Berlin' };
const unknown = '00000000-0000-4000-8000-000000000000';

let system: LocalTestSystem;
let api: ApiClient;

beforeAll(async () => {
  system = await shareLocalSystem({ hasChaos: false });
  api = openApiClient(system.url, system.apiKey);
});
afterAll(() => system.close());

const launch = async (body: object, apiKey = system.apiKey) =>
  (await api.ask('runSchedule', { params: { action }, body, apiKey })).body;
const of = (uid: string) => ({ params: { scheduled_run_uid: uid } });

async function newKey(workspace: string, scopes: readonly Scope[] = ['read', 'run', 'manage']): Promise<string> {
  return (await system.newKey({ workspace, scopes })).apiKey;
}

describe('the list', () => {
  let apiKey = '';
  let uids: readonly string[] = [];
  const list = (query: string) =>
    api.all('listSchedules', { query, apiKey }).then((rows) => rows.map(({ uid }) => uid));
  beforeAll(async () => {
    apiKey = await newKey('lists');
    const made: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) made.push((await launch({ ...yearly, name }, apiKey)).uid);
    const other = { params: { action: 'extract-json-api' }, apiKey };
    const body = { inputs: [{ url: 'https://example.com/' }], cron: '@daily' };
    made.push((await api.ask('runSchedule', { ...other, body })).body.uid);
    await api.ask('pauseSchedule', { ...of(made[1] ?? ''), apiKey });
    await api.ask('cancelSchedule', { ...of(made[2] ?? ''), apiKey });
    uids = made;
    await until('the list to catch up', async () => ((await list('')).length === 6 ? true : null));
  });
  const those = (...indexes: readonly number[]) => indexes.map((index) => uids[index]);

  it.each([
    ['', [5, 4, 3, 2, 1, 0]],
    ['?sort=created_at', [0, 1, 2, 3, 4, 5]],
    ['?sort=-created_at&limit=2', [5, 4, 3, 2, 1, 0]],
    ['?sort=created_at&limit=2', [0, 1, 2, 3, 4, 5]],
    ['?status=PAUSED&status=CANCELLED', [2, 1]],
    ['?status=ACTIVE&limit=1', [5, 4, 3, 0]],
    ['?action_name=extract-json-api', [5]],
    ['?name=a&name=e&sort=created_at', [0, 4]],
    ['?name=a&status=PAUSED', []],
  ])('%s holds what it should, in order', async (query, indexes) => {
    expect(await list(query)).toEqual(those(...indexes));
  });

  it('takes several uids, and not those of others', async () => {
    const { uid: foreign } = await launch(yearly);
    expect(await list(`?uid=${uids[3]}&uid=${uids[1]}&uid=${foreign}&limit=1`)).toEqual(those(3, 1));
  });

  it.each([
    ['limit', '?limit=101'],
    ['limit', '?limit=0'],
    ['sort', '?sort=name'],
    ['status', '?status=RUNNING'],
    ['colour', '?colour=red'],
    ['cursor', '?cursor=nonsense'],
  ])('is refused by the name of a bad %s: %s', async (name, query) => {
    const { body } = await api.refused('listSchedules', { query, apiKey });
    expect(body).toMatchObject({ error_label: 'BAD_INPUT', message: expect.stringContaining(name) });
  });

  it('refuses a cursor of another query, another list and another workspace', async () => {
    const { headers } = await api.ask('listSchedules', { query: '?limit=2', apiKey });
    const next = headers.get('x-pagination-next') ?? '';
    const cursor = new URL(next).searchParams.get('cursor') ?? '';
    for (const asked of [
      { query: `?limit=2&sort=created_at&cursor=${cursor}`, apiKey },
      { query: `?limit=2&cursor=${cursor}` },
      { query: `?limit=2&cursor=${cursor.slice(0, -2)}AA`, apiKey },
    ]) {
      const { body } = await api.refused('listSchedules', asked);
      expect(body).toMatchObject({ error_label: 'BAD_INPUT', message: expect.stringContaining('cursor') });
    }
    const { body } = await api.refused('listFires', { ...of(uids[0] ?? ''), query: `?cursor=${cursor}`, apiKey });
    expect(body.message).toContain('cursor');
  });
});

describe('a key', () => {
  const routes = ROUTES.filter(({ path }: Route) => path.includes('schedule'));
  it.each([['read'], ['run'], ['manage']] as const)(
    'with scope %s may do what the table says, and no more',
    async (scope) => {
      const apiKey = await newKey('scopes', [scope]);
      for (const route of routes as readonly Route[]) {
        const path = route.path.replace('{action}', action).replace('{scheduled_run_uid}', unknown);
        const body = route.method === 'GET' || route.method === 'DELETE' ? {} : { body: {} };
        const { status, text } = await api.send(route.method, path, { apiKey, ...body });
        if (route.scope === scope) expect(status, `${route.method} ${path}`).not.toBe(403);
        else
          expect([status, text], `${route.method} ${path}`).toEqual([403, expect.stringContaining(`"${route.scope}"`)]);
      }
      const needs = (operation: string) => routes.find((route: Route) => route.operation === operation)?.scope;
      const verbs = ['update', 'patch', 'pause', 'resume', 'trigger', 'cancel', 'delete', 'remove'];
      expect(verbs.map((verb) => needs(`${verb}Schedule`))).toEqual(verbs.map(() => 'manage'));
      expect(['runSchedule', 'previewSchedule', 'listFires'].map(needs)).toEqual(['run', 'read', 'read']);
    },
  );
});

describe('a preview', () => {
  const preview = async (body: object) => (await api.ask('previewSchedule', { body })).body;

  it('begins now unless told, with ten times, the first as a launch would have it', async () => {
    const { cron, timezone } = yearly;
    const { fires, notes } = await preview({ cron, timezone });
    expect(fires).toHaveLength(10);
    expect(fires[0]?.at).toBe((await launch(yearly)).next_execution_at);
    expect(notes).toEqual([]);
  });

  it('notes a local time that comes twice, by the rule of its hour field', async () => {
    const span = { timezone: 'America/New_York', from: '2026-11-01T04:00:00Z', count: 3 };
    const fixed = await preview({ ...span, cron: '30 1 * * *' });
    expect(fixed.fires.slice(0, 2).map(({ local }) => local)).toEqual([
      '2026-11-01T01:30:00-04:00',
      '2026-11-02T01:30:00-05:00',
    ]);
    expect(fixed.notes).toEqual([
      { local: '2026-11-01T01:30:00-04:00', note: expect.stringContaining('first time only') },
    ]);
    const absolute = await preview({ ...span, cron: '30 * * * *' });
    expect(absolute.fires.map(({ local }) => local)).toEqual([
      '2026-11-01T00:30:00-04:00',
      '2026-11-01T01:30:00-04:00',
      '2026-11-01T01:30:00-05:00',
    ]);
    expect(absolute.notes).toEqual([
      { local: '2026-11-01T01:30:00-04:00', note: expect.stringContaining('both times') },
    ]);
  });

  it.each([
    [{ cron: '60 * * * *' }, 'cron', /minute: "60" .*0–59/],
    [{ cron: '0 24 * * *' }, 'cron', /hour: "24" .*0–23/],
    [{ cron: '0 0 L * *' }, 'cron', /day-of-month: "L" .*not supported/],
    [{ cron: '0 0 1 13 *' }, 'cron', /month: "13" .*1–12/],
    [{ cron: '0 0 * * 5#2' }, 'cron', /day-of-week: "5#2" .*not supported/],
    [{ cron: '@reboot' }, 'cron', /"@reboot" is not a macro/],
    [{ cron: '0 0 30 2 *' }, 'cron', /does not exist/],
    [{ cron: '* * * * *\n' }, 'cron', /line break/],
    [{ cron: '0'.repeat(129) }, 'cron', /at most 128/],
    [{ cron: '0'.repeat(2_000) }, 'cron', /at most 128/],
    [{ cron: '@daily', timezone: 'Mars/Olympus' }, 'timezone', /not a known time zone/],
    [{ cron: '@daily', count: 101 }, 'count', /100/],
    [{ cron: '@daily', from: 'tomorrow' }, 'from', /RFC 3339/],
    [{}, 'cron', /./],
  ])('of %j is refused by path and reason', async (body, path, message) => {
    const { body: error } = await api.refused('previewSchedule', { body });
    expect(error).toMatchObject({
      error_label: 'BAD_INPUT',
      validation_errors: [{ path, message: expect.stringMatching(message) }],
    });
  });
});

it('nothing of all this was denied', () => {
  expect(system.notices.filter((notice) => /scheduler:|AccessDenied/.test(notice))).toEqual([]);
});
