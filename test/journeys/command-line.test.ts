import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { citiesOf } from '../support/all-cities.ts';
import { type LocalTestSystem, startLocalSystem } from '../support/local-system.ts';
import { ROOT } from '../guards/readme-text.ts';

let system: LocalTestSystem;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trireme-cli-'));
  system = await startLocalSystem();
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
  const child = spawn(process.execPath, [join(ROOT, 'shared/cli/main.ts'), ...args], {
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
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('input.land: unknown property')]);
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
    const json = await trireme(['outputs', uid, '--format', 'json']);
    expect(JSON.parse(json.stdout)).toEqual(cities);
    expect(await rows('run', 'inputs', uid)).toMatchObject([
      { custom_data: { row: '1' } },
      { custom_data: { row: 'a "b"' } },
    ]);
  });

  it('ends with 3 where the run did not succeed', async () => {
    const lines = '{"country":"LU"}\n{"url":"x"}\n';
    const args = ['run', 'search-cities', '--inputs', '-', '--skip-invalid', '--wait'];
    const { code, stdout, stderr } = await trireme(args, { input: lines });
    expect([code, stderr]).toEqual([3, expect.stringContaining('PARTIAL_SUCCEEDED')]);
    const { uid } = JSON.parse(stdout) as { uid: string }; // cast: a run
    expect((await trireme(['run', 'wait', uid])).code).toBe(3);
  });

  it('ends with 2 where it was called wrongly, and says what was meant', async () => {
    for (const [line, message] of [
      ['runz', 'Did you mean'],
      ['runs --statu FAILED', 'Did you mean --status?'],
      ['runs --status wrong', 'Allowed: CREATED'],
      ['run get x', 'A uid looks like'],
      ['run search-cities --inputs none.csv', 'none.csv cannot be read'],
      ['run search-cities country', 'country is no field=value'],
      ['run search-cities country=LU --out x.xls', '.csv'],
      ['profiles use none', 'There is no profile none; there are: default.'],
    ] as const) {
      const { code, stderr } = await trireme(line.split(' '));
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });
});
