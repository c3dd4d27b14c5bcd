import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { claimBundleDir } from '../../infra/local/build/bundle-dir.ts';
import { withFolders } from '../../infra/local/build/kept-stacks.ts';
import { ROOT } from '../../infra/local/build/project.ts';
import type { SynthesizedStack } from '../../infra/local/build/read-assembly.ts';
import { runBuild } from '../../infra/local/build/run-build.ts';
import type { StageSettings } from '../../infra/settings.ts';
import { until } from './until.ts';

/** Bundles the functions of a folder that lies like the project's, for one system of this test file. */
export async function buildOf(root: string): Promise<SynthesizedStack> {
  return await build(root, claimBundleDir());
}

/** Names the folder to the processes of a run of tests, which the process that runs them all starts. Not TRIREME_…: functions refuse such. */
const FOLDER = 'TESTS_SHARED_BUILD';

/** Claims the folder in which all test files of a run find what the first of them built. For the process that runs them all. */
export function claimSharedBuildDir(): string {
  const dir = claimBundleDir('shared');
  process.env[FOLDER] = dir;
  return dir;
}

/** The project as it is built, once for all test files of a run: whoever comes first builds, the others wait for it. */
export async function buildOnce(): Promise<SynthesizedStack> {
  const dir = process.env[FOLDER] ?? claimBundleDir('shared');
  const outcome = join(dir, 'outcome.json');
  if (isFirstAt(dir)) {
    try {
      writeWhole(outcome, { stack: toStored(await build(ROOT, dir)) });
    } catch (error) {
      writeWhole(outcome, { fault: String(error) });
      throw error;
    }
  }
  await until('the functions that another test file builds', () => (existsSync(outcome) ? true : null));
  const { stack, fault } = JSON.parse(readFileSync(outcome, 'utf8')) as Outcome; // written just above
  if (stack === undefined) throw new Error(`Another test file could not build the functions: ${fault}`);
  return { ...stack, assets: new Map(stack.assets) };
}

/**
 * As {@link buildOnce}, under other settings of the stage: the functions are the same, the template is made again, in a
 * process of its own, so that a system that runs in this one is not held up.
 */
export async function buildWith(settings: Partial<StageSettings>): Promise<SynthesizedStack> {
  const [folder] = (await buildOnce()).assets.values();
  if (folder === undefined) throw new Error('The build has no function');
  const outcome = await runBuild({ task: 'stack', root: ROOT, dir: '', settings }, new AbortController().signal);
  if (outcome.kind !== 'stack') throw new Error(`The stack was not synthesized: ${JSON.stringify(outcome)}`);
  return withFolders(outcome.stack, dirname(folder));
}

type StoredStack = Omit<SynthesizedStack, 'assets'> & { readonly assets: readonly (readonly [string, string])[] };
interface Outcome {
  readonly stack?: StoredStack;
  readonly fault?: string;
}

/** The CDK takes a second to load: only who builds pays for it. */
async function build(root: string, bundleDir: string): Promise<SynthesizedStack> {
  const { bundleFunctions } = await import('../../infra/bundle.ts');
  await bundleFunctions({ root, outDir: bundleDir });
  const { synthesizeLocalStack } = await import('../../infra/local/build/synthesize-stack.ts');
  return synthesizeLocalStack(bundleDir);
}

function toStored({ assets, ...stack }: SynthesizedStack): StoredStack {
  return { ...stack, assets: [...assets] };
}

/** Makes the folder; tells whether nobody had. */
function isFirstAt(dir: string): boolean {
  try {
    mkdirSync(dir);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Never half of it is there. */
function writeWhole(file: string, outcome: Outcome): void {
  writeFileSync(`${file}.new`, JSON.stringify(outcome));
  renameSync(`${file}.new`, file);
}
