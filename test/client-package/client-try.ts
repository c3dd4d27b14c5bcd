import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { startLocal } from '../document-try/start-local.ts';
import type { CommandOptions } from '../support/children.ts';
import { readFlags, runScript, type ScriptTools } from '../support/run-script.ts';
import { installClient } from './consumer.ts';

/** Where it runs, by packages of npm, and how a file is run there. */
const RUNTIMES = [
  ...['20', '22', '24'].map((version) => ({ name: 'node', version, run: [] })),
  {
    name: 'deno',
    version: '2',
    run: [
      'run',
      '--node-modules-dir=manual',
      '--allow-net',
      '--allow-env',
      '--allow-read',
      '--allow-write',
      '--allow-sys',
    ],
  },
  { name: 'bun', version: '1', run: ['run'] },
];
/** Runs Cloudflare Workers; it is a server, so it is driven in another way. */
const WORKERD = '1';
const COMPILERS = ['5.9', '7.0'];

const HELP = `Installs the package of the client by its file, and tries it as consumers may have it: its README's examples and its
command line under ${RUNTIMES.map(({ name, version }) => `${name} ${version}`).join(', ')}, its types with TypeScript
${COMPILERS.join(' and ')}; and a Cloudflare Worker in workerd.

  npm run client:try

  --help          this text

Runtimes and compilers come from npm, into its cache. Takes a minute. Exit code 1: something failed.`;

async function tryClient(tools: ScriptTools): Promise<void> {
  const { children, workDir, say } = tools;
  say('the package, installed into an empty folder');
  await installClient(workDir);
  const cwd = join(workDir, 'consumer');
  for (const version of COMPILERS) {
    const exec = ['exec', '--yes', `--package=typescript@${version}`, '--'];
    const found = await children.run('npm', [...exec, 'tsc', '--version'], { cwd, env: process.env });
    assert.ok(found.includes(version), `TypeScript ${version} is asked for, ${found} came`);
    await children.run('npm', [...exec, 'tsc', '-p', cwd], { cwd, env: process.env });
    say(`its types compile with TypeScript ${version}`);
  }
  say('a local system');
  const system = await startLocal(children, join(workDir, 'data'));
  const env = {
    ...process.env,
    TRIREME_URL: system.url,
    TRIREME_API_KEY: system.apiKey,
    SIGNING_SECRET: system.signingSecret,
    DENO_DIR: join(workDir, 'deno'),
    NO_COLOR: '1',
  };
  for (const { name, version, run } of RUNTIMES) {
    const exec = (...args: readonly string[]): Promise<string> =>
      children.run('npm', ['exec', '--yes', `--package=${name}@${version}`, '--', name, ...args], { cwd, env });
    const found = (await exec('--version')).split('\n', 1)[0]?.trim() ?? '';
    assert.match(found, new RegExp(`(^|[ v])${version}\\.`));
    const printed = (...args: readonly string[]): Promise<string> => exec(...run, ...args);
    assert.match(await printed('cities.js'), /^SUCCEEDED \d+$/m);
    await printed('files.js');
    assert.match(await printed('schedule.js'), /^SUCCEEDED$/m);
    assert.match(await printed('errors.js'), /^inputs\[0\]\.country: /m);
    if (name !== 'node') assert.match(await printed('fetch-receiver.js'), /^SUCCEEDED: (\d+) of \1 callbacks$/m);
    const command = ['node_modules/trireme/bin/trireme.js', 'run', 'search-cities', 'country=MT', '--wait'];
    assert.match(await printed(...command), /"status":"SUCCEEDED"/);
    say(`examples and command line work under ${name} ${found}`);
  }
  await tryWorker(tools, { cwd, env });
}

/** Calls and receives from a Worker, bundled as its own tool bundles. */
async function tryWorker({ children, say }: ScriptTools, options: CommandOptions): Promise<void> {
  const { cwd } = options;
  for (const file of ['worker.txt', 'worker.capnp']) await cp(join(import.meta.dirname, file), join(cwd, file));
  await build({
    absWorkingDir: cwd,
    entryPoints: ['worker.txt'],
    loader: { '.txt': 'js' },
    outfile: 'worker.js',
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:workers'],
    logLevel: 'warning',
  });
  const exec = ['exec', '--yes', `--package=workerd@${WORKERD}`, '--', 'workerd'];
  const found = (await children.run('npm', [...exec, '--version'], options)).trim();
  const worker = children.start('npm', [...exec, 'serve', '--control-fd=1', 'worker.capnp'], options);
  let printed = '';
  worker.stderr?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  assert.ok(worker.stdout !== null);
  const first = await Promise.race([
    once(createInterface({ input: worker.stdout }), 'line'),
    once(worker, 'exit').then(() => null),
  ]);
  assert.ok(first !== null, `workerd did not start:\n${printed}`);
  const { port } = JSON.parse(String(first[0])) as { readonly port: number }; // cast: workerd's own
  const text = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  assert.match(text, /^SUCCEEDED: (\d+) of \1 callbacks, (\d+) of \2 results$/, printed);
  say(`a Worker calls, runs and receives under ${found}`);
}

if (readFlags('client:try', HELP) !== null) await runScript('client:try', tryClient);
