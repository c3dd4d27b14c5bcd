import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, untilListening } from '../support/free-port.ts';
import { preparePython } from '../support/python-venv.ts';
import { readFlags, runScript, type ScriptTools } from '../support/run-script.ts';
import { DIFFERENCES } from './differences.ts';

const ROOT = join(import.meta.dirname, '../..');
const HELP = `Runs the tests of storage (test/storage) against a DynamoDB that nobody here wrote: moto. A test that fails there
must be among those of differences.ts, each with what AWS's documents say; one of those that passes must leave it.
Reaches nothing but this machine, except to install moto the first time, into .trireme/.

  npm run storage:try

  --help   this text

Needs python3, 3.10 or later, with venv.`;

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

async function tryStorage({ children, workDir, say }: ScriptTools): Promise<void> {
  say('Python and moto');
  const python = await preparePython(children, 'storage:try', join(import.meta.dirname, 'requirements.txt'));
  const port = await freePort();
  const env = { PATH: process.env['PATH'], HOME: workDir, TMPDIR: workDir };
  children.start(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    cwd: workDir,
    env: { ...env, MOTO_ALLOW_NONEXISTENT_REGION: 'true', PYTHONDONTWRITEBYTECODE: '1' },
  });
  await untilListening(port);
  say('the tests of storage');
  const file = join(workDir, 'report.json');
  const options = ['run', 'test/storage', '--reporter=json', `--outputFile=${file}`];
  // It ends with 1 where tests fail, of which the report says more.
  await children
    .run('npx', ['vitest', ...options], {
      cwd: ROOT,
      env: { ...process.env, STORAGE_TRY_URL: `http://127.0.0.1:${port}/` },
    })
    .catch(() => undefined);
  const { testResults }: Report = JSON.parse(await readFile(file, 'utf8'));
  for (const { name, message, assertionResults } of testResults) {
    assert.notEqual(assertionResults.length, 0, `${name} did not run: ${message}`);
  }
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = all.filter(({ status }) => status === 'failed');
  for (const { title, failureMessages } of failed) {
    const rule = DIFFERENCES[title];
    assert.ok(rule !== undefined, `"${title}" fails: ${failureMessages?.join('\n')}`);
    say(`  differs: ${title}\n${' '.repeat(22)}${rule}`);
  }
  const right = Object.keys(DIFFERENCES).filter((title) => !failed.some((test) => test.title === title));
  assert.deepEqual(right, [], 'These do not differ any more: drop them from differences.ts');
  say(`${all.length - failed.length} of ${all.length} are the same`);
}

if (readFlags('storage:try', HELP) !== null) await runScript('storage:try', tryStorage);
