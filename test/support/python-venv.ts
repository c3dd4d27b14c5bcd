import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Children } from './children.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * A Python with what a requirements.txt names, installed once for a script (`deploy:try`), in a folder that git ignores
 * and `npm start -- --reset` leaves alone. Throws an Error fit to be read where there is none.
 */
export async function preparePython(children: Children, script: string, requirements: string): Promise<string> {
  const venv = join(ROOT, '.trireme', `${script.replace(':', '-')}-python`);
  const wanted = await readFile(requirements, 'utf8');
  const stamp = join(venv, 'installed.txt');
  const python = join(venv, 'bin/python');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted && existsSync(python)) return python;
  // The one step that uses the network, hence the caller's own settings of pip.
  const options = { env: process.env, cwd: ROOT };
  const isNewEnough = 'import sys; sys.exit(sys.version_info < (3, 10))';
  await explain(`${script} needs python3, 3.10 or later`, () => children.run('python3', ['-c', isNewEnough], options));
  await rm(venv, { recursive: true, force: true });
  await explain('python3 has no venv (Debian, Ubuntu: apt-get install python3-venv)', () =>
    children.run('python3', ['-m', 'venv', venv], options),
  );
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', basename(requirements)];
  await children.run(python, install, { ...options, cwd: dirname(requirements) });
  await writeFile(stamp, wanted);
  return python;
}

async function explain(message: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw new Error(`${message}.\n${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
