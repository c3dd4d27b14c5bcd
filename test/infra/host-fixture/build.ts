import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { readAssembly } from '../../../infra/local/host/read-assembly.ts';
import type { SynthesizedStack } from '../../../infra/local/host/read-assembly.ts';
import { fixtureStack } from './stack.ts';

/** Bundles the fixture's functions and synthesizes its stack in a temporary folder; the code runs from `codeDir`. */
export async function buildFixture(): Promise<SynthesizedStack & { readonly codeDir: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'host-fixture-'));
  const codeDir = join(directory, 'code');
  const names = ['echo', 'worker', 'looper', 'sweeper'];
  await build({
    entryPoints: names.map((name) => ({ in: join(import.meta.dirname, `${name}.ts`), out: `${name}/index` })),
    outdir: codeDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    sourcemap: 'linked',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return { ...readAssembly(fixtureStack(codeDir, join(directory, 'assembly')).synth()), codeDir };
}
