import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { buildClient } from '../../infra/client-package/build-client.ts';
import { ROOT } from '../guards/readme-text.ts';

const run = promisify(execFile);

/** The README's examples, by the file that each names, in its order. */
const EXAMPLES = ['cities', 'files', 'schedule', 'errors', 'receiver'] as const;

/** As strict as a consumer may be. */
const COMPILER_OPTIONS = {
  target: 'es2022',
  lib: ['es2023'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  skipLibCheck: false,
  types: ['node'],
  typeRoots: [join(ROOT, 'node_modules/@types')],
};

/** Builds and packs the client, installs it into an empty folder without a network, and puts the README's examples there. */
export async function installClient(folder: string): Promise<void> {
  const built = join(folder, 'built');
  const consumer = join(folder, 'consumer');
  await buildClient(built);
  await mkdir(consumer);
  const env = { ...process.env, npm_config_cache: join(folder, 'cache'), npm_config_update_notifier: 'false' };
  const npm = (args: readonly string[]) => run('npm', [...args], { cwd: consumer, env });
  const { stdout } = await npm(['pack', built, '--json', '--pack-destination', folder]);
  const [{ filename }] = JSON.parse(stdout) as [{ readonly filename: string }]; // cast: npm's own
  await writeFile(join(consumer, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await npm(['install', '--offline', '--no-audit', '--no-fund', join(folder, filename)]);
  for (const name of EXAMPLES) await writeFile(join(consumer, `${name}.ts`), await exampleOf(name));
  await cp(join(import.meta.dirname, 'fetch-receiver.txt'), join(consumer, 'fetch-receiver.js'));
  const config = { compilerOptions: COMPILER_OPTIONS, files: EXAMPLES.map((name) => `${name}.ts`) };
  await writeFile(join(consumer, 'tsconfig.json'), JSON.stringify(config));
  // as any consumer's bundler would, for the Nodes that run no TypeScript
  for (const name of EXAMPLES) {
    const { code } = await transform(await exampleOf(name), { loader: 'ts', target: 'node20' });
    await writeFile(join(consumer, `${name}.js`), code);
  }
}

/** Compiles the examples with a compiler of TypeScript; throws with what it finds. */
export async function compileExamples(folder: string, compiler: string, node = process.execPath): Promise<void> {
  await run(node, [compiler, '-p', join(folder, 'consumer')]).catch((error: unknown) => {
    throw new Error(error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error));
  });
}

async function exampleOf(name: string): Promise<string> {
  const text = await readFile(join(ROOT, 'infra/client-package/README.md'), 'utf8');
  const code = Array.from(text.matchAll(/^```ts\n([\s\S]*?)^```$/gm), ([, block = '']) => block);
  const found = code.find((block) => block.startsWith(`// ${name}.ts\n`));
  if (found === undefined || code.length !== EXAMPLES.length)
    throw new Error(`The README has no example ${name}, or others`);
  return found;
}
