import { join } from 'node:path';
import { type Client, generate } from './client.ts';

const PROGRAMS = join(import.meta.dirname, 'clients');

/** openapi-generator, `python`. */
export const PYTHON: Client = {
  name: 'python',
  build: (workshop) => generate(workshop, 'python', { packageName: 'trireme' }),
  run: ({ children, dir, python, env }) =>
    children.run(python, [join(PROGRAMS, 'generated.py')], { env: { ...env, PYTHONPATH: dir }, cwd: dir }),
};

/** openapi-python-client. */
export const OPENAPI_PYTHON_CLIENT: Client = {
  name: 'openapi-python-client',
  async build({ children, dir, document, python, env }) {
    const args = ['-m', 'openapi_python_client', 'generate', '--path', document, '--meta', 'none'];
    await children.run(python, [...args, '--output-path', join(dir, 'trireme_client')], { env, cwd: dir });
  },
  run: ({ children, dir, python, env }) =>
    children.run(python, [join(PROGRAMS, 'openapi_python_client_try.py')], {
      env: { ...env, PYTHONPATH: dir },
      cwd: dir,
    }),
};
