import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient, Asked } from '../support/api-client.ts';
import { openApiClient } from '../support/api-client.ts';
import { shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { openCallbackReceiver } from '../support/receiver.ts';
import type { CallbackReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

const params = { action: 'search-cities' };
const inputs = [{ country: 'AD' }];
const yearly = { inputs, cron: '0 9 1 1 *' };

let system: LocalTestSystem;
let api: ApiClient;
let receiver: CallbackReceiver;

beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  receiver = await openCallbackReceiver(system.signingSecret);
});
afterAll(async () => {
  await receiver.close();
  await system.close();
});

const launch = async (body: object) => (await api.ask('runAsync', { params, body: { inputs, ...body } })).body;
const runsTagged = async (...tags: readonly string[]): Promise<readonly string[]> => {
  const query = `?sort=created_at&${tags.map((tag) => `tag=${encodeURIComponent(tag)}`).join('&')}`;
  return (await api.all('listRuns', { query })).map(({ uid }) => uid);
};

describe('the tags of a run', () => {
  it('are shown as given, a repeated one once, and a run is found by each of them', async () => {
    const tags = ['nightly', 'customer 7, EU', 'ünïcode 🚲', 'nightly'];
    const { uid, ...run } = await launch({ tags });
    expect(run.tags).toEqual(tags.slice(0, 3));
    const other = await launch({ tags: ['weekly'] });
    const without = await launch({});
    expect(without.tags).toEqual([]);
    await until('the list to catch up', async () => ((await runsTagged('weekly')).length === 1 ? true : null));
    for (const tag of tags) expect(await runsTagged(tag)).toEqual([uid]);
    expect(await runsTagged('weekly', 'nightly')).toEqual([uid, other.uid]);
    expect(await runsTagged('customer 7')).toEqual([]);
    expect((await api.ask('getRun', { params: { run_uid: uid } })).body.tags).toEqual(tags.slice(0, 3));
  });

  it('come with its callbacks, where there are any', async () => {
    const callback = { url: receiver.url };
    const tagged = await launch({ callback, tags: ['vip'] });
    const plain = await launch({ callback });
    const callbacks = await receiver.untilComplete(tagged.uid);
    expect(callbacks.map(({ run }) => run.tags)).toEqual(callbacks.map(() => ['vip']));
    for (const { run } of await receiver.untilComplete(plain.uid)) expect(run).not.toHaveProperty('tags');
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['inline', {}],
    ['queued', { prefer: 'wait=25' }],
  ])('are those of a live call too, %s', async (kind, headers) => {
    const body = { input: { country: 'AD' }, tags: [`live ${kind}`] };
    const { headers: answered } = await api.ask('runLive', { params, body, headers });
    const uid = answered.get('x-run-uid') ?? '';
    expect((await api.ask('getRun', { params: { run_uid: uid } })).body.tags).toEqual([`live ${kind}`]);
    await until('the list to catch up', async () => ((await runsTagged(`live ${kind}`))[0] === uid ? true : null));
  });
});

describe('the tags of a schedule', () => {
  const of = (uid: string, body?: object): Asked => ({
    params: { scheduled_run_uid: uid },
    ...(body === undefined ? {} : { body }),
  });
  const schedulesTagged = async (query: string) =>
    (await api.all('listSchedules', { query: `?${query}` })).map(({ uid }) => uid);

  it('are inherited by its runs, changed and cleared by updates, and find it', async () => {
    const { uid, tags } = (await api.ask('runSchedule', { params, body: { ...yearly, tags: ['morning', 'eu'] } })).body;
    expect(tags).toEqual(['morning', 'eu']);
    const other = (await api.ask('runSchedule', { params, body: { ...yearly, tags: ['evening'] } })).body.uid;
    await until('the list to catch up', async () =>
      (await schedulesTagged('tag=evening')).includes(other) ? true : null,
    );
    expect(await schedulesTagged('tag=eu')).toEqual([uid]);
    expect(await schedulesTagged('tag=evening&tag=morning&sort=created_at&limit=1')).toEqual([uid, other]);
    expect(await schedulesTagged(`uid=${uid}&uid=${other}&tag=evening`)).toEqual([other]);
    expect((await api.ask('triggerSchedule', of(uid))).body.tags).toEqual(['morning', 'eu']);

    const renamed = await api.ask('patchSchedule', of(uid, { name: 'still so' }));
    expect(renamed.body.tags).toEqual(['morning', 'eu']);
    expect((await api.ask('patchSchedule', of(uid, { tags: ['noon'] }))).body.tags).toEqual(['noon']);
    expect((await api.ask('triggerSchedule', of(uid))).body.tags).toEqual(['noon']);
    expect((await api.ask('updateSchedule', of(uid, { tags: null }))).body.tags).toEqual([]);
    await until('the list to catch up', async () => ((await schedulesTagged('tag=noon')).length === 0 ? true : null));
  });
});

describe('tags that are refused', () => {
  it.each<[unknown, string]>([
    [[''], 'tags[0]'],
    [['a', 'x'.repeat(65)], 'tags[1]'],
    [['line\nbreak'], 'tags[0]'],
    [['\u0085'], 'tags[0]'],
    [[7], 'tags[0]'],
    [Array.from({ length: 11 }, (_, at) => `t${at}`), 'tags'],
    ['vip', 'tags'],
  ])('%j names the place', async (tags, path) => {
    for (const [operation, body] of [
      ['runAsync', { inputs, tags }],
      ['runSchedule', { ...yearly, tags }],
      ['runLive', { input: inputs[0], tags }],
    ] as const) {
      const { status, body: error } = await api.refused(operation, { params, body });
      expect([status, error.error_label]).toEqual([400, 'BAD_INPUT']);
      expect(error.validation_errors?.map((fault) => fault.path)).toEqual([path]);
    }
  });

  it('in a filter they are refused too', async () => {
    for (const operation of ['listRuns', 'listSchedules'] as const) {
      const { body } = await api.refused(operation, { query: '?tag=&tag=ok' });
      expect(body).toMatchObject({ error_label: 'BAD_INPUT', validation_errors: [{ path: 'tag[0]' }] });
    }
  });
});
