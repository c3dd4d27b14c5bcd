import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Trireme } from '../../shared/client/trireme.ts';
import { citiesOf } from '../support/all-cities.ts';
import { openApiClient } from '../support/api-client.ts';
import { startLocalSystem } from '../support/local-system.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { openCallbackReceiver } from '../support/receiver.ts';
import { killNode, startNode } from '../support/start-node.ts';
import { startProcess } from '../support/start-process.ts';
import { until } from '../support/until.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'journey-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The environment of somebody who has not signed in to AWS. */
function withoutAws(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const files = { AWS_CONFIG_FILE: join(folder, 'none'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none') };
  return { ...Object.fromEntries(kept), ...files, AWS_EC2_METADATA_DISABLED: 'true' };
}

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

const owner = (...args: string[]): Promise<Ended> => command(['owner', ...args]);

/** `npm run trireme --` by somebody who has not logged in, to its end. */
async function command(args: readonly string[], own: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const env = { ...withoutAws(), ...own, XDG_CONFIG_HOME: join(folder, 'config') };
  const child = startNode([join(ROOT, 'infra/admin/trireme.ts'), ...args], { cwd: folder, env });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code]: unknown[] = await once(child, 'close');
  return { code, stdout, stderr };
}

it('a system killed in the middle of a run goes on where it was: every page is delivered, and who waits is told the end', async () => {
  const dataDir = join(folder, 'killed');
  const first = await startProcess(dataDir);
  const receiver = await openCallbackReceiver(first.ready.signingSecret);
  const countries = ['EE', 'LV', 'LT', 'IE', 'NO', 'FI', 'DK', 'SK', 'SI', 'HR'];
  const trireme = new Trireme({ url: first.ready.url, apiKey: first.ready.apiKey });
  const run = await trireme
    .action('search-cities')
    .start({ inputs: countries.map((country) => ({ country })), callback: { url: receiver.url } });
  const waited = run.wait({ signal: AbortSignal.timeout(PATIENCE_MS) });
  waited.catch(() => undefined); // awaited below
  await receiver.until((requests) => requests.length >= 10);
  await killNode(first.child);
  expect(receiver.of(run.uid).some(({ type }) => type === 'run.finished')).toBe(false);

  // Over the same folder. A test's patience is shorter than the queue's 6 minutes: what the dead one had in hand is taken up at once.
  const second = await startLocalSystem({ dataDir, chaos: null, port: Number(new URL(first.ready.url).port) });
  expect(second).toMatchObject({ apiKey: first.ready.apiKey, workspaceUid: first.ready.workspaceUid });
  const callbacks = await receiver.untilComplete(run.uid);
  const pages = Map.groupBy(
    callbacks.filter(({ type }) => type === 'run.page'),
    ({ input_index: index }) => index ?? -1,
  );
  for (const [index, country] of countries.entries()) {
    const own = (pages.get(index) ?? []).toSorted((a, b) => (a.page ?? 0) - (b.page ?? 0));
    expect(own.flatMap(({ results }) => results)).toEqual(citiesOf(country));
  }
  const outputs = countries.reduce((sum, country) => sum + citiesOf(country).length, 0);
  const finished = callbacks.filter(({ type }) => type === 'run.finished');
  expect(finished).toMatchObject([
    { manifest: { inputs: 10, succeeded: 10, failed: 0, outputs, callbacks: callbacks.length } },
  ]);
  expect(await waited).toMatchObject({ status: 'SUCCEEDED', output_count: outputs });
  await receiver.close();
  await second.close();
});

describe("the owner's commands", () => {
  it('find the running system by its data folder: a key works once made, and no more once revoked', async () => {
    const dataDir = join(folder, '.trireme');
    const { child, ready } = await startProcess(dataDir);
    const me = await command(['whoami', '--json']);
    expect(JSON.parse(me.stdout)).toMatchObject({ url: ready.url, workspace: { name: 'local' } });
    const elsewhere = ['--data-dir', join(folder, 'elsewhere')];
    const none = await command(['whoami', ...elsewhere]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/^No system runs over .*elsewhere; npm start/)]);
    const there = mkdtempSync(join(folder, 'there-'));
    writeFileSync(join(there, 'in.ndjson'), '{"country":"MT"}\n');
    const npm = { npm_lifecycle_event: 'trireme', INIT_CWD: there };
    const run = ['run', 'search-cities', '--out', 'out.ndjson', '--inputs'];
    const ran = await command([...run, 'in.ndjson'], npm);
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining(`results in ${join(there, 'out.ndjson')}`)]);
    const missing = await command([...run, 'no.csv'], npm);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining(`${join(there, 'no.csv')} cannot be`)]);
    const named = await command(['whoami', '--json', '--data-dir', '.trireme'], npm);
    expect(JSON.parse(named.stdout)).toMatchObject({ url: ready.url });
    const where = ['--data-dir', dataDir];
    const made = await owner('keys', 'create', '--workspace', 'acme', '--scopes', 'read', '--json', ...where);
    expect(made.code, made.stderr).toBe(0);
    const Made = z.strictObject({
      apiKey: z.string(),
      keyUid: z.uuid(),
      workspaceUid: z.uuid(),
      isNewWorkspace: z.boolean(),
      scopes: z.array(z.string()),
      signingSecret: z.string(),
    });
    const { apiKey, keyUid, ...acme } = Made.parse(JSON.parse(made.stdout));
    expect(acme).toMatchObject({ scopes: ['read'], isNewWorkspace: true });
    const api = openApiClient(ready.url, apiKey);
    expect((await api.ask('getMe')).body.key).toMatchObject({ uid: keyUid, expires_at: null });
    const set = await owner('keys', 'set', '--workspace', 'acme', '--key', keyUid, '--label', 'two words', ...where);
    expect([set.code, set.stdout]).toEqual([0, expect.stringContaining('"two words"')]);
    const end = ['--expires-at', '2099-01-01T00:00:00Z', '--label', 'ends', '--scopes', 'run,admin'];
    const further = await owner('keys', 'create', '--workspace', 'acme', ...end, ...where);
    expect(further.stdout).toMatch(/^scopes +run, admin$/m);
    expect(further.stdout).toMatch(/^expires +2099-01-01T00:00:00.000Z$/m);
    expect(further.stdout).not.toContain('(new)');
    const listed = await owner('keys', 'list', '--workspace', 'acme', ...where);
    expect(listed.stdout).toContain(apiKey.slice(0, 8));
    expect(listed.stdout).not.toContain(apiKey);
    expect((await owner('keys', 'revoke', '--workspace', 'acme', '--key', apiKey, ...where)).code).toBe(0);
    const refused = await openApiClient(ready.url, apiKey).refused('listRuns');
    expect(refused.body.error_label).toBe('UNAUTHORIZED');
    const limited = await owner('workspaces', 'set', '--workspace', 'acme', '--runs-at-once', '3', ...where);
    expect(limited.code, limited.stderr).toBe(0);
    const { stdout: limits } = await owner('workspaces', 'list', ...where);
    expect(limits).toMatch(/^acme .*runs at once 3 \(own\), inputs in flight 500, .*live 20\/40, launch 10\/20/m);
    expect(limits).toMatch(/^local .*runs at once 10, .*read 50\/100, wait 20\/100$/m);
    const hosts = 'Hooks.acme.example,*.BÜCHER.example';
    const bound = await owner('workspaces', 'set', '--workspace', 'acme', '--callback-hosts', hosts, ...where);
    expect(bound.stdout).toContain('callback hosts hooks.acme.example *.xn--bcher-kva.example (own)');
    const wide = await owner('workspaces', 'set', '--workspace', 'acme', '--callback-hosts', '*.com', ...where);
    expect(wide.stderr).toContain('--callback-hosts: "*.com" is too wide');
    const fast = await owner('workspaces', 'set', '--workspace', 'local', '--live-rate', '100000/9', ...where);
    expect([fast.code, fast.stderr]).toEqual([2, expect.stringContaining('each at most 99999')]);
    const all = await owner('keys', 'list', ...where);
    expect(all.stdout).toMatch(/^acme  trk_.*\n^local  trk_/m);
    child.kill('SIGTERM');
    await until('a clean stop', () => (child.exitCode === null ? null : true));
    expect(child.exitCode).toBe(0);
    const late = await owner('keys', 'list', '--workspace', 'acme', ...where);
    expect([late.code, late.stderr]).toEqual([1, expect.stringMatching(/No system runs over .*npm start/)]);
  });

  it('rotate secrets: of a workspace, and the master secret from which they are derived', async () => {
    const dataDir = join(folder, 'secrets');
    const { child, ready } = await startProcess(dataDir);
    const secrets = (...args: string[]) => owner('secrets', ...args, '--data-dir', dataDir);
    const local = ['--workspace', 'local'];
    const shown = await secrets('show', ...local);
    expect(shown.stdout).toMatch(/^whsec_\S+  created \S+  from master secret 1\n$/);
    expect(shown.stdout).toContain(ready.signingSecret);
    const master = await secrets('rotate-master');
    expect([master.code, master.stdout]).toEqual([0, expect.stringMatching(/master secret 2, within ten minutes/)]);
    expect((await secrets('show', ...local)).stdout).toBe(shown.stdout);
    const rotated = await secrets('rotate', ...local, '--overlap-hours', '1');
    expect(rotated.stdout).toMatch(/^whsec_\S+ .*from master secret 2\nwhsec_\S+ .*from master secret 1  signs until /);
    const { body } = await openApiClient(ready.url, ready.apiKey).ask('getSigningSecret');
    for (const { secret } of body.secrets) expect(rotated.stdout).toContain(secret);
    await killNode(child);
  });

  it.each([
    ['--help', 0, /keys of the stage: create, list, .*secrets of the stage: .*rotate-master/s],
    ['keys list --wrong', 2, /^error: unknown option '--wrong'\n\(--help tells what is allowed\)$/],
    ['keys list --workspac acme', 2, /Did you mean --workspace\?/],
    ['keys list --stage prod', 1, /^In which region .*--region eu-west-1/],
    ['keys list --stage prod --region eu-west-1', 1, /^There are no AWS credentials: .*aws sso login/],
  ])('owner %s: exit code %i, and what is wrong in few words', async (args, code, message) => {
    const { stdout, stderr, ...ended } = await owner(...args.split(' '));
    expect(ended.code).toBe(code);
    expect(`${stdout}${stderr.trimEnd()}`).toMatch(message);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
  });
});
