import { once } from 'node:events';
import { type AddressInfo, createServer as openSocket } from 'node:net';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildClient } from '../../infra/client-package/build-client.ts';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';
import { citiesOf } from '../support/all-cities.ts';
import { type LocalTestSystem, openReceiver, shareLocalSystem } from '../support/local-system.ts';
import { openTerminal, type TerminalSession } from '../support/pseudo-terminal.ts';
import { until } from '../support/until.ts';

let system: LocalTestSystem;
let folder = '';
let bin = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trireme-cli-'));
  bin = join(folder, 'client/bin/trireme.js');
  await buildClient(join(folder, 'client'));
  system = await shareLocalSystem();
});
afterAll(async () => {
  await system.close();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command in a pipe, to its end, by a caller who has only what is in `folder`. */
async function trireme(args: readonly string[], { input = '', env = {} }: Given = {}): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], XDG_CONFIG_HOME: join(folder, 'config'), ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(input);
  const [code]: unknown[] = await once(child, 'close');
  return { code, stdout, stderr };
}

interface Given {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a command printed, which did not fail: JSON by line. */
async function rows(...args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { code, stdout, stderr } = await trireme(args);
  expect(code, stderr).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>); // cast: rows are objects
}

describe('a caller who gives what cannot be used', () => {
  it.each([
    [{ TRIREME_URL: 'https://api.example.com', TRIREME_API_KEY: 'trk_…' }, 'U+2026, at position 5'],
    [{ TRIREME_URL: 'https://api.example.com', TRIREME_API_KEY: 'trk_x\nx' }, 'a line break'],
    [{ TRIREME_URL: 'notaurl', TRIREME_API_KEY: 'trk_x' }, 'url is notaurl: no URL'],
  ])('%j is told at once', async (env, reason) => {
    const { code, stderr } = await trireme(['whoami'], { env });
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });

  it.each(['{"hello":"world"}', 'null', '<html></html>'])(
    'is told of a server that is no deployment and answers %s',
    async (text) => {
      const server = createServer((_, response) => response.end(text));
      await listenLocally(server, 0);
      const url = urlOf(server);
      const env = { TRIREME_URL: url, TRIREME_API_KEY: 'trk_x' };
      for (const args of [['whoami'], ['login', '--url', url]]) {
        const { code, stderr } = await trireme(args, { env });
        expect([code, stderr]).toEqual([1, expect.stringContaining(`${url}/v1/me: no Trireme deployment answers`)]);
      }
      server.close();
    },
  );
});

describe('a caller with the command line, in a pipe', () => {
  it('logs in by standard input: the key is checked, kept for its owner only, and never shown', async () => {
    const early = await trireme(['whoami']);
    expect([early.code, early.stderr]).toEqual([2, expect.stringContaining('login')]);
    const wrong = await trireme(['login', '--url', system.url], { input: 'trk_wrong\n' });
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('UNAUTHORIZED')]);
    const naked = await trireme(['login', '--url', 'http://example.com'], { input: system.apiKey });
    expect([naked.code, naked.stderr]).toEqual([2, expect.stringContaining('unencrypted')]);
    const done = await trireme(['login', '--url', system.url], { input: `${system.apiKey}\n` });
    expect(done.code, done.stderr).toBe(0);
    expect(statSync(join(folder, 'config/trireme/profiles.json')).mode & 0o777).toBe(0o600);
    const [me] = await rows('whoami');
    expect(me).toMatchObject({ url: system.url, workspace: { uid: system.workspaceUid }, stage: 'local' });
    const profiles = await trireme(['profiles']);
    expect(JSON.parse(profiles.stdout)).toEqual({ name: 'default', url: system.url, current: true });
    for (const { stdout, stderr } of [done, profiles]) expect(stdout + stderr).not.toContain(system.apiKey);
  });

  it('takes the environment in place of a login', async () => {
    const env = { TRIREME_URL: system.url, TRIREME_API_KEY: 'trk_other', XDG_CONFIG_HOME: join(folder, 'none') };
    expect((await trireme(['whoami'], { env })).stderr).toContain('UNAUTHORIZED');
    expect((await trireme(['whoami'], { env: { ...env, TRIREME_API_KEY: system.apiKey } })).code).toBe(0);
  });

  it('runs an action live: one result a line', async () => {
    expect(await rows('live', 'search-cities', 'country=MT', '--all')).toEqual(citiesOf('MT'));
    expect(await rows('live', 'search-cities', 'country=NL', 'min_population=500000', '--limit', '1')).toHaveLength(1);
    const near = await trireme(['live', 'search-citys', 'country=MT']);
    expect([near.code, near.stderr]).toEqual([1, expect.stringContaining('Did you mean search-cities?')]);
    const refused = await trireme(['live', 'search-cities', 'land=MT']);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('input.land: unknown property')]);
    expect(refused.stderr).not.toContain('Reference');
  });

  it('runs the inputs of a CSV and has the results as CSV, by the numbers and texts of the schema', async () => {
    writeFileSync(
      join(folder, 'in.csv'),
      '\uFEFFcountry,min_population,custom_data.row\r\nMT,,1\r\nLU,10000,"a ""b"""\r\n',
    );
    const [ended] = await rows('run', 'search-cities', '--inputs', 'in.csv', '--tag', 'csv', '--out', 'out.csv');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', tags: ['csv'], inputs: { total: 2 } });
    const cities = [...citiesOf('MT'), ...citiesOf('LU').filter(({ population }) => population >= 10_000)];
    const lines = readFileSync(join(folder, 'out.csv'), 'utf8').trim().split('\r\n');
    expect(lines).toHaveLength(cities.length + 1);
    const uid = String(ended?.['uid']);
    expect(await rows('outputs', uid)).toEqual(cities);
    const saved = await trireme(['outputs', uid, '--out', 'again.ndjson']);
    expect([saved.code, saved.stderr]).toEqual([0, `${cities.length} results in ${join(folder, 'again.ndjson')}\n`]);
    const json = await trireme(['outputs', uid, '--format', 'json']);
    expect(JSON.parse(json.stdout)).toEqual(cities);
    expect(await rows('run', 'inputs', uid)).toMatchObject([
      { custom_data: { row: '1' } },
      { custom_data: { row: 'a "b"' } },
    ]);
  });

  it.each([1, 1_200])('is told where a CSV of %i rows has what the action refuses', async (rows) => {
    const input = `country;min_population\n${'MT;1\n'.repeat(rows)}\nMalta;1\nLU;many\n`;
    const args = ['run', 'search-cities', '--inputs', '-', '--format', 'csv', '--wait'];
    const { code, stderr } = await trireme(args, { input });
    expect(code).toBe(rows === 1 ? 2 : 3); // a file is read once the run is there
    expect(stderr.split('\n').slice(-4)).toEqual([
      expect.stringContaining(`2 of ${rows + 2} `),
      expect.stringMatching(`^  Standard input, line ${rows + 3}, column country, value Malta: must be `),
      `  Standard input, line ${rows + 4}, column min_population, value many: must be a number, not a string`,
      '',
    ]);
  });

  it('keeps the digits of numbers that JavaScript does not hold', async () => {
    const body = '{"id":738529527931269425}';
    const upstream = await openReceiver(() => ({ status: 200, headers: { 'content-type': 'application/json' }, body }));
    const fields = [`url=${upstream.url}`, 'method=POST', 'json:={"id":9007199254740993}'];
    const live = await trireme(['live', 'http-request', ...fields]);
    expect([live.code, live.stdout]).toEqual([0, expect.stringContaining(`"body":${body}`)]);
    const run = await trireme(['run', 'http-request', ...fields, '--wait']);
    expect(upstream.requests.map((request) => request.body.toString())).toEqual(
      Array(2).fill('{"id":9007199254740993}'),
    );
    const { uid } = JSON.parse(run.stdout) as { uid: string }; // cast: a run
    const listed = await trireme(['run', 'inputs', uid]);
    expect(listed.stdout).toContain('"json":{"id":9007199254740993}');
    await upstream.close();
  });

  it('runs 2,000 inputs of a CSV with a tag, and has their results as CSV', async () => {
    const rowsOf = Array.from({ length: 2_000 }, (_, at) => `MT,${at % 2 === 0 ? 0 : 1_000_000_000}`);
    const input = ['country,min_population', ...rowsOf].join('\n');
    const args = ['run', 'search-cities', '--inputs', '-', '--format', 'csv', '--max-results', '1', '--tag', 'large'];
    const { code, stdout, stderr } = await trireme([...args, '--out', 'large.csv'], { input });
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'SUCCEEDED', tags: ['large'], inputs: { succeeded: 2_000 } });
    const [city] = citiesOf('MT');
    const [, ...lines] = readFileSync(join(folder, 'large.csv'), 'utf8').trim().split('\r\n');
    expect(lines).toHaveLength(1_000);
    expect(lines.every((line) => line.startsWith(`${city?.name},MT,`))).toBe(true);
  });

  it('says of a run that does not exist that it is not found', async () => {
    for (const args of [['callbacks'], ['callbacks', '--failed'], ['outputs'], ['logs'], ['run', 'inputs']]) {
      const { code, stdout, stderr } = await trireme([...args, '04b480fa-0534-88e9-b770-f9db391ce272']);
      expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining('NOT_FOUND')]);
    }
  });

  it('says at once that nothing listens on this machine', async () => {
    const closed = openSocket().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const url = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`; // cast: it listens on TCP
    await new Promise((resolve) => closed.close(resolve));
    const { code, stderr } = await trireme(['actions'], { env: { TRIREME_URL: url, TRIREME_API_KEY: system.apiKey } });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^NO_ANSWER: Nothing listens at .*npm start.*\n$/)]);
  });

  it('tells that it tries again while a deployment does not answer, once', async () => {
    let calls = 0;
    const silent = openSocket((socket) => {
      calls += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo; // cast: it listens on TCP
    const url = `http://127.0.0.1:${port}`;
    const child = spawn(process.execPath, [bin, 'actions'], {
      env: { PATH: process.env['PATH'], TRIREME_URL: url, TRIREME_API_KEY: system.apiKey },
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await until('a third attempt', () => (calls >= 3 ? true : null));
    expect(stderr).toMatch(new RegExp(`^no answer from ${url}; trying again until [0-9:]{8} at the latest\n$`));
    child.kill();
    await once(child, 'close');
    silent.close();
  });

  it('ends with 3 where the run did not succeed', async () => {
    const lines = '{"country":"LU"}\n{"url":"x"}\n';
    const args = ['run', 'search-cities', '--inputs', '-', '--skip-invalid', '--wait'];
    const { code, stdout, stderr } = await trireme(args, { input: lines });
    expect([code, stderr]).toEqual([3, expect.stringContaining('PARTIAL_SUCCEEDED')]);
    const { uid } = JSON.parse(stdout) as { uid: string }; // cast: a run
    expect((await trireme(['run', 'wait', uid])).code).toBe(3);
  });

  it('finds runs, handles many by a filter, deletes one, and asks before where nobody can be asked', async () => {
    const [run] = await rows('run', 'search-cities', 'country=MT', '--tag', 'many', '--name', 'one', '--wait');
    const uid = String(run?.['uid']);
    const found = await until('the run in the list', async () => {
      const listed = await rows('runs', '--tag', 'many', '--status', 'succeeded');
      return listed.length === 1 ? listed : null;
    });
    expect(found).toMatchObject([{ uid, name: 'one' }]);
    expect(await rows('bulk', 'start', 'retry', '--tag', 'many', '--dry-run')).toMatchObject([{ matched: 1 }]);
    const asked = await trireme(['bulk', 'start', 'retry', '--tag', 'many']);
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('retry 1 runs? Add --yes')]);
    const done = await trireme(['bulk', 'start', 'retry', '--tag', 'many', '--yes', '--wait']);
    expect([done.code, done.stderr]).toEqual([3, expect.stringContaining('1 runs could not be done')]);
    expect((await trireme(['run', 'delete', uid])).code).toBe(2);
    expect((await trireme(['run', 'delete', uid, '--yes'])).code).toBe(0);
    const gone = await trireme(['run', 'get', uid]);
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('NOT_FOUND')]);
  });

  it('shows what was sent, sends it again and tries a receiver', async () => {
    const receiver = await openReceiver();
    const failing = await openReceiver(() => ({ status: 410 }));
    const posts = Math.ceil(citiesOf('MT').length / 50) + 1;
    const [run] = await rows('run', 'search-cities', 'country=MT', '--callback', failing.url, '--wait');
    const failed = await until('the failed callbacks', async () => {
      const listed = await rows('callbacks', String(run?.['uid']), '--failed');
      return listed.length === posts ? listed : null;
    });
    const uid = String(failed[0]?.['uid']);
    const body = await trireme(['callback', 'body', uid]);
    expect(failing.requests.map((request) => request.body.toString())).toContain(body.stdout);
    expect(await rows('callback', 'attempts', uid)).toMatchObject([{ attempt: 1, http_status: 410 }]);
    expect(await rows('callback', 'replay', uid)).toMatchObject([{ parent_uid: uid, status: 'PENDING' }]);
    await failing.until((requests) => requests.length > posts);
    const [tested] = await rows('webhook', 'test', receiver.url, '--type', 'run.finished', '--header', 'X-Own: 1');
    expect(tested).toMatchObject({ response: { http_status: 204 }, error: null });
    expect(receiver.requests).toMatchObject([{ headers: { 'x-own': '1' } }]);
    expect((await trireme(['webhook', 'test', failing.url])).code).toBe(1);
    expect(await rows('notifications', 'set', receiver.url, '--on', 'run.failed')).toMatchObject([
      { on: ['run.failed'] },
    ]);
    expect(await rows('notifications')).toMatchObject([{ url: receiver.url }]);
    expect(await rows('notifications', 'sent')).toEqual([]);
    expect((await trireme(['notifications', 'delete', '--yes'])).code).toBe(0);
    const none = await trireme(['notifications']);
    expect([none.code, none.stdout, none.stderr]).toEqual([0, '', expect.stringMatching(/^None are set\./)]);
    await Promise.all([receiver.close(), failing.close()]);
  });

  it('makes a schedule, previews, changes, triggers and cancels it', async () => {
    const cron = ['--cron', '0 9 * * 1-5', '--timezone', 'Europe/Amsterdam'];
    const [made] = await rows('schedule', 'create', 'search-cities', 'country=MT', ...cron, '--tag', 'daily');
    const uid = String(made?.['uid']);
    expect(await rows('schedule', 'pause', uid, '--note', 'a holiday')).toMatchObject([{ status: 'PAUSED' }]);
    expect(await rows('schedule', 'resume', uid)).toMatchObject([{ status: 'ACTIVE' }]);
    expect(await rows('schedule', 'update', uid, '--cron', '@daily')).toMatchObject([{ cron: '@daily' }]);
    const [run] = await rows('schedule', 'trigger', uid);
    expect(await rows('schedule', 'fires', uid)).toMatchObject([{ outcome: 'FIRED', run_uid: run?.['uid'] }]);
    expect(await rows('schedule', 'cancel', uid, '--yes')).toMatchObject([{ status: 'CANCELLED' }]);
    const preview = await rows('schedule', 'preview', '0 9 * * 1-5', '--from', '2030-01-31T00:00:00Z', '--count', '2');
    expect(preview.map(({ at }) => at)).toEqual(['2030-01-31T09:00:00.000Z', '2030-02-01T09:00:00.000Z']);
  });

  it('manages keys and secrets of the workspace, and shows its usage', async () => {
    const [made] = await rows('keys', 'create', '--label', 'a report', '--scope', 'read');
    const { uid, key } = made ?? {};
    const env = { TRIREME_URL: system.url, TRIREME_API_KEY: String(key) };
    expect((await trireme(['whoami'], { env })).stdout).toContain('a report');
    const forbidden = await trireme(['run', 'search-cities', 'country=MT'], { env });
    expect([forbidden.code, forbidden.stderr]).toEqual([1, expect.stringContaining('FORBIDDEN')]);
    expect((await rows('keys')).map((row) => row['uid'])).toContain(uid);
    expect((await rows('keys', 'rename', String(uid), '--label', 'reports'))[0]).toMatchObject({ label: 'reports' });
    expect((await trireme(['keys', 'delete', String(uid), '--yes'])).code).toBe(0);
    const set = await trireme(['secrets', 'set', 'HTTP_REQUEST_TOKEN'], { input: 'a value\n' });
    expect([set.code, set.stdout]).toEqual([0, expect.not.stringContaining('a value')]);
    expect(await rows('secrets', 'list')).toMatchObject([{ name: 'HTTP_REQUEST_TOKEN' }]);
    expect((await trireme(['secrets', 'delete', 'HTTP_REQUEST_TOKEN', '--yes'])).code).toBe(0);
    expect(await rows('signing-secret')).toMatchObject([{ secret: system.signingSecret }]);
    expect(await rows('signing-secret', 'rotate', '--overlap-hours', '1', '--yes')).toHaveLength(2);
    expect(await rows('usage', '--by', 'action')).toEqual(
      expect.arrayContaining([expect.objectContaining({ action_name: 'search-cities', day: null })]),
    );
  });

  it('tells a fault of the input once, and no reference', async () => {
    const { stderr } = await trireme(['runs', '--created-after', 'yesterday']);
    expect(stderr).toMatch(/^BAD_INPUT: query: created_after: must be [^\n]*\n$/);
  });

  it('prints types of its actions', async () => {
    const { stdout } = await trireme(['types']);
    expect(stdout).toMatch(/readonly "search-cities": \{\n    readonly input: \{[^}]*readonly country\?: string/);
  });

  it('ends with 2 where it was called wrongly, and says what was meant', async () => {
    mkdirSync(join(folder, 'client.csv'));
    for (const [line, message] of [
      ['runz', 'Did you mean'],
      ['runs --statu FAILED', 'Did you mean --status?'],
      ['runs --status wrong', 'Allowed: CREATED'],
      ['run get x', 'A uid looks like'],
      ['callbacks nonsense', 'A uid looks like'],
      ['callbacks nonsense --failed', 'A uid looks like'],
      ['run get 04b480fa-0534-88e9-b770-f9db391ce272 --wait', "unknown option '--wait'"],
      ['run search-cities country=MT country=LU', 'country is given twice; for several inputs use run --inputs'],
      ['run search-cities --param a=1 --param a=2', 'a is given twice'],
      ['run search-cities country=MT --out none/o.csv', `${join(folder, 'none/o.csv')} cannot be written: ENOENT`],
      [
        'run search-cities country=MT --out client.csv',
        `${join(folder, 'client.csv')} cannot be written: it is a folder`,
      ],
      ['outputs 04b480fa-0534-88e9-b770-f9db391ce272 --out none/o.csv', 'none/o.csv cannot be written: ENOENT'],
      ['run wait 04b480fa-0534-88e9-b770-f9db391ce272 --out none/o.csv', 'none/o.csv cannot be written: ENOENT'],
      ['schedule preview nonsense', 'BAD_INPUT'],
      ['schedule preview @daily --zone Nowhere', 'BAD_INPUT'],
      ['runs --created-after yesterday', 'BAD_INPUT: query: created_after'],
      ['run cancle 04b480fa-0534-88e9-b770-f9db391ce272', 'Did you mean run cancel?'],
      ['run search-cities --inputs none.csv', 'none.csv cannot be read'],
      ['run search-cities country', 'country is no field=value, such as country=NL'],
      ['run 04b480fa-0534-88e9-b770-f9db391ce272', 'To see a run: run get 04b480fa-'],
      ['outputs 04b480fa-0534-88e9-b770-f9db391ce272 --format csv --limit 2', 'leave out --limit'],
      ['run search-cities country=LU --out x.xls', '.csv'],
      ['profiles use none', 'There is no profile none; there are: default.'],
    ] as const) {
      const { code, stderr } = await trireme(line.split(' '));
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });
});

describe('a caller with the command line, on a terminal', () => {
  const open = (...args: string[]): TerminalSession =>
    openTerminal([process.execPath, bin, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], XDG_CONFIG_HOME: join(folder, 'typed') },
    });

  it('is asked for URL and key, which is not shown', async () => {
    const login = open('login');
    await login.shows('URL of the deployment');
    login.type(`${system.url}\r`);
    await login.shows('API key');
    login.type(`${system.apiKey}\r`);
    await login.shows('Logged in');
    expect(await login.ended()).toBe(0);
    expect(login.printed()).not.toContain(system.apiKey);
  });

  it('sees tables, and what others wrote without what a terminal obeys', async () => {
    const live = open('live', 'search-cities', 'country=MT', '--limit', '2');
    expect(await live.ended()).toBe(0);
    expect(live.printed()).toMatch(/^name +country +population +lat/m);
    const [city] = citiesOf('MT');
    expect(live.printed()).toMatch(new RegExp(`^${city?.name} +MT +${city?.population}`, 'm'));
    const run = open('run', 'search-cities', 'country=MT', '--wait');
    expect(await run.ended()).toBe(0);
    expect(run.printed()).toMatch(/^inputs +total 1, succeeded 1, /m);
    expect(run.printed()).not.toContain('{');
    const upstream = await openReceiver(() => ({ status: 200, body: 'one\u001b]0;two\u0007\u202e' }));
    const odd = open('live', 'http-request', `url=${upstream.url}`);
    expect(await odd.ended(), odd.printed()).toBe(0);
    expect(odd.printed()).toContain(String.raw`one\u001b]0;two\u0007\u202e`);
    expect(odd.printed()).not.toContain('\u202e');
    await upstream.close();
  });

  it('follows a run in one line; Ctrl-C leaves the run and says how to go on', async () => {
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const run = open('run', 'search-cities', 'country=MT', '--at', at, '--wait');
    await run.shows('0/1 inputs ░░░░░░░░░░ 0 results · waits: ');
    run.type('\u0003');
    await run.shows('The run goes on.');
    expect(await run.ended()).toBe(130);
    const [, uid = ''] = /trireme run wait (\S+)/.exec(run.printed()) ?? [];
    const resumed = open('run', 'wait', uid);
    await resumed.shows('waits: ');
    await rows('run', 'cancel', uid);
    await resumed.shows('STOPPED');
    expect(await resumed.ended()).toBe(3);
    const deleted = open('run', 'delete', uid);
    await deleted.shows('Delete the run');
    deleted.type('y');
    await deleted.shows('is deleted');
    expect(await deleted.ended()).toBe(0);
  });
});
