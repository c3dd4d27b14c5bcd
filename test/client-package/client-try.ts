import assert from 'node:assert/strict';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocal } from '../document-try/start-local.ts';
import { runScript, type ScriptTools } from '../support/run-script.ts';
import { installClient } from './consumer.ts';

const NODES = ['20', '22', '24'];
const COMPILERS = ['5.9', '7.0'];

const HELP = `Installs the package of the client by its file, and tries it as consumers may have it: its README's examples and its
command line under Node ${NODES.join(', ')}, its types with TypeScript ${COMPILERS.join(' and ')}.

  npm run client:try

  --help          this text

Nodes and compilers come from npm, into its cache. Takes a minute. Exit code 1: something failed.`;

async function tryClient({ children, workDir, say }: ScriptTools): Promise<void> {
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
  const env = { ...process.env, TRIREME_URL: system.url, TRIREME_API_KEY: system.apiKey };
  for (const version of NODES) {
    const node = (...args: readonly string[]): Promise<string> =>
      children.run('npm', ['exec', '--yes', `--package=node@${version}`, '--', 'node', ...args], { cwd, env });
    const found = await node('--version');
    assert.match(found, new RegExp(`^v${version}\\.`));
    assert.match(await node('cities.js'), /^SUCCEEDED \d+$/m);
    await node('files.js');
    assert.match(await node('schedule.js'), /^SUCCEEDED$/m);
    assert.match(await node('errors.js'), /^inputs\[0\]\.country: /m);
    assert.match(
      await node('node_modules/trireme/bin/trireme.js', 'run', 'search-cities', 'country=MT', '--wait'),
      /"status":"SUCCEEDED"/,
    );
    say(`examples and command line work under Node ${found.trim()}`);
  }
}

const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
if (values.help === true) process.stdout.write(`${HELP}\n`);
else await runScript('client:try', tryClient);
