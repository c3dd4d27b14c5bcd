import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Children } from './children.ts';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
/** Under a folder that git ignores and `npm start -- --reset` leaves alone. */
const VENV = join(ROOT, '.trireme/deploy-try-python');

/** A Python with what requirements.txt names, installed once. Throws an Error fit to be read where there is none. */
export async function preparePython(children: Children): Promise<string> {
  const wanted = await readFile(join(HERE, 'requirements.txt'), 'utf8');
  const stamp = join(VENV, 'installed.txt');
  const python = join(VENV, 'bin/python');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted && existsSync(python)) return python;
  // The one step that uses the network, hence the caller's own settings of pip.
  const options = { env: process.env, cwd: ROOT };
  const isNewEnough = 'import sys; sys.exit(sys.version_info < (3, 10))';
  await explain('deploy:try needs python3, 3.10 or later', () => children.run('python3', ['-c', isNewEnough], options));
  await rm(VENV, { recursive: true, force: true });
  await explain('python3 has no venv (Debian, Ubuntu: apt-get install python3-venv)', () =>
    children.run('python3', ['-m', 'venv', VENV], options),
  );
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'requirements.txt'];
  await children.run(python, install, { ...options, cwd: HERE });
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
