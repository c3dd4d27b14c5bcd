import { copyFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Client, generate, type Workshop } from './client.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAMS = join(import.meta.dirname, 'clients');

/** As strict as a consumer may be. */
const COMPILER_OPTIONS = {
  target: 'es2023',
  module: 'esnext',
  moduleResolution: 'bundler',
  strict: true,
  noEmit: true,
  types: ['node'],
  typeRoots: [join(ROOT, 'node_modules/@types')],
};

/** Checks the types of a program that uses a client, and bundles it. */
async function compile({ children, dir, env }: Workshop, program: string): Promise<void> {
  await copyFile(join(PROGRAMS, program), join(dir, 'program.ts'));
  const config = { compilerOptions: COMPILER_OPTIONS, files: ['program.ts'] };
  await writeFile(join(dir, 'tsconfig.json'), JSON.stringify(config));
  await children.run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', dir], { env, cwd: dir });
  await build({
    entryPoints: [join(dir, 'program.ts')],
    outfile: join(dir, 'program.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
}

const run = ({ children, dir, env }: Workshop): Promise<string> =>
  children.run(process.execPath, [join(dir, 'program.mjs')], { env, cwd: dir });

/** openapi-generator, `typescript-fetch`. */
export const TYPESCRIPT: Client = {
  name: 'typescript',
  async build(workshop) {
    await generate({ ...workshop, dir: join(workshop.dir, 'client') }, 'typescript-fetch', { supportsES6: 'true' });
    await compile(workshop, 'generated.ts');
  },
  run,
};

/** openapi-typescript, with openapi-fetch. */
export const OPENAPI_TYPESCRIPT: Client = {
  name: 'openapi-typescript',
  async build(workshop) {
    const { children, dir, document, nodeTools, env } = workshop;
    await symlink(join(nodeTools, 'node_modules'), join(dir, 'node_modules'));
    const generator = join(nodeTools, 'node_modules/openapi-typescript/bin/cli.js');
    await children.run(process.execPath, [generator, document, '-o', join(dir, 'schema.d.ts')], { env, cwd: dir });
    await compile(workshop, 'openapi-typescript.ts');
  },
  run,
};
