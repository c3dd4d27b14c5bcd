import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { licencesOf } from './licences.ts';

const ROOT = join(import.meta.dirname, '../..');
const ENTRIES = ['trireme', 'webhook'];

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  legalComments: 'none', // licences lie beside
  logLevel: 'silent',
  metafile: true,
} as const satisfies BuildOptions;

/** CommonJS packages inside an ES module still ask for `require`. */
const REQUIRE =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);";

/** Builds the package of the client into a folder, which is emptied first: modules, types and the command line. */
export async function buildClient(outDir: string): Promise<void> {
  await rm(outDir, { recursive: true, force: true });
  const manifest = await readManifest();
  await build({
    ...COMMON,
    entryPoints: ENTRIES.map((name) => `shared/client/${name}.ts`),
    outdir: outDir,
    splitting: true,
    chunkNames: 'shared-[hash]',
    platform: 'neutral',
    target: 'es2022',
  });
  const { metafile } = await build({
    ...COMMON,
    entryPoints: ['shared/cli/main.ts'],
    outfile: join(outDir, 'bin/trireme.js'),
    platform: 'node',
    target: 'node20',
    banner: { js: REQUIRE },
    plugins: [versionOnly(manifest.version)],
    minifySyntax: true,
    minifyWhitespace: true,
  });
  await chmod(join(outDir, 'bin/trireme.js'), 0o755);
  await writeTypes(outDir);
  await writeFile(join(outDir, 'package.json'), `${JSON.stringify(packageOf(manifest), null, 2)}\n`);
  await writeFile(join(outDir, 'bin/LICENSES.txt'), await licencesOf(ROOT, Object.keys(metafile.inputs)));
  await cp(join(ROOT, 'LICENSE'), join(outDir, 'LICENSE'));
  await cp(join(import.meta.dirname, 'README.md'), join(outDir, 'README.md'));
}

interface Manifest {
  readonly version: string;
  readonly license: string;
}

async function readManifest(): Promise<Manifest> {
  return JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Manifest; // cast: our own file
}

function packageOf({ version, license }: Manifest): object {
  return {
    name: 'trireme',
    version,
    description: 'Client and command line of a Trireme deployment, and receiver of its callbacks.',
    license,
    private: true, // it is installed from its file; nobody may take it for a package of a registry
    type: 'module',
    engines: { node: '>=20' },
    sideEffects: false,
    exports: {
      '.': { types: './trireme.d.ts', default: './trireme.js' },
      './webhook': { types: './webhook.d.ts', default: './webhook.js' },
      './package.json': './package.json',
    },
    bin: { trireme: 'bin/trireme.js' },
  };
}

/** Of our package.json the command line needs the version only. */
function versionOnly(version: string): Plugin {
  return {
    name: 'version-only',
    setup(build) {
      build.onLoad({ filter: /[\\/]package\.json$/ }, ({ path }) =>
        path === join(ROOT, 'package.json') ? { contents: JSON.stringify({ version }), loader: 'json' } : undefined,
      );
    },
  };
}

/** Writes a .d.ts beside each module, and those that it refers to. */
async function writeTypes(outDir: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'trireme-types-'));
  try {
    const config = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        rootDir: join(ROOT, 'shared/client'),
        outDir: dir,
        typeRoots: [join(ROOT, 'node_modules/@types')],
      },
      files: ENTRIES.map((name) => join(ROOT, `shared/client/${name}.ts`)),
      include: [],
    };
    await writeFile(join(dir, 'tsconfig.json'), JSON.stringify(config));
    await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', dir]);
    await mkdir(outDir, { recursive: true });
    for (const file of (await readdir(dir)).filter((name) => name.endsWith('.d.ts'))) {
      const text = await readFile(join(dir, file), 'utf8');
      await writeFile(join(outDir, file), text.replaceAll(/(from '\.\/[^']+)\.ts'/g, "$1.js'"));
    }
  } finally {
    await rm(dir, { recursive: true });
  }
}
