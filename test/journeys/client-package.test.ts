import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileExamples, installClient } from '../client-package/consumer.ts';
import { ROOT, shellLines } from '../guards/readme-text.ts';
import { citiesOf } from '../support/all-cities.ts';
import { type LocalTestSystem, shareLocalSystem } from '../support/local-system.ts';
import { startNode, type StartedNode } from '../support/start-node.ts';
import { until } from '../support/until.ts';

let system: LocalTestSystem;
let folder = '';
let consumer = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trireme-client-'));
  consumer = join(folder, 'consumer');
  await installClient(folder);
  system = await shareLocalSystem();
});
afterAll(async () => {
  await system.close();
  rmSync(folder, { recursive: true });
});

function start(...args: readonly string[]): { readonly child: StartedNode; readonly printed: () => string } {
  const env = { ...process.env, TRIREME_URL: system.url, TRIREME_API_KEY: system.apiKey, PORT: '0', NO_COLOR: '1' };
  const child = startNode(args, { cwd: consumer, env: { ...env, SIGNING_SECRET: system.signingSecret } });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return { child, printed: () => printed };
}

/** What a program printed, which ended without a fault. */
async function printedBy(...args: readonly string[]): Promise<string> {
  const { child, printed } = start(...args);
  const [code]: unknown[] = await once(child, 'close');
  expect(code, printed()).toBe(0);
  return printed();
}

const TWO = [...citiesOf('MT'), ...citiesOf('LU')].length;

describe('the package of the client, installed by its file', () => {
  it('brings nothing else, and the licences of what it has in itself', () => {
    const lock = JSON.parse(readFileSync(join(consumer, 'package-lock.json'), 'utf8')) as { packages: object }; // cast: npm's
    expect(Object.keys(lock.packages)).toEqual(['', 'node_modules/trireme']);
    const licences = readFileSync(join(consumer, 'node_modules/trireme/bin/LICENSES.txt'), 'utf8');
    for (const name of ['commander', '@clack/prompts', '@clack/core']) expect(licences).toContain(`\n${name} `);
  });

  it('compiles with the README, strictly', async () => {
    await compileExamples(folder, join(ROOT, 'node_modules/typescript/bin/tsc'));
  });

  it('does what the README shows', async () => {
    expect(await printedBy('cities.js')).toContain(`SUCCEEDED ${TWO}\n`);
    await printedBy('files.js');
    expect(readFileSync(join(consumer, 'cities.csv'), 'utf8').trim().split('\r\n')).toHaveLength(TWO + 1);
    expect(await printedBy('schedule.js')).toBe('SUCCEEDED\n');
    expect(await printedBy('errors.js')).toContain('inputs[0].country: ');
  });

  it('receives callbacks as the README shows', async () => {
    const { child, printed } = start('receiver.js');
    const port = await until('the receiver', () => /port: (\d+)/.exec(printed())?.[1] ?? null);
    const inputs = [{ country: 'MT' }];
    const callback = { url: `http://127.0.0.1:${port}/` };
    await system.trireme.action('search-cities').start({ inputs, callback });
    const pages = Math.ceil(citiesOf('MT').length / 50);
    await until('all callbacks', () => (printed().includes(`SUCCEEDED: all ${pages + 1} callbacks`) ? true : null));
    child.kill();
  });

  it('has a command line', async () => {
    const bin = join(consumer, 'node_modules/.bin/trireme');
    expect(await printedBy(bin, '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
    writeFileSync(join(consumer, 'countries.csv'), 'country\nMT\nLU\n');
    const lines = shellLines('infra/client-package/README.md').flatMap((line) => {
      const [, words = ''] = /^npm exec --no -- trireme ((?:actions|live|run|runs) ?.*)$/.exec(line) ?? [];
      return words === '' ? [] : [words];
    });
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) await printedBy(bin, ...line.split(' '));
    expect(readFileSync(join(consumer, 'cities.csv'), 'utf8').trim().split('\r\n')).toHaveLength(TWO + 1);
  });

  it('is bundled for a browser, in 6 KB, and works with what a browser has', async () => {
    const source = `import { Trireme } from 'trireme'; globalThis.Trireme = Trireme;`;
    const options = { bundle: true, minify: true, write: false, platform: 'browser', format: 'iife' } as const;
    const bundle = async (contents: string): Promise<string> => {
      const { outputFiles } = await build({ ...options, stdin: { contents, resolveDir: consumer } });
      return outputFiles[0]?.text ?? '';
    };
    await bundle(`export * from 'trireme/webhook'`); // which needs nothing of Node
    const core = await bundle(source);
    expect(gzipSync(core).length).toBeLessThanOrEqual(6 * 1024);
    const { url, apiKey } = system;
    const given = {
      fetch,
      crypto,
      URL,
      URLSearchParams,
      AbortSignal,
      TextEncoder,
      setTimeout,
      clearTimeout,
      url,
      apiKey,
    };
    const found: unknown = await runInContext(
      `${core}; new Trireme({ url, apiKey }).action('search-cities').live({ input: { country: 'MT' } }).all(2)`,
      createContext(given),
    );
    expect(found).toEqual(citiesOf('MT').slice(0, 2));
  });
});
