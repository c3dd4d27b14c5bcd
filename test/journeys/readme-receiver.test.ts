import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, ROOT, shellLines } from '../guards/readme-text.ts';
import { citiesOf } from '../support/all-cities.ts';
import { openApiClient } from '../support/api-client.ts';
import { type LocalTestSystem, shareLocalSystem } from '../support/local-system.ts';
import { killNode, startNode } from '../support/start-node.ts';

let system: LocalTestSystem;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trireme-receiver-'));
  writeFileSync(join(folder, 'receiver.ts'), codeOf('shared/client/README.md', 'receiver.ts'));
  cpSync(join(ROOT, 'shared/client/verify-webhook.ts'), join(folder, 'verify-webhook.ts'));
  system = await shareLocalSystem();
});
afterAll(async () => {
  await system.close();
  rmSync(folder, { recursive: true });
});

interface RunningReceiver extends AsyncDisposable {
  readonly url: string;
  /** What it printed, once it has ended by itself with exit code 0. */
  ended(): Promise<string>;
}

/** The receiver of shared/client/README.md as a process of its own; `await using` ends it. */
async function startReceiver(file: string): Promise<RunningReceiver> {
  const env = { ...process.env, SIGNING_SECRET: system.signingSecret, PORT: '0', FILE: join(folder, file) };
  const child = startNode(['receiver.ts'], { cwd: folder, env: { ...env, NO_COLOR: '1' } });
  child.stderr.resume();
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const exit = once(child, 'exit');
  let port: string | undefined;
  while ((port = /port: (\d+)/.exec(printed)?.[1]) === undefined) await once(child.stdout, 'data');
  return {
    url: `http://127.0.0.1:${port}/`,
    async ended() {
      const [code]: unknown[] = await exit;
      if (code !== 0) throw new Error(`The receiver ended with ${String(code)}: ${printed}`);
      return printed;
    },
    async [Symbol.asyncDispose]() {
      await killNode(child);
    },
  };
}

const RUN = '1e06f8fa-9c6a-8b60-9c59-0b919e5322a8';
const page = (id: string, results: readonly unknown[]) => ({
  type: 'run.page',
  callback_ref_uid: id,
  run: { run_uid: RUN, status: 'RUNNING' },
  results,
});
const finished = (callbacks: number, outputs: number) => ({
  type: 'run.finished',
  callback_ref_uid: 'end',
  run: { run_uid: RUN, status: 'SUCCEEDED' },
  results: null,
  manifest: { callbacks, outputs },
});

/** Posts a callback as the engine would, with a signature by the standard's own library; the status answered. */
async function post(url: string, callback: ReturnType<typeof page | typeof finished>, secret = system.signingSecret) {
  const body = JSON.stringify(callback);
  const at = new Date();
  const headers = {
    'webhook-id': callback.callback_ref_uid,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(callback.callback_ref_uid, at, body),
  };
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

const keptIn = (file: string): readonly string[] =>
  readFileSync(join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { callback_ref_uid: string }).callback_ref_uid); // cast: the test wrote it

describe('the receiver of shared/client/README.md', () => {
  it('compiles, strictly', async () => {
    const options = [
      '--noEmit',
      '--strict',
      '--allowImportingTsExtensions',
      '--module',
      'nodenext',
      '--target',
      'es2023',
    ];
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...options, ...types, 'receiver.ts'], {
      cwd: folder,
    });
    expect(stdout).toBe('');
  });

  it('refuses a wrong signature, keeps a repeat once, and ends when the manifest is met, also over a restart', async () => {
    const file = 'by-hand.ndjson';
    {
      await using receiver = await startReceiver(file);
      const wrong = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
      expect(await post(receiver.url, page('forged', []), wrong)).toBe(400);
      expect(await post(receiver.url, page('p0', [1, 2]))).toBe(204);
      expect(await post(receiver.url, page('p0', [1, 2]))).toBe(204);
      expect(await post(receiver.url, finished(3, 3))).toBe(204);
    }
    await using receiver = await startReceiver(file);
    expect(await post(receiver.url, page('p0', [1, 2]))).toBe(204);
    expect(await post(receiver.url, page('p1', [3]))).toBe(204);
    expect(await receiver.ended()).toContain(`${RUN} SUCCEEDED: 3 callbacks, 3 of 3 results`);
    expect(keptIn(file)).toEqual(['p0', 'end', 'p1']);
  });

  it('goes on with the next run where its file has a complete one', async () => {
    const file = 'two-runs.ndjson';
    {
      await using receiver = await startReceiver(file);
      expect(await post(receiver.url, finished(1, 0))).toBe(204);
      expect(await receiver.ended()).toContain(`${RUN} SUCCEEDED: 1 callbacks`);
    }
    const next = { run_uid: '1e06f8fa-9c6a-8b60-9c59-0b919e5322a9', status: 'RUNNING' };
    await using receiver = await startReceiver(file);
    expect(await post(receiver.url, { ...page('n0', [1]), run: next })).toBe(204);
    expect(await post(receiver.url, finished(1, 0))).toBe(204);
    expect(await post(receiver.url, { ...finished(2, 1), callback_ref_uid: 'next end', run: next })).toBe(204);
    expect(await receiver.ended()).toContain(`${next.run_uid} RUNNING: 2 callbacks, 1 of 1 results`);
  });

  it('holds every city of a real run when it ends', async () => {
    await using receiver = await startReceiver('real.ndjson');
    const inputs = ['EE', 'MT', 'IS'].map((country) => ({ country }));
    await system.trireme.action('search-cities').start({ inputs, callback: { url: receiver.url } });
    const count = inputs.reduce((sum, { country }) => sum + citiesOf(country).length, 0);
    expect(await receiver.ended()).toContain(`${count} of ${count} results`);
  });
});

describe('the calls of shared/client/README.md', () => {
  const calls = shellLines('shared/client/README.md').filter((line) => line.startsWith('curl '));

  it.each(calls)('%s is taken', async (line) => {
    const [, path = ''] = /"\$URL([^"]+)"/.exec(line) ?? [];
    const [, text] = /-d '(.*)'$/.exec(line) ?? [];
    const asked = text === undefined ? {} : { body: JSON.parse(text) as unknown };
    const { status, text: said } = await openApiClient(system.url, system.apiKey).send(
      text === undefined ? 'GET' : 'POST',
      path,
      asked,
    );
    expect(status, said).toBe(200);
  });
});
