import { createServer, type Server } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';
import { Trireme, TriremeError, type RunDetail } from '../../shared/client/trireme.ts';
import { type Callback, createWebhookHandler, RunTally, type TallyState } from '../../shared/client/webhook.ts';
import { citiesOf } from '../support/all-cities.ts';
import { type LocalTestSystem, shareLocalSystem } from '../support/local-system.ts';
import { until } from '../support/until.ts';

interface Actions {
  readonly 'search-cities': {
    readonly input: { readonly country: string; readonly min_population?: number };
    readonly parameters: object;
    readonly result: { readonly name: string; readonly country: string };
  };
}

let system: LocalTestSystem;
let trireme: Trireme<Actions>;

beforeAll(async () => {
  system = await shareLocalSystem();
  trireme = system.trireme;
});
afterAll(() => system.close());

describe('a consumer with the client', () => {
  it('walks an action live, page by page, and has every result once', async () => {
    const found = [];
    for await (const city of trireme
      .action('search-cities')
      .live({ input: { country: 'LU' } })
      .items())
      found.push(city);
    expect(found).toEqual(citiesOf('LU'));
  });

  it('reads no further than it wants, and nothing where there is nothing', async () => {
    const action = trireme.action('search-cities');
    expect(await action.live({ input: { country: 'LU' } }).all(3)).toHaveLength(3);
    expect(await action.live({ input: { country: 'LU', min_population: 1e9 } }).all()).toEqual([]);
  });

  it.each([500, 429])('has an upstream that answers %i asked once by a live call', async (status) => {
    let asked = 0;
    const upstream = createServer((_, response) => {
      asked += 1;
      response.writeHead(status, { 'retry-after': '1' }).end();
    });
    await listenLocally(upstream, 0);
    const live = new Trireme({ url: system.url, apiKey: system.apiKey }).action('extract-json-api');
    const call = live.live({ input: { url: urlOf(upstream) } }).all();
    await expect(call).rejects.toMatchObject({ retryable: true, status: status === 500 ? 424 : 429 });
    expect(asked).toBe(1);
    upstream.close();
  });

  it('starts a run, follows it, and reads its results as items, CSV and lines of JSON', async () => {
    const run = await trireme.action('search-cities').start({
      inputs: [{ country: 'MT', custom_data: { row: 1 } }, { country: 'LU' }],
      name: 'by the client',
      tags: ['client'],
    });
    const seen: RunDetail[] = [];
    const ended = await run.wait({ onProgress: (state) => seen.push(state) });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', inputs: { total: 2, succeeded: 2 } });
    expect(seen.at(-1)).toEqual(ended);
    expect(run.state).toEqual(ended);
    const expected = [...citiesOf('MT'), ...citiesOf('LU')].length;
    expect(await run.outputs().all()).toHaveLength(expected);
    const texts: string[] = [];
    const sink = { write: (text: string) => texts.push(text) };
    await run.outputs().toCsv(sink);
    expect(texts.join('').trim().split('\r\n')).toHaveLength(expected + 1);
    texts.length = 0;
    await run.outputs().toNdjson(sink);
    expect(texts.join('').trim().split('\n')).toHaveLength(expected);
    const [first] = await run.envelopes().all(1);
    expect(first).toMatchObject({ input_index: 0, custom_data: { row: 1 }, result: { country: 'MT' } });
    expect(await run.inputs({ status: ['SUCCEEDED'] }).all()).toHaveLength(2);
    const listed = await until('the run in the list', async () => {
      const runs = await trireme.runs.list({ tag: ['client'] }).all();
      return runs.length === 1 ? runs : null;
    });
    expect(listed).toMatchObject([{ uid: run.uid, name: 'by the client' }]);
    expect((await trireme.runs.get(run.uid)).state).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('follows the results of a run while it works', async () => {
    const run = await trireme.action('search-cities').start({ inputs: [{ country: 'IS' }, { country: 'EE' }] });
    const found = [];
    for await (const city of run.outputs({ follow: true })) found.push(city);
    expect(found).toHaveLength([...citiesOf('IS'), ...citiesOf('EE')].length);
  });

  it('uploads a file and starts a run over its lines', async () => {
    const file = new Blob(['{"country":"MT"}\n', '{"country":"LU"}\n']);
    const run = await trireme.action('search-cities').startFile(file, { parameters: { max_results: 2 } });
    expect(await run.wait()).toMatchObject({ status: 'SUCCEEDED', output_count: 4 });
  });

  it('receives callbacks by the handler until the tally is complete, and replays them', async () => {
    const [secret] = await trireme.signingSecrets();
    const tally = new RunTally();
    const pages: Callback[] = [];
    const ends: TallyState[] = [];
    const handle = createWebhookHandler({
      secrets: [secret?.secret],
      seen: new Set(),
      on: {
        'run.page': (callback) => {
          pages.push(callback);
          ends.push(tally.add(callback));
        },
        'run.finished': (callback) => ends.push(tally.add(callback)),
      },
    });
    let posts = 0;
    const listener = handle.toNode();
    const server: Server = createServer((request, response) => {
      posts += 1;
      void listener(request, response);
    });
    await listenLocally(server, 0);
    const run = await trireme
      .action('search-cities')
      .start({ inputs: [{ country: 'MT' }], callback: { url: urlOf(server) } });
    await until('all callbacks', () => Promise.resolve(tally.state(run.uid).isComplete ? true : null));
    expect(pages.flatMap(({ results }) => results ?? [])).toHaveLength(citiesOf('MT').length);
    expect(ends.at(-1)).toMatchObject({ status: 'SUCCEEDED', missing: 0 });
    const before = posts;
    const sent = await until('their records', async () => {
      const records = await run.callbacks().all();
      return records.every(({ status }) => status === 'SUCCESS') ? records : null;
    });
    const [record] = sent;
    const shown = JSON.parse(await trireme.callbacks.body(record?.uid ?? '')) as Callback; // cast: the contract's
    expect(shown).toEqual(pages.find((page) => page.callback_ref_uid === record?.callback_ref_uid));
    // With chaos its message may come twice at once: then two workers have a first attempt.
    const [attempt] = await trireme.callbacks.attempts(record?.uid ?? '');
    expect(attempt).toMatchObject({ attempt: 1, http_status: 204 });
    expect(await run.replayCallbacks({ status: ['SUCCESS'] })).toBe(sent.length);
    await until('the replays', () => Promise.resolve(posts >= before + sent.length ? true : null));
    expect(tally.state(run.uid)).toMatchObject({ held: sent.length, isComplete: true });
    server.close();
  });

  it('receives by a fetch handler while the secret is rotated', async () => {
    let secrets = (await trireme.signingSecrets()).map(({ secret }) => secret);
    const tally = new RunTally();
    const refused: unknown[] = [];
    const add = (callback: Callback): unknown => tally.add(callback);
    const handle = createWebhookHandler({
      secrets: () => secrets,
      seen: new Set(),
      on: { 'run.page': add, 'run.finished': add },
      onError: (error) => refused.push(error),
    });
    const server: Server = createServer((request, response) => {
      const { method = '', headers } = request;
      const init = {
        method,
        headers: headers as Record<string, string>,
        body: Readable.toWeb(request),
        duplex: 'half' as const,
      };
      void handle(new Request('http://receiver', init)).then(({ status }) => response.writeHead(status).end());
    });
    await listenLocally(server, 0);
    const callback = { url: urlOf(server) };
    const action = trireme.action('search-cities');
    const before = await action.start({ inputs: [{ country: 'MT' }, { country: 'EE' }], callback });
    secrets = (await trireme.rotateSigningSecret({ overlap_hours: 1 })).map(({ secret }) => secret);
    expect(secrets).toHaveLength(2);
    const after = await action.start({ inputs: [{ country: 'LU' }], callback });
    for (const { uid } of [before, after]) {
      await until('all callbacks', () => (tally.state(uid).isComplete ? true : null));
    }
    expect(refused).toEqual([]);
    server.close();
  });

  it('stops a run and takes it up again', async () => {
    const run = await trireme
      .action('search-cities')
      .start({ inputs: [{ country: 'MT' }], schedule_at: new Date(Date.now() + 86_400_000).toISOString() });
    expect(await run.cancel()).toMatchObject({ status: 'STOPPED' });
    await run.resume();
    expect(await run.wait()).toMatchObject({ status: 'SUCCEEDED' });
    const refused = await run.retry().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TriremeError);
    expect((refused as TriremeError).is('INVALID_STATE')).toBe(true); // cast: just seen
  });

  it('makes a schedule, changes it, triggers it and cancels it', async () => {
    const schedule = await trireme.action('search-cities').schedule({
      inputs: [{ country: 'LU' }],
      cron: '0 9 * * 1-5',
      timezone: 'Europe/Amsterdam',
      parameters: { max_results: 3 },
    });
    expect(await schedule.pause({ note: 'a holiday' })).toMatchObject({ status: 'PAUSED' });
    expect(await schedule.resume()).toMatchObject({ status: 'ACTIVE' });
    expect(await schedule.update({ cron: '0 10 * * 1-5' })).toMatchObject({ cron: '0 10 * * 1-5' });
    const run = await schedule.trigger();
    expect(await run.wait()).toMatchObject({ status: 'SUCCEEDED', scheduled_run_uid: schedule.uid, output_count: 3 });
    expect(await schedule.inputs().all()).toMatchObject([{ country: 'LU' }]);
    expect(await schedule.fires().all()).toMatchObject([{ outcome: 'FIRED', run_uid: run.uid }]);
    expect(await schedule.cancel()).toMatchObject({ status: 'CANCELLED' });
    const { fires } = await trireme.schedules.preview({ cron: '0 9 * * *', timezone: 'UTC', count: 2 });
    expect(fires).toHaveLength(2);
  });

  it('asks what a launch would do before it launches', async () => {
    const action = trireme.action('search-cities');
    const inputs = [{ country: 'LU' }, { country: 'Malta' }];
    expect(await action.dryRun({ inputs, on_invalid_input: 'skip' })).toMatchObject({ valid: 1, invalid: 1 });
    expect(await action.dryRun({ inputs: [{ country: 'LU' }], cron: '0 9 * * *' })).toMatchObject({
      valid: 1,
      invalid: 0,
    });
  });

  it('makes a key that may only read, and takes it back', async () => {
    const { key, uid } = await trireme.keys.create({ label: 'a report', scopes: ['read'] });
    const reader = new Trireme({ url: system.url, apiKey: key });
    expect(await reader.me()).toMatchObject({ key: { uid, label: 'a report', scopes: ['read'] } });
    await expect(reader.action('search-cities').start({ inputs: [{}] })).rejects.toMatchObject({ label: 'FORBIDDEN' });
    await trireme.keys.delete(uid);
    expect((await trireme.keys.list()).map((one) => one.uid)).not.toContain(uid);
  });

  it('deletes a run that has ended, and then finds it no more', async () => {
    const run = await trireme
      .action('search-cities')
      .start({ inputs: [{ country: 'MT' }], parameters: { max_results: 1 } });
    await run.wait();
    expect(await run.logs().all()).toEqual([]);
    await run.delete();
    await expect(run.refresh()).rejects.toMatchObject({ label: 'NOT_FOUND' });
  });

  it('is told by label what is wrong', async () => {
    const wrong = trireme.action('search-cities').start({ inputs: [{ country: 'Malta' }] });
    await expect(wrong).rejects.toMatchObject({
      label: 'BAD_INPUT',
      validationErrors: [{ path: 'inputs[0].country' }],
    });
    const stranger = new Trireme({ url: system.url, apiKey: 'trk_wrong' });
    await expect(stranger.runs.list().all()).rejects.toMatchObject({ label: 'UNAUTHORIZED', status: 401 });
  });
});
