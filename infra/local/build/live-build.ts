import { BUILT_OF_ALL, keyOf, readSources, STACK_FOLDERS, stampOf } from './sources.ts';
import { findStack, keepStack, withFolders } from './kept-stacks.ts';
import type { StoredStack } from './kept-stacks.ts';
import { keptBundles } from './kept-bundles.ts';
import type { BuildTask } from './build-messages.ts';
import { runBuild } from './run-build.ts';
import type { SynthesizedStack } from './read-assembly.ts';

/** Sources or stack cannot be built; the message is for people. */
export class BuildFault extends Error {
  override readonly name = 'BuildFault';
  readonly task: BuildTask;
  constructor(task: BuildTask, message: string) {
    super(message);
    this.task = task;
  }
}

/** The folder of the new bundles, or why there are none, in lines for people. */
export type RebuildOutcome = { readonly dir: string } | { readonly fault: string };

/** What a system runs, built again when the sources change. */
export interface LiveBuild {
  readonly stack: SynthesizedStack;
  /** Builds again after changes of the sources, until `stop`. */
  watch(listener: (outcome: RebuildOutcome) => void): void;
  stop(): void;
}

const LOOK_EVERY_MS = 1_000;

/**
 * The functions and the stack of a project: those that an earlier start kept, where nothing that they were made of has
 * changed since, else new ones. Throws BuildFault.
 */
export async function openLiveBuild(root: string): Promise<LiveBuild> {
  const stopping = new AbortController();
  const kept = keptBundles(root);
  const used: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let stamp = stampOf(root);
  let isFaulty = false;

  const [firstDir, stack] = await Promise.all([buildBundles(), buildStack()]);
  kept.removeOld();

  /** Sources that change while they are bundled would be kept under a name that is not theirs: then it begins anew. */
  async function buildBundles(): Promise<string> {
    for (;;) {
      const sources = readSources(root);
      const key = keyOf(sources, BUILT_OF_ALL);
      const found = kept.find(key);
      if (found !== null) return useBundles(found);
      const dir = kept.begin(key);
      const outcome = await runBuild({ task: 'bundles', root, dir }, stopping.signal);
      if (outcome.kind === 'bundles' && keyOf(readSources(root), BUILT_OF_ALL) === key) {
        kept.keep(dir, outcome.inputs, sources);
        return useBundles(dir);
      }
      kept.release(dir);
      kept.removeOld();
      if (outcome.kind === 'fault') throw new BuildFault('bundles', outcome.fault);
    }
  }

  async function buildStack(): Promise<StoredStack> {
    for (;;) {
      const key = keyOf(readSources(root), STACK_FOLDERS);
      const found = findStack(root, key);
      if (found !== null) return found;
      const outcome = await runBuild({ task: 'stack', root, dir: '' }, stopping.signal);
      if (outcome.kind === 'fault') throw new BuildFault('stack', outcome.fault);
      if (outcome.kind !== 'stack' || keyOf(readSources(root), STACK_FOLDERS) !== key) continue;
      keepStack(root, key, outcome.stack);
      return outcome.stack;
    }
  }

  /** The stamp before, where a folder is gone while it is listed: the next look finds it so. */
  function stampNow(): string {
    try {
      return stampOf(root);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return stamp;
      throw error;
    }
  }

  /** The build before stays too: invocations under way run it. */
  function useBundles(dir: string): string {
    kept.use(dir);
    if (used.at(-1) !== dir) used.push(dir);
    for (const old of used.splice(0, used.length - 2)) if (!used.includes(old)) kept.release(old);
    return dir;
  }

  /** Null: what runs is what the sources give. */
  async function rebuild(): Promise<RebuildOutcome | null> {
    const running = used.at(-1);
    try {
      const dir = await buildBundles();
      kept.removeOld();
      if (dir === running && !isFaulty) return null;
      isFaulty = false;
      return { dir };
    } catch (error) {
      // Whether the sources are at fault or the disk: what runs goes on.
      isFaulty = true;
      return { fault: error instanceof BuildFault ? error.message : String(error) };
    }
  }

  return {
    stack: withFolders(stack, firstDir),
    watch(listener) {
      async function look(): Promise<void> {
        const now = stampNow();
        if (now !== stamp) {
          stamp = now;
          const outcome = await rebuild();
          if (outcome !== null && !stopping.signal.aborted) listener(outcome);
        }
        if (!stopping.signal.aborted) timer = setTimeout(() => void look(), LOOK_EVERY_MS).unref();
      }
      timer = setTimeout(() => void look(), LOOK_EVERY_MS).unref();
    },
    stop() {
      stopping.abort();
      clearTimeout(timer);
      for (const dir of used) kept.release(dir);
    },
  };
}
